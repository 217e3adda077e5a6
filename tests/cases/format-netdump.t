#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ELF cores of netdump's server: 32-bit ones are read by their own rule. Cores of processes are none.
. tests/lib.sh
. tests/formats.sh

format_reads "64 bit" netdump
format_reads "32 bit: one PT_LOAD from address 0" netdump word=4
format_reads "32 bit: what p_paddr says does not count" netdump word=4 paddr=0xc0000000

# --- more than 4 GiB: p_filesz has the lower 32 bits only
{ echo "machine i386"; echo "page 1 text low"; echo "page 0x100010 text high"; } >"$T/desc"
python3 tests/mkformat netdump "$T/desc" "$T/made" word=4
is "$("$VMCOREFS" --cat pfn/0x100010 "$T/made" 2>"$T/err" | tr -d '\0')" high "more than 4 GiB: the last page"
is "$("$VMCOREFS" --cat pfn/1 "$T/made" 2>"$T/err" | tr -d '\0')" low "more than 4 GiB: the first one"
is "$("$VMCOREFS" --list "$T/made" 2>/dev/null | grep -c '^pfn')" 1 "more than 4 GiB: opens"
truncate -s -4096 "$T/made"		# now p_filesz counts: 64 KiB and a page
is "$("$VMCOREFS" --cat pfn/1 "$T/made" 2>"$T/err" | tr -d '\0')" low "another size than the header says: the first one"
not_ok "another size than the header says: no page that the header does not have" "$VMCOREFS" --cat pfn/0x10000f "$T/made"

# --- a partial dump is no exact one, and that is said
format_memory >"$T/desc"
python3 tests/mkformat netdump "$T/desc" "$T/made" partial=1
like "$("$VMCOREFS" --cat info "$T/made" 2>&1 >/dev/null)" "warning: .*made: a partial dump that does not tell which pages were left out: they read as zeroes" \
	"partial dump: one warning"

# --- NT_TASKSTRUCT marks /proc/kcore on procfs only
python3 tests/mkformat netdump "$T/desc" "$T/made"
unlike "$("$VMCOREFS" --cat info "$T/made" 2>&1)" "live:" "a file with NT_TASKSTRUCT is not live"

# --- truncated
truncate -s -5000 "$T/made"
like "$("$VMCOREFS" --cat info "$T/made" 2>&1)" "the file is truncated" "truncated: a warning"

format_damaged netdump fuzz_dump
format_damaged netdump fuzz_dump word=4 paddr=0xc0000000

# --- processes

{ echo "format elf"; echo "note CORE 6 0000000000000000"; echo no-auto; echo "page 0 text x"; echo "page 1 text y"
  echo "phdr 0x400000 0 @0 4096 4096"; echo "phdr 0x600000 0 @0x1000 4096 4096"; } >"$T/desc"
python3 tests/mkdump "$T/desc" "$T/made"
format_refused "$T/made" "a core dump of a process, not of a kernel: gdb reads it" "a core with NT_AUXV"
if have gcore; then
	sleep 60 &
	pid=$!
	if gcore -o "$T/core" "$pid" >"$T/gcore.log" 2>&1; then
		format_refused "$T/core.$pid" "a core dump of a process, not of a kernel: gdb reads it" "gdb's core of sleep"
	else
		skip "gdb's core of sleep" "gcore: $(tail -n 1 "$T/gcore.log")"
	fi
	kill "$pid"
	wait "$pid" 2>/dev/null
else
	skip "gdb's core of sleep" "no gcore"
fi
format_refused "$VMCOREFS" "an ELF file, but not a core dump .e_type 3: a program, or a kernel, which -x takes" "a program"

done_testing
