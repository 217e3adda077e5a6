#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# LKCD dumps, versions 1 to 10: what is in them comes out, in any order; what is wrong with them is said.
# TIMEOUT: 600
. tests/lib.sh
. tests/formats.sh

# --- versions, sizes of a long, byte orders, compression

for version in 1 2 3; do
	format_reads "version $version, 32 bit" lkcd version=$version machine=i686
	format_reads "version $version, 64 bit" lkcd version=$version
	format_reads "version $version, 64 bit, big-endian" lkcd version=$version big=1 machine=ppc64
done
for compress in none rle zlib; do
	for version in 5 8; do
		format_reads "version $version, $compress" lkcd version=$version compress=$compress
		format_reads "version $version, $compress, 32 bit, big-endian" lkcd version=$version compress=$compress big=1 machine=ppc
	done
done
for version in 6 7 9 10; do
	format_reads "version $version" lkcd version=$version
	format_reads "version $version, 32 bit, big-endian" lkcd version=$version big=1 machine=ppc
done
format_reads "header of version 7 without a machine's name" lkcd version=7 machine=unknown word=8
format_reads "first page where version 9 says" lkcd version=9 buffer=131072
format_reads "close behind the headers" lkcd version=10 buffer=2048
format_reads "a machine that went on running" lkcd live=1
format_reads "Mission Critical Linux, 0" lkcd mclx=0
format_reads "Mission Critical Linux, 1" lkcd mclx=1 version=3
format_reads "addresses of the direct map" lkcd version=1 machine=i386 virt=1
format_reads "zeroes without data" lkcd zero=1

# --- order of the pages

for order in down mixed holes; do
	for compress in none rle zlib; do
		format_reads "pages $order, $compress" lkcd order=$order compress=$compress
	done
done

# made KEY=VALUE...: into $T/made, from $T/desc; the memory in $T/want
made() {
	format_memory >"$T/desc"
	python3 tests/mkformat lkcd "$T/desc" "$T/made" "$@" && python3 tests/mkdump --raw "$T/desc" "$T/want"
}
# warns REGEX NAME: the memory comes out, with one warning
warns() {
	"$VMCOREFS" --cat raw "$T/made" >"$T/got" 2>"$T/err"
	is "$?$(wc -l <"$T/err")" 01 "$2: one warning"
	like "$(cat "$T/err")" "^vmcorefs: warning: $T/made: $1" "$2: says what"
}
info() { "$VMCOREFS" --cat info "$T/made" 2>/dev/null | sed -n "s/^$1: //p"; }

# Many runs of pages, more than are looked at together; every page from the other half of the file than the one before.
{
	echo "vmcoreinfo PAGESIZE=4096"
	echo "page 0-19999 number"
	echo "page 30000-30100 random 3"
} >"$T/desc"
for compress in none zlib; do
	python3 tests/mkformat lkcd "$T/desc" "$T/made" order=mixed compress=$compress
	python3 tests/mkdump --raw "$T/desc" "$T/want"
	"$VMCOREFS" --cat raw "$T/made" >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "20101 pages in disorder, $compress: no complaints"
	same "$T/got" "$T/want" "20101 pages in disorder, $compress: contents"
	"$VMCOREFS" --cat kdump-compressed "$T/made" >"$T/kdump"
	"$VMCOREFS" --cat raw "$T/kdump" >"$T/got"
	same "$T/got" "$T/want" "20101 pages in disorder, $compress: through kdump-compressed"
	is "$("$VMCOREFS" --cat pfn/777 "$T/made" | md5sum)" "$(dd if="$T/want" bs=4096 skip=777 count=1 status=none | md5sum)" \
		"20101 pages in disorder, $compress: one page"
	is "$(info pages-stored)" "20101 (78 MiB)" "20101 pages in disorder, $compress: all counted"
done

for compress in none zlib; do
	made twice=1 compress=$compress
	warns "9 pages are in it several times: the first one counts$" "pages that are there twice, $compress"
	same "$T/got" "$T/want" "pages that are there twice, $compress: the first counts"
