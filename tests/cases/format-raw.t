#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Memory without headers: raw images, banks of memory; what is told about the machine on the command line. LiME as output.
. tests/lib.sh
. tests/formats.sh

FORMAT_OPTIONS=--raw format_reads "raw image" raw
FORMAT_OPTIONS='-o raw' format_reads "raw image, -o raw" lime-padded

# --- any file at all
printf 'hello' >"$T/five"
"$VMCOREFS" --raw --cat raw "$T/five" >"$T/got"
is "$(stat -c %s "$T/got") $(head -c 5 "$T/got")" "4096 hello" "a file of five bytes is a page"
field() { sed -n "s/^$1: //p" "$T/info"; }
python3 -c 'import sys; sys.stdout.buffer.write(b"\x7fELF" + bytes(8188))' >"$T/elf"
"$VMCOREFS" --raw --cat info "$T/elf" >"$T/info"
is "$(field format) $(field pages-stored) $(field architecture)" "raw 2 (0 MiB) unknown" "what looks like another format too"
format_refused "$T/five" "five: no known dump format \(tried .*elf, .*; the file begins with 68 65 6c 6c 6f\); --raw reads it as an image of physical memory$" \
	"not told"
"$VMCOREFS" --raw --cat info "$T/five" "$T/elf" >/dev/null 2>"$T/err"
like "$?$(cat "$T/err")" "32vmcorefs: $T/elf: one file is a raw image; .*--ramdump" "two raw images"
format_refused /dev/null "/dev/null: neither a file nor a block device" "a device" --raw

# --- holes
truncate -s 64M "$T/sparse"
printf 'data' | dd of="$T/sparse" bs=1 seek=$((32 << 20)) conv=notrunc status=none
"$VMCOREFS" --raw --cat info "$T/sparse" >"$T/info"
like "$(field pages-stored)/$(field pages-zero)" "^[1-9][0-9]? \(0 MiB\)/81[0-9]{2} \(31 MiB\)$" \
	"holes of a sparse file are zeroes, but at its beginning"
"$VMCOREFS" --raw --cat raw "$T/sparse" >"$T/got"
same "$T/got" "$T/sparse" "... and read so"
truncate -s 8T "$T/huge"
printf 'data' | dd of="$T/huge" bs=1 seek=$((4 << 40)) conv=notrunc status=none
start=$(now_ms)
is "$(timeout 20 "$VMCOREFS" --raw --cat phys/0x40000000000+4 "$T/huge" 2>"$T/err")" data "8 TiB with a page in them"
ok "... are not searched" test $(($(now_ms) - start)) -lt 5000

# --- told
"$VMCOREFS" --raw -o arch=s390x,page_size=65536 --cat info "$T/elf" >"$T/info"
is "$(field architecture) $(field page-size) $(field pages-stored)" "s390x 65536 1 (0 MiB)" "-o arch= and page_size="
usage() { "$VMCOREFS" --cat info "$@" >"$T/got" 2>"$T/err"; echo "$? $(cat "$T/err")"; }
like "$(usage --raw -o arch=x86 "$T/elf")" "^1 vmcorefs: -o arch=x86: not one of arm, .*, x86_64$" "an architecture that is none"
is "$(usage --raw -o page_size=5000 "$T/elf")" "1 vmcorefs: -o page_size=5000: not 4096, 8192, 16384, 32768 or 65536" "a page size that is none"
python3 tests/mkdump /dev/stdin "$T/dump" <<<$'format elf\npage 0 number'
"$VMCOREFS" -o arch=s390x --cat info "$T/dump" >"$T/info"
is "$(field architecture)" "x86_64" "what the dump tells wins"
like "$(field warning)" "^$T/dump: -o arch= is not used: a dump of this format .elf. says itself what its architecture is$" "... which is said"
like "$(usage -q -o page_size=65536 "$T/dump"; cat "$T/got")" "warning: .* -o page_size= is not used" "... of the page size too"

