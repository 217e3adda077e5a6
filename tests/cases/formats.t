#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Dump formats through the program: what it reads, and what it says about files that are damaged.
. tests/lib.sh

describe() {	# STATEMENT...: into $T/desc
	{
		printf '%s\n' 'vmcoreinfo OSRELEASE=6.1.0-test' 'note CORE 1 00112233445566778899aabbccddeeff' \
			'page 0-3 number' 'page 9 random 1' 'page 10 text hello' 'page 11-12 zero' 'exclude 13-20' 'page 40 byte 7'
		printf '%s\n' "$@"
	} >"$T/desc"
}

# --- what is in memory comes out, whatever is around it

reads() {	# NAME STATEMENT...
	local name=$1
	shift
	describe "$@"
	python3 tests/mkdump "$T/desc" "$T/dump" && python3 tests/mkdump --raw "$T/desc" "$T/want" || { fail "$name: mkdump"; return; }
	"$VMCOREFS" --cat raw "$T/dump" >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$name: no complaints"
	same "$T/got" "$T/want" "$name: contents"
}

for codec in none zlib lzo snappy zstd mixed; do
	reads "kdump-compressed, $codec" "format kdump" "codec $codec"
done
for version in 1 2 3 4 5; do
	reads "header version $version" "version $version"
done
for abi in 32 32padded 32time64 32padded-time64; do
	reads "ABI $abi" "abi $abi" "machine i686"
	reads "ABI $abi, big-endian" "abi $abi" "machine ppc" "endian big"
done
reads "64 KiB blocks" "block 65536"
reads "shared page of zeroes" sharezero "level 1" "codec lzo"
reads "ELF" "format elf"
reads "ELF32, big-endian" "format elf32" "endian big" "elfmachine 20"
reads "ELF as QEMU 7.2 writes it" "format elf" "ehsize 8" shdrs-first
reads "ELF with 70000 program headers" "format elf" "xnum 70000"
reads "ELF with overlapping segments" "format elf" twice "phdr 0xffffffff81000000 0x9000 @0x9000 0x1234 0x4000"
reads "flattened kdump-compressed" "format flattened-kdump" "records 1000" "order shuffle 1" rewrite
reads "flattened ELF" "format flattened-elf" "records 777" "order reverse"

# --- one line, exit status 32

refuses() {	# NAME REGEX
	"$VMCOREFS" --cat info "$T/dump" >"$T/got" 2>"$T/err"
	is "$?" 32 "$1: status 32"
	is "$(wc -l <"$T/err")" 1 "$1: one line"
	like "$(cat "$T/err")" "^vmcorefs: .*dump: $2" "$1: says why"
}
made() { describe "$@"; python3 tests/mkdump "$T/desc" "$T/dump"; }

: >"$T/dump";			refuses "empty file" "the file is empty"
echo "no dump" >"$T/dump";	refuses "text" "no known dump format .tried [^;]*elf, kdump-compressed[^;]*; the file begins with 6e 6f 20 64 75 6d 70 0a.; --raw reads it"
made "truncate 100";		refuses "cut in the header" "the file ends inside the kdump header"
made "truncate sub+20";		refuses "cut in the sub header" "the file ends inside the kdump sub header"
made "set hdr.block_size 5";	refuses "block size" "the kdump header makes no sense"
made "format elf" "truncate 50";	refuses "ELF: cut in the header" "the file ends inside the ELF header"
made "format elf" "set ehdr.e_type 2";	refuses "ELF: a program" "an ELF file, but not a core dump .e_type 2."
made "format elf" no-auto;	refuses "ELF: no memory" "an ELF core without physical memory"
printf 'format elf\nmachine x86_64\nvmcoreinfo OSRELEASE=6.1.0\n' >"$T/desc"
python3 tests/mkdump "$T/desc" "$T/dump";	refuses "ELF: notes" "an ELF core without physical memory .it has notes only, no PT_LOAD."
printf 'format kdump\nmachine x86_64\nmaxpfn 0\n' >"$T/desc"
python3 tests/mkdump "$T/desc" "$T/dump";	refuses "no page at all" "the kdump header says that the machine has no memory"
made "format flattened-kdump" "set flat.version 3";	refuses "flattened version" "flattened stream of type 1, version 3"
made "format flattened-kdump" "record -5 16";	refuses "flattened offset" "flattened stream: record at offset 0x[0-9a-f]+ is damaged"

# --- every header field set to every unlikely number: a message or an open dump, never a crash

total=0
garbage() {
	describe "$@"
	total=$((total + $(python3 tests/mkdump --garbage "$T/desc" "$T/garbage/$#-$RANDOM")))
}
garbage "format kdump"
garbage "format kdump" "endian big" "codec mixed"
garbage "format kdump" "abi 32" "version 4"
garbage "format kdump" "abi 32padded" "split 0 10"
garbage "format kdump" "version 1"
garbage "format elf"
garbage "format elf" "endian big" shdrs-first "ehsize 8"
garbage "format elf32"
garbage "format flattened-kdump"
garbage "format flattened-elf" "records 500"
is "$("$BUILD/tests/fuzz/replay_fuzz_dump" "$T/garbage" | tail -n 1)" "$total inputs replayed" "$total dumps with garbage in one header field"

for target in tests/fuzz/corpus/*; do
	target=${target##*/}
	is "$("$BUILD/tests/fuzz/replay_$target" "tests/fuzz/corpus/$target" | tail -n 1)" \
		"$(find "tests/fuzz/corpus/$target" -type f | wc -l) inputs replayed" "$target: corpus"
done

done_testing