done

# --- what the headers tell

made version=8
is "$(info format)" lkcd "info: format"
is "$(info header-version)" 8 "info: version"
is "$(info compression)" zlib "info: compression"
is "$(info panic)" "Oops: 0002" "info: panic"
is "$(info crash-time)" "2004-11-09 11:33:20 UTC" "info: time"
is "$(info release)" "2.6.5-7.97" "info: release"
is "$(info registers)" "of 2 CPUs" "info: CPUs"
made version=2 machine=i386 mclx=1
is "$(info format)" "lkcd (MCLX 1)" "info: variant of Mission Critical Linux"
is "$(info crash-time)" "2004-11-09 11:33:20 UTC" "info: time, 32 bit"
is "$(info architecture)" i386 "info: machine"

# registers MACHINE CPUS: r_i of CPU c is 0x1000 * (c + 1) + i, in the order of struct pt_regs
registers() {
	"$VMCOREFS" --cat elf "$T/made" >"$T/elf"
	readelf -n "$T/elf" 2>/dev/null | grep -c NT_PRSTATUS
	python3 - "$T/elf" "$1" <<-'END'
	import struct, sys
	data = open(sys.argv[1], 'rb').read()
	word, base, code = (8, 112, 'Q') if sys.argv[2] == '64' else (4, 72, 'I')
	at = 0
	while (at := data.find(b'CORE\0\0\0\0', at)) >= 0:
	    regs = struct.unpack_from('<21' + code if word == 8 else '<17' + code, data, at + 8 + base)
	    print(' '.join('%x' % r for r in regs))
	    at += 8
	END
}
made
is "$(registers 64)" "2
$(printf '%x ' {4096..4116} | sed 's/ $//')
$(printf '%x ' {8192..8212} | sed 's/ $//')" "registers of two CPUs, one of which wrote the dump"
made machine=i686
is "$(registers 32)" "2
$(printf '%x ' {4096..4104})0 0 $(printf '%x ' {4105..4110} | sed 's/ $//')
$(printf '%x ' {8192..8200})0 0 $(printf '%x ' {8201..8206} | sed 's/ $//')" "registers of i686"
made version=3 mclx=1
is "$(registers 64)" "1
$(printf '%x ' {8192..8212} | sed 's/ $//')" "registers of version 3, behind the offsets of MCLX"

# --- truncated and damaged

made noend=1
warns "the file ends without an end mark at offset 0x[0-9a-f]*: pages behind it are missing$" "no end mark"
same "$T/got" "$T/want" "no end mark: everything that is there"
is "$(info incomplete)" yes "no end mark: incomplete"
made num=100
warns "the header tells of 100 pages, there are 33$" "less than the header says"
made flags=9
warns "its writer stopped at offset 0x[0-9a-f]*: pages behind it are missing$" "marked as truncated"
made flags=0x11111102
warns "a damaged record at offset 0x[0-9a-f]*: pages behind it are missing$" "flags of a record"
is "$(info pages-stored)" "2 (0 MiB)" "flags of a record: the pages before it"
made version=9 buffer=65536
printf '\x00\x30\x00\x00' | dd of="$T/made" bs=1 seek=734 conv=notrunc status=none
warns "there is no page at offset 0x3000, where the header says$" "first page not where version 9 says"
same "$T/got" "$T/want" "first page not where version 9 says: found"

