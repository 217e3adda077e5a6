#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What info tells of the kernel by its own variables (CPUs, taint, command line), which debug package it is of, and the
# commands for crash, gdb and drgn. On the bundled dump.
. tests/lib.sh

real_dump "$T/dump"
"$VMCOREFS" --cat elf "$T/dump" >"$T/elf" 2>"$T/err"
result $? "the bundled dump as elf"
info() { "$VMCOREFS" --cat info "${@:2}" 2>/dev/null | sed -n "s/^$1: //p"; }

# --- CPUs are the kernel's: kexec leaves a note of zeroes for a CPU that did not stop

# notes first|all OUT: the elf with the first or all of its NT_PRSTATUS notes zeroed, as long as they were
notes() {
	python3 - "$T/elf" "$2" "$1" <<-'END'
	import struct, sys
	data = bytearray(open(sys.argv[1], "rb").read())
	phoff, phnum = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
	at, size = next(struct.unpack_from("<8xQ16xQ", data, phoff + i * 56) for i in range(phnum)
	                if struct.unpack_from("<I", data, phoff + i * 56)[0] == 4)
	end = at + size
	while at < end:
	    name, desc, kind = struct.unpack_from("<III", data, at)
	    size = 12 + -(-name // 4) * 4 + -(-desc // 4) * 4
	    if kind == 1 and data[at + 12:at + 16] == b"CORE":
	        data[at:at + size] = bytes(size)
	        if sys.argv[3] == "first":
	            break
	    at += size
	open(sys.argv[2], "wb").write(data)
	END
}
is "$(info cpus "$T/elf")" 2 "two CPUs with registers"
notes first "$T/first"
is "$(info cpus "$T/first")" "2, registers of 1" "one of them did not save its registers"
notes all "$T/all"
is "$(info cpus "$T/all")" "2, registers of 0" "none did"
is "$("$VMCOREFS" --cat kdump-compressed "$T/first" | od -An -tu4 -j460 -N4 | tr -d ' ')" 1 \
	"headers of outputs count notes, as makedumpfile does"
small_dump "$T/small" "note CORE 1 00112233445566778899aabbccddeeff"
is "$(info cpus "$T/small")$(info registers "$T/small")" "of 1 CPU" "a kernel whose variables are not known"

# --- other facts

is "$(info taint "$T/dump")" none "not tainted"
like "$(info cmdline "$T/dump")" "^console=ttyS0 .*rig_profile=tiny" "the command line"
like "$(info build-id "$T/dump")" '^[0-9a-f]{40}$' "build-id"
release=$(info release "$T/dump")
is "$(info debug-package "$T/dump")" "linux-image-$release-dbg" "the debug package of Debian"
kernel=/usr/lib/debug/boot/vmlinux-$release
offset=$(info kernel-offset "$T/dump")
like "$offset" "^0x[1-9a-f][0-9a-f]*$" "there is KASLR"
is "$(info crash "$T/dump")" "crash --kaslr=$offset $kernel elf" "a command for crash"
is "$(info gdb "$T/dump")" "gdb -c elf -ex \"symbol-file -o $offset $kernel\"" "... for gdb"
is "$(info drgn "$T/dump")" "drgn -c elf -s $kernel" "... for drgn"
is "$(info crash "$T/small")" "crash VMLINUX elf" "a kernel that nobody knows"
python3 tests/mkdump - "$T/bare" <<<$'format elf\npage 1 text x'
is "$("$VMCOREFS" --cat info "$T/bare" | grep -E '^(crash|gdb|drgn|missing: (crash|gdb|drgn)\.cmd):' | cut -d: -f1,2)" \
	"missing: crash.cmd
missing: gdb.cmd
missing: drgn.cmd" "no commands without VMCOREINFO"

# --- names in a dump are not for a shell

small_dump "$T/hostile" 'vmcoreinfo OSRELEASE=6.1.0-$(touch${IFS}'"$T/x)"
for view in crash.cmd gdb.cmd drgn.cmd info; do
	unlike "$("$VMCOREFS" --cat $view "$T/hostile" | grep -v '^release: ')" 'touch' "$view: no release that is none"
done

# --- the scripts start the tools on the mount's elf; what the tools are given is printed here

if [[ ! -c /dev/fuse ]]; then
	skip "a mount" "no /dev/fuse"
	done_testing
fi
mkdir "$T/bin"
for tool in crash gdb drgn; do
	printf '#!/bin/sh\nprintf "<%%s>" "$@"\n' >"$T/bin/$tool"
	chmod +x "$T/bin/$tool"
done
mnt="$T/a mount"
ok "mount" mount_dump "$T/dump" "$mnt"
run() { PATH=$T/bin:$PATH sh "$mnt/$1.cmd" "${@:2}" 2>&1; }
touch "$T/a kernel"
like "$(VMLINUX=$T/none run crash)" "none: not here: install linux-image-$release-dbg, or VMLINUX=FILE" "a vmlinux that is not there"
export VMLINUX="$T/a kernel"
is "$(run crash -s -i x)" "<--kaslr=$offset><$VMLINUX><$mnt/elf><-s><-i><x>" "crash.cmd"
is "$(run gdb -q)" "<-c><$mnt/elf><-ex><symbol-file -o $offset \"$VMLINUX\"><-q>" "gdb.cmd"
is "$(run drgn "a script")" "<-c><$mnt/elf><-s><$VMLINUX><a script>" "drgn.cmd"
is "$(cd "$mnt" && PATH=$T/bin:$PATH sh drgn.cmd)" "<-c><./elf><-s><$VMLINUX>" "from the mount itself"
unset VMLINUX
ok "unmount" unmount "$mnt"

done_testing