# --- banks
printf 'format elf\npage 1-2 random 1\npage 0x10 text hello\npage 0x2000-0x2001 random 2\n' >"$T/desc"
python3 tests/mkformat ramdump "$T/desc" "$T/bank" && python3 tests/mkdump --raw "$T/desc" "$T/want"
banks=$(python3 tests/mkformat --options ramdump "$T/desc" "$T/bank")
is "$banks" "--ramdump $T/bank@1000,$T/bank.2@2000000" "two banks"
reads() {	# NAME OPTION...
	local name=$1
	shift
	"$VMCOREFS" --cat raw "$@" >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$name: no complaints"
	same "$T/got" "$T/want" "$name: contents"
}
# shellcheck disable=SC2086 # two words
reads "banks in one argument" $banks
reads "banks in two arguments" --ramdump "$T/bank.2@0x2000000" --ramdump "$T/bank@0x1000"
reads "DUMPs that are banks" -o ramdump "$T/bank@1000" "$T/bank.2@2000000"
mv "$T/bank" "$T/b,nk@1"
reads "a name with a comma and an @" --ramdump "$T/b,nk@1@1000,$T/bank.2@2000000"
mv "$T/b,nk@1" "$T/bank"
is "$("$VMCOREFS" --list / $banks | grep -c '^raw$')" 1 "--list with banks"
is "$("$VMCOREFS" --list $banks | grep -c '^raw$')" 1 "... without a path"
# shellcheck disable=SC2086 # two words
"$VMCOREFS" --cat info $banks >"$T/info"
is "$(field format)" "ramdump" "info: format"
is "$(usage --ramdump "$T/bank@1000,$T/bank.2@10fff")" \
	"32 vmcorefs: $T/bank@1000 and $T/bank.2@10fff overlap: both have physical address 0x10fff" "banks that overlap"
is "$(usage --ramdump "$T/bank@1000,$T/bank.2@11000" | head -c 2)" "0 " "banks that touch"
like "$(usage --ramdump "$T/bank@ffffffffffff0000")" "^32 vmcorefs: $T/bank: 65536 bytes from physical address 0xffffffffffff0000 on are more" "the end of the numbers"
is "$(usage --ramdump "$T/none@0")" "32 vmcorefs: $T/none: No such file or directory" "a bank that is not there"
for bad in "$T/bank" "$T/bank@" "$T/bank@-1" "$T/bank@12345678123456781" "$T/bank@0," "@0" "$T/bank@0x" "$T/bank@1 "; do
	is "$(usage --ramdump "$bad" | sed "s,$T/,,g")" \
		"1 vmcorefs: --ramdump ${bad//$T\//}: not FILE[+OFFSET[,LENGTH]]@ADDR (hexadecimal; ADDR: physical), or several with commas between" "no bank: $bad"
done
is "$(usage --ramdump "$T/bank@0" "$T/bank")" "1 vmcorefs: $T/bank: with --ramdump there is no DUMP" "banks and a DUMP"
is "$(usage --raw --ramdump "$T/bank@0")" "1 vmcorefs: --raw and --ramdump: only one of them" "both"
is "$("$VMCOREFS" --ramdump "$T/bank@0" 2>&1)" "vmcorefs: no MOUNTPOINT given, see vmcorefs --help" "no mount point"
if mount_dump "" "$T/mnt" --ramdump "$T/bank@1000" --ramdump "$T/bank.2@2000000"; then
	same "$T/mnt/raw" "$T/want" "a mount of banks"
	unmount "$T/mnt"
	is $? 0 "... unmounts"
else
	skip "a mount of banks" "no mount"
fi

# --- LiME as output: what an independent writer makes of the same memory
format_memory >"$T/desc"

# --- RAM of a virtual machine in one file: no hole below 4 GiB
python3 - "$T/ram.bin" <<'END'
import struct, sys
with open(sys.argv[1], 'wb') as f:
    for paddr in (0x1000, 0x7ff00000, 0x100000000, 0x140000000):
        f.seek(paddr if paddr < 1 << 31 else paddr - (2 << 30))
        f.write(struct.pack('<QQ', 0xfeedface, paddr).ljust(4096, b'.'))
    f.truncate(5 << 30)
END
hole=(-o pci_hole=0x80000000)
word_is() {	# PADDR NAME OPTION...: the word that tells its own address
	is "$("$VMCOREFS" "${@:3}" --cat "phys/$1+16" 2>"$T/err" | od -An -tx8 | tr -s ' ')$(cat "$T/err")" \
		" 00000000feedface $(printf %016x "$1")" "$2: $1"
}
for paddr in 0x1000 0x7ff00000 0x100000000 0x140000000; do
	word_is $paddr "--raw, a hole" --raw "${hole[@]}" "$T/ram.bin"
	word_is $paddr "--ramdump, a hole" --ramdump "$T/ram.bin@0" "${hole[@]}"
	word_is $paddr "two parts of a file" --ramdump "$T/ram.bin+0,80000000@0,$T/ram.bin+0x80000000@100000000"
	word_is $paddr "... with lengths, as DUMPs" -o ramdump "$T/ram.bin+80000000,c0000000@100000000,$T/ram.bin+0,80000000@0"
done
"$VMCOREFS" --raw "${hole[@]}" --cat info "$T/ram.bin" >"$T/info"
like "$(field pages-stored)/$(field pages-zero)" "^[1-9][0-9]* \([0-9] MiB\)/1310[0-9]{3} \(511[0-9] MiB\)$" "5 GiB, most of them holes of the file"
"$VMCOREFS" --raw --cat info "$T/ram.bin" >"$T/info"
like "$(usage --ramdump "$T/ram.bin@90000000" "${hole[@]}")" "^32 vmcorefs: $T/ram.bin: -o pci_hole=0x80000000: a bank of memory cannot begin in the hole, at 0x90000000$" \
	"a bank in the hole"