# the last page is there, but its bytes are not
made compress=none noend=1
truncate -s -100 "$T/made"
not_ok "cut page: cannot be read" "$VMCOREFS" --cat pfn/0x117 "$T/made"
like "$("$VMCOREFS" --cat pfn/0x117 "$T/made" 2>&1)" "page 0x117 at offset 0x[0-9a-f]*: beyond the end of the file" "cut page: says why"
ok "cut page: the one before can" "$VMCOREFS" --cat pfn/0x116 "$T/made"
# a file of 64 TiB, all of it a hole behind the headers: over at once
made
truncate -s 65536 "$T/made"
truncate -s 60T "$T/made" 2>/dev/null || truncate -s 1T "$T/made"
format_refused "$T/made" "an LKCD dump without pages" "a sparse file"
# a byte in the middle of a compressed page
made
printf '\xff\xff\xff' | dd of="$T/made" bs=1 seek=65572 conv=notrunc status=none
not_ok "damaged page: cannot be read" "$VMCOREFS" --cat pfn/0 "$T/made"
like "$("$VMCOREFS" --cat pfn/0 "$T/made" 2>&1)" "page 0 at offset 0x10000: its compressed data is damaged" "damaged page: says why"
ok "damaged page: the next one can" "$VMCOREFS" --cat pfn/1 "$T/made"
made flags=0
warns "a damaged record at offset 0x[0-9a-f]*: pages behind it are missing$" "zeroes are no record"
made flags=3
not_ok "page of no type: cannot be read" "$VMCOREFS" --cat pfn/2 "$T/made"
like "$("$VMCOREFS" --cat pfn/2 "$T/made" 2>&1)" "page 0x2 at offset 0x[0-9a-f]*: neither compressed nor uncompressed" "page of no type: says why"
made rle=libkdumpfile compress=rle
not_ok "RLE that ends before the page does: not made up" "$VMCOREFS" --cat pfn/0 "$T/made"
made compress=rle
printf '\0\0\0\0' | dd of="$T/made" bs=1 seek=722 conv=notrunc status=none
like "$("$VMCOREFS" --cat pfn/0 "$T/made" 2>&1)" "compressed, but the header tells of no compression" "compressed page in an uncompressed dump"

# --- refused

patched() {	# OFFSET BYTES
	made
	printf "$2" | dd of="$T/made" bs=1 seek="$1" conv=notrunc status=none
}
made; truncate -s 300 "$T/made";	format_refused "$T/made" "the file ends inside the LKCD header" "cut in the header"
made; truncate -s 65540 "$T/made";	format_refused "$T/made" "the file ends before its first page, which is at offset 0x10000" "cut before the first page"
patched 8 '\x0b';			format_refused "$T/made" "LKCD version 11 is not known" "version 11"
patched 8 '\x04';			format_refused "$T/made" "LKCD version 4 is not known" "version 4"
patched 20 '\x01';			format_refused "$T/made" "the LKCD header says that a page has 4097 bytes" "page size"
patched 722 '\x07';			format_refused "$T/made" "LKCD compression 7 is not known" "compression"
patched 65548 '\x04';			format_refused "$T/made" "an LKCD dump without pages" "no pages"

# --- hostile: no crash, no hang

format_damaged lkcd fuzz_lkcd
format_damaged lkcd fuzz_lkcd version=1 big=1 machine=ppc64
format_damaged lkcd fuzz_lkcd version=7 machine=i686 order=holes
format_damaged lkcd fuzz_lkcd version=10 compress=none twice=1 mclx=0
format_corpus fuzz_lkcd

# --- others read the same from the dumps that these tests are made of

if [[ -e /usr/include/libkdumpfile/kdumpfile.h ]] && cc -o "$T/kdumpfile_pages" tests/tools/kdumpfile_pages.c -lkdumpfile -lz 2>/dev/null; then
	format_memory >"$T/desc"
	{ echo "format elf"; cat "$T/desc"; } >"$T/elf.desc"
	python3 tests/mkdump "$T/elf.desc" "$T/elf"
	expected=$("$T/kdumpfile_pages" "$T/elf")
	like "$expected" "^33 pages, " "libkdumpfile: pages of an ELF dump"
	for options in version=5 version=6 "version=7 big=1 machine=ppc" "version=7 big=1 machine=ppc64" version=8 "version=8 order=down" \
		"version=9 buffer=131072" "version=10 compress=none" "version=1 rle=libkdumpfile" "version=8 compress=rle rle=libkdumpfile"; do
		# shellcheck disable=SC2086
		made $options
		is "$("$T/kdumpfile_pages" "$T/made")" "$expected" "libkdumpfile: $options"
	done
else
	skip "libkdumpfile" "not installed"
fi

done_testing
