#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cores of Xen domains, as 'xl dump-core' writes them.
. tests/lib.sh
. tests/formats.sh

made() {	# NAME FORMAT [KEY=VALUE...]
	local name=$1 format=$2
	shift 2
	format_memory >"$T/desc"
	python3 tests/mkformat "$format" "$T/desc" "$T/$name" "$@" || fail "mkformat $format"
}
number() { printf "$(printf '\\x%02x' $(for ((i = 0; i < $2; i++)); do echo $(($1 >> (8 * i) & 255)); done))"; }
patch() { number "$3" "$4" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none; }
field() { od -An -tu8 -j $(($2)) -N 8 "$1" | tr -d ' '; }
# section FILE INDEX: offset of its header
section() { echo $((64 + 64 * $2)); }
fact() { "$VMCOREFS" --cat info "$2" 2>/dev/null | sed -n "s/^$1: //p"; }

# --- contents

format_reads "HVM" xc-core
format_reads "HVM, pages in no order" xc-core order=shuffled
format_reads "paravirtualised" xc-core-pv
format_reads "paravirtualised, other machine frames" xc-core-pv machine=shuffled
format_reads "paravirtualised, in no order" xc-core-pv machine=shuffled order=shuffled

# --- facts and registers

made hvm xc-core
made pv xc-core-pv machine=shuffled
is "$(fact format "$T/hvm")" xc-core "format"
is "$(fact architecture "$T/hvm")" x86_64 "architecture"
is "$(fact registers "$T/hvm")" "of 1 CPU" "one CPU"
is "$(fact incomplete "$T/hvm")" no "complete"
# the writer's registers: rax is 0x1100 and so on in QEMU's order, CR3 is 0x1234000
"$VMCOREFS" --list notes "$T/hvm" >"$T/notes" 2>&1
prstatus=$(grep -- '-CORE-1$' "$T/notes") qemu=$(grep -- '-QEMU-0$' "$T/notes")
reg() { "$VMCOREFS" --cat "notes/$prstatus" "$1" 2>/dev/null | od -An -tx8 -j $((112 + 8 * $2)) -N 8 | tr -d ' 0'; }
is "$(reg "$T/hvm" 0) $(reg "$T/hvm" 4) $(reg "$T/hvm" 14) $(reg "$T/hvm" 16) $(reg "$T/hvm" 19)" "11f 117 115 111 116" \
	"r15, rbp, rdi, rip, rsp" || diag "$(cat "$T/notes")"
cr3() { "$VMCOREFS" --cat "notes/$qemu" "$1" 2>/dev/null | od -An -tx8 -j 416 -N 8 | tr -d ' '; }
is "$(cr3 "$T/hvm")" 0000000001234000 "CR3"
is "$("$VMCOREFS" --cat "notes/$qemu" "$T/hvm" 2>/dev/null | od -An -tx8 -j $((152 + 4 * 24 + 16)) -N 8)" " ffff800000000004" \
	"GS base: the kernel's, as it ran there"

# page 9 holds a page table: as CR3 of a paravirtualised domain it is a machine address
cat >"$T/cpu.py" <<'END'
import struct, sys
regs = struct.pack('<18Q', *range(18)) + b''.join(struct.pack('<4IQ', 0, 0, 0, 0, 0) for _ in range(10))
qemu = struct.pack('<II', 1, 440) + regs + struct.pack('<6Q', 1, 0, 0, 0x9000, 0x20, 0)
print('note QEMU 0 ' + qemu.hex())
END
{ format_memory; python3 "$T/cpu.py"; } >"$T/desc"
python3 tests/mkformat xc-core-pv "$T/desc" "$T/pv" machine=shuffled
raw=$(field "$T/pv" $(($(field "$T/pv" $(($(section "$T/pv" 3) + 24))) + 4984 + 24)))
isnt() { [[ $1 != "$2" ]]; result $? "$3"; }
isnt "$raw" $((0x9000)) "the file has a machine address in CR3: $raw"
is "$(cr3 "$T/pv")" 0000000000009000 "CR3 is turned into the domain's own address"

# --- an ELF core is none

small_dump "$T/elf"
is "$(fact format "$T/elf")" elf "a plain ELF core stays one"

# --- damage

made hvm xc-core
made pv xc-core-pv
pages=$(field "$T/hvm" $(($(section "$T/hvm" 4) + 24))) list=$(field "$T/hvm" $(($(section "$T/hvm" 5) + 24)))
cp "$T/hvm" "$T/cut"; truncate -s $((list + 8)) "$T/cut"
format_refused "$T/cut" "an ELF core without physical memory|the list of its pages" "cut in the list of pages"
cp "$T/hvm" "$T/other"; patch "$T/other" $(($(section "$T/hvm" 5) + 32)) 80 8
"$VMCOREFS" --cat info "$T/other" >"$T/got" 2>"$T/err"
like "$(cat "$T/err")" "the Xen core has 33 pages, and a list of 10" "a short list: a warning"
is "$(fact pages-stored "$T/other" | sed 's/ .*//')" 10 "a short list: so many pages"
cp "$T/hvm" "$T/other"; patch "$T/other" $((list + 8)) -1 8
"$VMCOREFS" --cat info "$T/other" >"$T/got" 2>"$T/err"
is "$(grep -c . "$T/err")" 0 "a page that Xen could not read is no damage"
is "$("$VMCOREFS" --cat pfn/1 "$T/other" 2>&1)" "vmcorefs: pfn/1: No such file or directory" "and is not there" ||
	"$VMCOREFS" --cat info "$T/other"
cp "$T/hvm" "$T/other"; patch "$T/other" $((list + 8)) $((1 << 60)) 8
"$VMCOREFS" --cat info "$T/other" >"$T/got" 2>"$T/err"
like "$(cat "$T/err")" "1 pages with impossible numbers are ignored" "an impossible number"

# the notes: header at 0x10 behind the first, page size is its last field
notes=$(field "$T/hvm" $(($(section "$T/hvm" 2) + 24)))
cp "$T/hvm" "$T/other"; patch "$T/other" $((notes + 16 + 16 + 24)) 5000 8
format_refused "$T/other" "the notes of the Xen core tell no page size" "page size"
at=$((notes + 16 + 48 + 16 + $(od -An -tu4 -j $((notes + 16 + 48 + 4)) -N 4 "$T/hvm") + 16))
cp "$T/hvm" "$T/other"; patch "$T/other" $at 2 8
format_refused "$T/other" "version 0x2 of the format of Xen cores is not known here" "format version"
cp "$T/hvm" "$T/other"; patch "$T/other" $((notes + 16 + 16 + 8)) 3 8
"$VMCOREFS" --cat info "$T/other" >"$T/got" 2>"$T/err"
like "$(cat "$T/err")" "registers of 3 CPUs in 5168 bytes" "registers of another size"
cp "$T/hvm" "$T/other"; patch "$T/other" $(($(section "$T/hvm" 4) + 24)) $((1 << 40)) 8
"$VMCOREFS" --cat pfn/1 "$T/other" >"$T/got" 2>"$T/err"
is "$?$(wc -c <"$T/got")" 320 "pages beyond the end of the file"
like "$(cat "$T/err")" "the file is truncated: its headers describe" "pages beyond the end of the file: a warning"

format_damaged xc-core fuzz_xc_core
format_damaged xc-core-pv fuzz_xc_core machine=shuffled
format_corpus fuzz_xc_core
done_testing
