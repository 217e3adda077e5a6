#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# diskdump, from before kdump-compressed: the same headers and pages, but another sub header and other status flags.
. tests/lib.sh
. tests/formats.sh

format_reads "version 1, zlib" diskdump
format_reads "uncompressed" diskdump compress=none
format_reads "version 0, one bitmap" diskdump version=0 bitmaps=1
format_reads "i686" diskdump machine=i686
format_reads "ppc64, big-endian" diskdump machine=ppc64 big=1
format_reads "ia64" diskdump machine=ia64
# registers are no fields of kdump's sub header: split set, notes, number of pages
for version in 2 4 6; do
	format_reads "version $version" diskdump version=$version
done

made() {
	format_memory >"$T/desc"
	python3 tests/mkformat diskdump "$T/desc" "$T/made" "$@"
}
info() { "$VMCOREFS" --cat info "$T/made" 2>"$T/err" | sed -n "s/^$1: //p"; }
# registers of all CPUs, as gdb would find them
registers() {
	"$VMCOREFS" --cat elf "$T/made" >"$T/elf" 2>/dev/null
	python3 - "$T/elf" <<-'END'
	import struct, sys
	data = open(sys.argv[1], 'rb').read()
	wide, order = data[4] == 2, '<>'[data[5] - 1]
	at = 0
	while (at := data.find(b'CORE\0\0\0\0', at)) >= 0:
	    size, kind = struct.unpack_from(order + 'II', data, at - 8)
	    base, code = (112, 'Q') if wide else (72, 'I')
	    n = (size - base - 4) // struct.calcsize(code)
	    regs = struct.unpack_from(order + '%d%s' % (n, code), data, at + 8 + base)
	    print(kind, size, '%x' % regs[0], '%x' % regs[n - 1], sum(regs))
	    at += 8
	END
}

made
is "$(info format)" diskdump "info: format"
is "$(info crash-time)" "2006-06-11 04:26:40 UTC" "info: time"
is "$(info compression)" zlib "info: compression"
is "$(info incomplete)" no "info: complete"
is "$(info phys-base)" "" "info: no phys_base from a register"
# 0x1000, 0x1001, ...: elf_gregset_t; the size of struct elf_prstatus of that machine
is "$(registers)" "1 336 1000 101a $((27 * 0x1000 + 13 * 27))" "registers"
made cpu=1
is "$(registers)" "1 336 0 0 0
1 336 1000 101a $((27 * 0x1000 + 13 * 27))" "registers of CPU 1"
is "$(info registers)" "of 1 CPU" "info: an empty note is no CPU's registers"
made machine=i686
is "$(registers)" "1 144 1000 1010 $((17 * 0x1000 + 8 * 17))" "registers of i686"
made machine=ppc64 big=1
is "$(registers)" "1 504 1000 102f $((48 * 0x1000 + 47 * 24))" "registers of ppc64"

for status in 1 2 4; do
	made status=$status
	is "$(info incomplete)" yes "status $status: incomplete"
	like "$(cat "$T/err")" "its writer marked the dump as incomplete" "status $status: a warning"
done
like "$(cat "$T/err")" "incomplete: there was no more room" "status 4: says why"

format_damaged diskdump fuzz_dump
format_damaged diskdump fuzz_dump machine=i686 bitmaps=1 version=0

if [[ -e /usr/include/libkdumpfile/kdumpfile.h ]] && cc -o "$T/kdumpfile_pages" tests/tools/kdumpfile_pages.c -lkdumpfile -lz 2>/dev/null; then
	{ echo "format elf"; format_memory; } >"$T/desc"
	python3 tests/mkdump "$T/desc" "$T/elf"
	expected=$("$T/kdumpfile_pages" "$T/elf")
	for options in version=1 "compress=none" "machine=i686" "machine=ppc64 big=1" "cpu=1"; do
		# shellcheck disable=SC2086
		made $options
		is "$("$T/kdumpfile_pages" "$T/made")" "$expected" "libkdumpfile: $options"
	done
else
	skip "libkdumpfile" "not installed"
fi

done_testing
