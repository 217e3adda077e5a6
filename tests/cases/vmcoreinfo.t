#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# The dump's VMCOREINFO note against what lies in its memory: notes of another boot, empty ones, and -i, -x over them.
. tests/lib.sh

dump=$T/dump
real_dump "$dump"
view() { "$VMCOREFS" --cat "$@" 2>"$T/err"; }
view dmesg "$dump" >"$T/dmesg"
view vmcoreinfo "$dump" >"$T/own"
is "$(wc -l <"$T/dmesg")" 400 "the log of the kernel"

# Other KERNELOFFSET, symbols and phys_base, as hypervisors were seen to write them; the true text stays in memory.
# spoil WHAT IN OUT
spoil() {
	python3 - "$@" <<'END'
import re, sys
what, source, out = sys.argv[1:]
data = open(source, "rb").read()
at = data.index(b"OSRELEASE=")
text = data[at:data.index(b"\0", at)]
if what == "moved":
    new = re.sub(rb"\)=(ffffffff[0-9a-f]{8})", lambda m: b")=%016x" % (int(m[1], 16) - 0x1000000), text)
    new = re.sub(rb"KERNELOFFSET=([0-9a-f]+)", lambda m: b"KERNELOFFSET=%x" % (int(m[1], 16) - 0x1000000), new)
    new = re.sub(rb"phys_base\)=(-?)(\d)", lambda m: b"phys_base)=" + m[1] + (b"1" if m[2] != b"1" else b"2"), new)
elif what == "zeroes":
    new = bytes(len(text))
elif what == "garbage":
    new = b"SYMBOL(nonsense)=12\n".ljust(len(text), b"x")
assert len(new) == len(text) and new != text
open(out, "wb").write(data.replace(text, new))
END
}

for what in moved zeroes garbage; do
	ok "$what: a dump" spoil $what "$dump" "$T/$what"
	view dmesg "$T/$what" >"$T/got"
	same "$T/got" "$T/dmesg" "$what: dmesg"
	like "$(view info "$T/$what")" $'\nvmcoreinfo: found in memory at 0x[0-9a-f]+\n' "$what: info says where it is from"
	view vmcoreinfo "$T/$what" | grep -v ^CRASHTIME | cmp -s - <(grep -v ^CRASHTIME "$T/own")
	result $? "$what: vmcoreinfo is the kernel's"
	view elf "$T/$what" >"$T/elf"
	view dmesg "$T/elf" >"$T/got"
	same "$T/got" "$T/dmesg" "$what: its elf has the right note"
	is "$(wc -l <"$T/err")" 0 "$what: ... and nothing is wrong with it"
	view dmesg -i "$T/own" "$T/$what" >"$T/got"
	same "$T/got" "$T/dmesg" "$what: -i"
done
view info "$T/moved" >"$T/info"
like "$(cat "$T/err")" "note is of another kernel or boot .*; the text in memory at 0x[0-9a-f]+ is taken" "stderr says that the note is wrong"
like "$(cat "$T/info")" "vmcoreinfo-note: not used, it is of another kernel or boot: " "info says so too"
view dmesg -o kernel=search "$T/moved" >"$T/got"
same "$T/got" "$T/dmesg" "-o kernel=search"
is "$(wc -l <"$T/err")" 0 "... which needs no warning"
at=$(sed -n 's/^vmcoreinfo: found in memory at //p' "$T/info")
view dmesg -o "kernel=$at" "$dump" >"$T/got"
same "$T/got" "$T/dmesg" "-o kernel=ADDR"
"$VMCOREFS" -o kernel=0x1000 --cat info "$dump" >"$T/out" 2>"$T/err"
is "$?:$(cat "$T/err")" "32:vmcorefs: -o kernel=0x1000: no text of VMCOREINFO lies there in the memory of $dump" "no text there"
"$VMCOREFS" -o kernel=foo --cat info "$dump" >"$T/out" 2>"$T/err"
is "$?:$(cat "$T/err")" "1:vmcorefs: -o kernel=foo: neither an address nor search" "no address"

# The text in memory is gone too: only what the user gives tells.
view elf "$dump" >"$T/elf"
python3 - "$T/elf" <<'END'
import mmap, sys
with open(sys.argv[1], "r+b") as f, mmap.mmap(f.fileno(), 0) as m:
    note = m.find(b"OSRELEASE=")
    at = note
    while (at := m.find(b"OSRELEASE=", at + 1)) >= 0:
        m[at:at + 4] = b"NONE"
END
ok "a wrong note only" spoil moved "$T/elf" "$T/only"
is "$(view dmesg "$T/only" | wc -l)" 0 "nothing tells where the log is"
like "$(view info "$T/only")" "vmcoreinfo-note: in doubt, but no better one was found: " "info says why"
view dmesg -i "$T/own" "$T/only" >"$T/got"
same "$T/got" "$T/dmesg" "wrong note only: -i"
like "$(cat "$T/err")" "that one is shown" "... said on stderr"
like "$(view info -i "$T/own" "$T/only")" "vmcoreinfo: the file above alone"$'\n'"vmcoreinfo-note: not used" "... and in info"
if have gcc; then
	tests/tools/make-vmlinux "$T/own" "$T/vmlinux" mem_section=ffffffff833aa798 \
		"version=$(view info "$dump" | sed -n 's/^version: //p')" >"$T/gcc" 2>&1 || diag "$(cat "$T/gcc")"
	for d in moved only; do
		view dmesg -x "$T/vmlinux" "$T/$d" >"$T/got"
		same "$T/got" "$T/dmesg" "$d: -x"
	done
else
	skip "-x" "no gcc"
fi
# --- a guest with Windows: virtio-win's driver gives QEMU the header of a crash dump as VMCOREINFO

windows=$(printf 'PAGEDU64\x0f\0\0\0\x4d\x58\0\0' | xxd -p)$(printf '50414745%.0s' {1..2000})
for format in elf kdump flattened-kdump; do
	printf 'format %s\nmachine x86_64\npage 0-9 number\nnote VMCOREINFO 0 %s\n' $format "$windows" >"$T/desc"
	python3 tests/mkdump "$T/desc" "$T/windows"
	"$VMCOREFS" --cat info "$T/windows" >"$T/info" 2>"$T/err"
	is "$(grep -c . "$T/err")" 1 "Windows, $format: one line"
	like "$(cat "$T/err")" "^vmcorefs: warning: .*windows: the memory of Windows: .*elf2dmp" "... that says so"
	like "$(cat "$T/info")" "warning: .*: the memory of Windows" "... and info does"
	like "$(cat "$T/info")" $'\nvmcoreinfo: none\n' "... its header is no VMCOREINFO"
	"$VMCOREFS" --cat elf "$T/windows" 2>"$T/err" >"$T/elf"
	is "$(grep -c PAGEDU64 "$T/elf")" 1 "... and stays in the notes"
done

done_testing