like "$(usage --ramdump "$T/ram.bin@0,$T/ram.bin@100000000" "${hole[@]}")" "^32 .* overlap: both have physical address 0x100000000$" "what is behind the hole overlaps"
like "$(usage --raw -o pci_hole=0x123 "$T/ram.bin")" "^32 vmcorefs: -o pci_hole=: 0x123 is not the address of a page below 4 GiB$" "a hole that is none"
is "$(usage --ramdump "$T/ram.bin+140000000@0")" "32 vmcorefs: $T/ram.bin: has 0x140000000 bytes: no 0x1 bytes from offset 0x140000000 on" "a part behind the end"
is "$(usage --ramdump "$T/ram.bin+1000,140000000@0")" "32 vmcorefs: $T/ram.bin: has 0x140000000 bytes: no 0x140000000 bytes from offset 0x1000 on" "a part beyond the end"
is "$(usage --ramdump "$T/ram.bin+0,140000001@0")" "32 vmcorefs: $T/ram.bin: has 0x140000000 bytes, not 0x140000001" "... from the beginning"
"$VMCOREFS" --ramdump "$T/bank+10,8@0" --cat raw | head -c 8 >"$T/got"
same "$T/got" <(tail -c +17 "$T/bank" | head -c 8) "a part of a few bytes"
cp "$T/five" "$T/a+5"
"$VMCOREFS" --ramdump "$T/a+5@0" --cat raw | head -c 5 >"$T/got"
is "$(cat "$T/got")" hello "a file whose name has a + is that file"
cp "$T/elf" "$T/a"
"$VMCOREFS" --ramdump "$T/a+0x5@0" --cat raw | cmp -s -n 8187 - <(tail -c +6 "$T/a")
is "$?" 0 "... a part of the other one is to be had with another spelling"
is "$(usage --ramdump "$T/a+zz@0")" "32 vmcorefs: $T/a+zz: No such file or directory" "what only looks like a part"
if mount_dump "$T/ram.bin+80000000@100000000" "$T/mnt" -o "ramdump"; then
	is "$(head -c 16 "$T/mnt/phys/0x140000000" | od -An -tx8 | tr -s ' ')" " 00000000feedface 0000000140000000" "-o ramdump in a mount, as from fstab"
	unmount "$T/mnt"
fi

# --- what does not fit is refused
for option in pci_hole=0x80000000 ram=mem plugged=m@0x100000000; do
	like "$(usage -o $option "$T/dump")" "^32 vmcorefs: $T/dump: -o ${option%%=*}= does not fit a dump of this format .elf., which says itself wh" "-o $option of an ELF dump"
done
like "$(usage --raw -o ram=mem "$T/five")" "^32 vmcorefs: $T/five: -o ram= does not fit a dump of this format .raw." "-o ram= of a raw image"

for order in little big; do
	echo "endian $order" >>"$T/desc"
	python3 tests/mkformat lime "$T/desc" "$T/lime"
	{ echo "format elf"; cat "$T/desc"; } >"$T/desc.elf"
	python3 tests/mkdump "$T/desc.elf" "$T/elf"
	"$VMCOREFS" --cat lime "$T/elf" >"$T/got"
	same "$T/got" "$T/lime" "lime, $order-endian: as mkformat writes it"
done
sed -i '/^endian/d' "$T/desc" "$T/desc.elf"
python3 tests/mkformat lime "$T/desc" "$T/lime"
python3 tests/mkdump "$T/desc.elf" "$T/elf"
"$VMCOREFS" --cat level-1/lime "$T/elf" >"$T/got"
same "$T/got" "$T/lime" "level-1/lime: with the pages of zeroes"
"$VMCOREFS" --cat raw "$T/got" >"$T/back"
"$VMCOREFS" --cat raw "$T/elf" >"$T/want"
same "$T/back" "$T/want" "... read back"
if mount_dump "$T/elf" "$T/mnt"; then
	size=$(stat -c %s "$T/mnt/lime")
	is "$size" "$(cat "$T/mnt/lime" | wc -c)" "its size is known"
	bound=$(stat -c %s "$T/mnt/level-1/lime")
	ok "that of a level is at most what stat says" test "$(cat "$T/mnt/level-1/lime" | wc -c)" -le "$bound"
	is "$(stat -c %s "$T/mnt/level-1/lime")" "$(stat -c %s "$T/lime")" "... and exact when it was open"
	unmount "$T/mnt"
fi
done_testing
