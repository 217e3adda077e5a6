# SPDX-License-Identifier: GPL-2.0-or-later
# make demo | docs | check | check-real | check-hostile | check-asan | check-tsan | check-long | bench | fuzz | install | uninstall | clean; V=1 shows commands

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
CC      ?= cc
CLANG   ?= clang
BUILD   ?= build
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || cat VERSION 2>/dev/null || echo unknown)

FOLDERS := base base/sandbox formats/source/parts formats/source/compressed formats/source/wrapped formats/source/http formats/source formats/reader \
	formats/elf formats/kdump formats/qemu formats/s390 formats/sadump formats/lkcd formats/vmware formats/raw formats/write formats \
	arch kernel kernel/xen kernel/object kernel/debuginfo kernel/value kernel/code kernel/opening kernel/log kernel/pages kernel/core kernel/executable kernel/sched kernel/stack kernel/mm kernel/vfs kernel/irq kernel/net filter fs/views fs/proc fs
SRCS    := $(wildcard $(FOLDERS:%=%/*.c))
OBJS    := $(SRCS:%.c=$(BUILD)/%.o)
# everything but the program itself: what the unit tests link
LIBOBJS := $(filter-out $(addprefix $(BUILD)/fs/,main.o ops.o serving.o),$(OBJS))
UNIT    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAY  := $(FUZZERS:%=$(BUILD)/tests/fuzz/replay_%)

PKGS      := fuse3 zlib libdeflate libzstd libdw libelf liblzma liblz4 libxxhash yajl libseccomp
WARNINGS  := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wwrite-strings -Wformat=2
HARDENING := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
CFLAGS    ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(WARNINGS) -fno-common $(CFLAGS) $(SANFLAGS)
ALL_CPPFLAGS = -I. -include base/banned.h -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DFUSE_USE_VERSION=312 -DVMCOREFS_VERSION='"$(VERSION)"' $(CPPFLAGS) \
	$(shell pkg-config --cflags $(PKGS) libcurl 2>/dev/null)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -pthread $(LDFLAGS) $(SANFLAGS)
# libcurl and libsnappy are loaded at run time: base/library.h
LIBS      = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -llzo2 -lbz2

ifeq ($(DEVELOPER),1)
WARNINGS += -Werror
endif
ifeq ($(SANFLAGS),)
ALL_CFLAGS += $(HARDENING)
endif
ifneq ($(V),1)
Q := @
say = @printf '  %-4s %s\n' '$(1)' '$(2)';
endif

all: $(BUILD)/.deps
	$(Q)$(MAKE) --no-print-directory $(BUILD)/vmcorefs

# What the build needs, from the distribution when it is missing (root or sudo); 'make DEPS=no' leaves that to you.
$(BUILD)/.deps: packaging/install-deps
	@mkdir -p $(BUILD)
	$(Q)[ "$(DEPS)" = no ] || packaging/install-deps build
	@touch $@

$(BUILD)/vmcorefs: $(OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/test_%: $(BUILD)/tests/unit/test_%.o $(LIBOBJS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(LIBOBJS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# tests' tools that are made of the program's own parts
PARTS_TOOLS := $(addprefix $(BUILD)/tests/tools/,\
	print_rows kernel_facts kernel_types nested_types keep_pages read_container cpu_registers list_tasks list_stacks)
$(PARTS_TOOLS): $(BUILD)/tests/tools/%: $(BUILD)/tests/tools/%.o $(LIBOBJS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# with its own rows, and the FUSE binding
$(BUILD)/tests/tools/mount_rows: $(BUILD)/tests/tools/mount_rows.o $(BUILD)/fs/ops.o $(LIBOBJS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# small, as it runs in the rig's guests
$(BUILD)/tests/tools/sandbox_door: $(BUILD)/tests/tools/sandbox_door.o $(filter $(BUILD)/base/sandbox/%,$(OBJS)) \
		$(addprefix $(BUILD)/base/,log.o log_held.o outbuf.o vector.o memory.o fault.o)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lseccomp

# the program with a door in it
$(BUILD)/tests/tools/server_door: $(BUILD)/tests/tools/server_door.o $(OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -Wl,--wrap=sandbox_enter,--wrap=fs_open -o $@ $^ $(LIBS)

tests-build: $(BUILD)/vmcorefs $(UNIT) $(REPLAY) $(PARTS_TOOLS) $(addprefix $(BUILD)/tests/tools/,mount_rows sandbox_door server_door)

check-deps: $(BUILD)/.deps
	$(Q)[ "$(DEPS)" = no ] || packaging/install-deps check

demo: all
	$(Q)BUILD=$(BUILD) packaging/demo

# Unit tests, command line, mounts, formats: generated dumps and the bundled real one.
check: check-deps
	$(Q)$(MAKE) --no-print-directory tests-build
	$(Q)BUILD=$(BUILD) tests/run.sh $(TESTS)

# The same views on dumps of real kernels that the rig boots (minutes; downloads kernels), against makedumpfile,
# crash, drgn, libkdumpfile and gdb.
check-real: check-deps
	$(Q)[ "$(DEPS)" = no ] || packaging/install-deps real
	$(Q)$(MAKE) --no-print-directory tests-build
	$(Q)BUILD=$(BUILD) CASES=tests/real tests/run.sh $(TESTS)

# Damaged dumps of all formats: HOSTILE=N of them (default 2000), HOSTILE_SEED; BUILD=build-asan: under that build's sanitizers.
check-hostile: check-deps
	$(Q)$(MAKE) --no-print-directory $(BUILD)/vmcorefs
	$(Q)BUILD=$(BUILD) CASES=tests/hostile tests/run.sh

check-asan:
	$(Q)$(MAKE) --no-print-directory check BUILD=build-asan CFLAGS='-O1 -g' \
		SANFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer'

# not the damaged dumps of format-*.t: each of the thousands is opened by one thread
check-tsan:
	$(Q)$(MAKE) --no-print-directory check BUILD=build-tsan CFLAGS='-O1 -g' SANFLAGS='-fsanitize=thread' \
		TESTS='$(or $(TESTS),--without format-)'

# What .ci/run leaves out for its time: races in all tests, 10,000 damaged dumps, and the dump sets that only RIG_ALL makes.
check-long: check-tsan
	$(Q)HOSTILE=$(or $(HOSTILE),10000) $(MAKE) --no-print-directory check-hostile
	$(Q)RIG_ALL=yes $(MAKE) --no-print-directory check-real

# What README.md, the man page and the golden listing say of the names in the mount, from the rows.
docs: tests-build
	packaging/docs $(BUILD)/tests/tools/print_rows
	$(Q)GOLDEN=write BUILD=$(BUILD) tests/run.sh tree-golden tree-docs

bench: check-deps
	$(Q)[ "$(DEPS)" = no ] || packaging/install-deps real
	$(Q)$(MAKE) --no-print-directory $(BUILD)/vmcorefs
	$(Q)BUILD=$(BUILD) tests/bench.sh

fuzz:
	@mkdir -p build-fuzz
	$(Q)for f in $(FUZZERS); do echo "  FUZZ $$f"; $(CLANG) -std=gnu11 $(ALL_CPPFLAGS) -g -O1 -fsanitize=fuzzer,address,undefined \
		-o build-fuzz/$$f tests/fuzz/$$f.c $(filter-out fs/main.c fs/ops.c fs/serving.c,$(SRCS)) $(LIBS) -pthread || exit 1; done

install: all
	install -D -m 755 $(BUILD)/vmcorefs $(DESTDIR)$(BINDIR)/vmcorefs
	install -D -m 644 man/vmcorefs.8 $(DESTDIR)$(MANDIR)/man8/vmcorefs.8
	for p in files formats containers info limits log names remote makedumpfile; do \
		install -D -m 644 man/vmcorefs-$$p.7 $(DESTDIR)$(MANDIR)/man7/vmcorefs-$$p.7 || exit 1; done
	install -D -m 644 man/vmcorefs-erase.5 $(DESTDIR)$(MANDIR)/man5/vmcorefs-erase.5

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/vmcorefs $(DESTDIR)$(MANDIR)/man8/vmcorefs.8 $(DESTDIR)$(MANDIR)/man5/vmcorefs-erase.5 \
		$(DESTDIR)$(MANDIR)/man7/vmcorefs-files.7 $(DESTDIR)$(MANDIR)/man7/vmcorefs-formats.7 $(DESTDIR)$(MANDIR)/man7/vmcorefs-containers.7 \
		$(DESTDIR)$(MANDIR)/man7/vmcorefs-info.7 $(DESTDIR)$(MANDIR)/man7/vmcorefs-limits.7 $(DESTDIR)$(MANDIR)/man7/vmcorefs-log.7 \
		$(DESTDIR)$(MANDIR)/man7/vmcorefs-names.7 $(DESTDIR)$(MANDIR)/man7/vmcorefs-remote.7 $(DESTDIR)$(MANDIR)/man7/vmcorefs-makedumpfile.7

tags:
	ctags -R $(FOLDERS)

clean:
	rm -rf build build-asan build-tsan build-fuzz

.PHONY: all tests-build check-deps demo docs check check-real check-hostile check-asan check-tsan check-long bench fuzz install uninstall tags clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
