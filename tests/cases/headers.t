#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What headers of outputs tell of a dump whose kernel is not known: nothing is lost that the source's headers told.
. tests/lib.sh
need_tool readelf

make_dump() {	# OUT, description on stdin
	cat >"$T/desc"
	python3 tests/mkdump "$T/desc" "$1" || fail "a dump is made"
}
loads() {	# FILE: p_vaddr p_paddr p_filesz p_memsz of its PT_LOADs
	readelf -lW "$1" 2>/dev/null | awk '$1 == "LOAD" { print $3, $4, $5, $6 }'
}

# --- ELF: the source's addresses: an image inside of memory, memory in two pieces side by side, one elsewhere, one of which
# nothing is told.
make_dump "$T/elf" <<'END'
format elf
machine x86_64
elfmachine 62
page 0x100-0x1ff number
page 0x200-0x23f number
page 0x300-0x30f number
page 0x400-0x40f number
phdr 0xffffffff81000000 0x120000 @0x120000 0x20000 0x20000
phdr 0xffff888000100000 0x100000 @0x100000 0x100000 0x100000
phdr 0xffff888000200000 0x200000 @0x200000 0x40000 0x40000
phdr 0xffff999000300000 0x300000 @0x300000 0x10000 0x10000
phdr 0 0x400000 @0x400000 0x10000 0x10000
no-auto
END
"$VMCOREFS" --cat elf "$T/elf" >"$T/out" 2>"$T/err"
is "$(loads "$T/out")" "0xffffffff81000000 0x0000000000120000 0x020000 0x020000
0xffff888000100000 0x0000000000100000 0x140000 0x140000
0xffff999000300000 0x0000000000300000 0x010000 0x010000
0x0000000000000000 0x0000000000400000 0x010000 0x010000" "elf has the source's addresses, and its image first"
"$VMCOREFS" --cat raw "$T/elf" >"$T/raw"
"$VMCOREFS" --cat raw "$T/out" >"$T/raw2"
same "$T/raw" "$T/raw2" "... and the same memory"
"$VMCOREFS" --cat elf "$T/out" >"$T/out2" 2>"$T/err"
same "$T/out" "$T/out2" "... and of that once more the same file"
"$VMCOREFS" --cat level-1/elf "$T/elf" >"$T/level" 2>"$T/err"
is "$(loads "$T/level")" "$(loads "$T/out")" "level-1/elf too"
"$VMCOREFS" --cat kdump-compressed "$T/elf" >"$T/kdump" 2>"$T/err"
is "$(perl -e 'local $/; open F, shift; read F, $_, 8192; printf "%#x", unpack "Q<", substr $_, 4096, 8' "$T/kdump")" 0xffffffffff120000 \
	"kdump-compressed has the phys_base of the image" || true

# QEMU writes physical addresses: they are none.
make_dump "$T/qemu" <<'END'
format elf
machine x86_64
elfmachine 62
page 0x100-0x1ff number
phdr 0x100000 0x100000 @0x100000 0x100000 0x100000
no-auto
END
"$VMCOREFS" --cat elf "$T/qemu" >"$T/out" 2>"$T/err"
is "$(loads "$T/out")" "0x0000000000000000 0x0000000000100000 0x100000 0x100000" "physical addresses stay unknown"

# --- kdump-compressed: the machine as the source has it
for machine in armv7l i686 ppc64le aarch64 x86_64 s390x; do
	make_dump "$T/kdump" <<-END
		format kdump
		machine $machine
		release 4.19.0-test
		page 1-9 number
	END
	"$VMCOREFS" --cat kdump-compressed "$T/kdump" >"$T/out" 2>"$T/err"
	is "$(head -c 330 "$T/out" | tail -c +273 | tr -d '\0')" "$machine" "utsname.machine stays $machine"
done

# --- POWER: QEMU wrote big-endian headers of a little-endian kernel. Outputs are the kernel's, registers too.
corpus=tests/corpus/arch/ppc64el.kdump
for view in elf kdump-compressed; do
	"$VMCOREFS" --cat $view $corpus >"$T/$view" 2>"$T/err"
	is "$?:$(cat "$T/err")" "0:" "ppc64le: $view"
	"$VMCOREFS" --cat dmesg $corpus >"$T/log"
	"$VMCOREFS" --cat dmesg "$T/$view" >"$T/log2"
	same "$T/log" "$T/log2" "... with the same log"
	is "$("$VMCOREFS" --list notes "$T/$view" | grep -v VMCOREINFO)" "$("$VMCOREFS" --list notes $corpus | grep -v VMCOREINFO)" "... and the same notes"
done
is "$(head -c 6 "$T/elf" | od -An -tx1 | tr -d ' ')" 7f454c460201 "ppc64le: elf is little-endian"
is "$(head -c 432 "$T/kdump-compressed" | tail -c 4 | od -An -tx1 | tr -d ' ')" 00000100 "ppc64le: kdump-compressed has its block size so"
for note in $("$VMCOREFS" --list notes $corpus | grep CORE); do
	"$VMCOREFS" --cat "notes/$note" $corpus >"$T/big"
	"$VMCOREFS" --cat "notes/$note" "$T/elf" >"$T/little"
	is "$(python3 - "$T/big" "$T/little" "${note##*-}" <<'END'
import struct, sys
big, little = (open(name, "rb").read() for name in sys.argv[1:3])
form = {1: "3iHxx2Q4i8Q48Qi4x", 2: "33Q", 258: "32Q", 257: "35I"}
kind = int(sys.argv[3])
at = len(big) - {1: 504, 2: 264, 256: 544, 258: 256, 257: 140}[kind]	# behind the header and the name
big, little = big[at:], little[at:]
if kind == 256:
    print(all(big[i * 16:i * 16 + 16] == little[i * 16:i * 16 + 16][::-1] for i in range(32)))
else:
    print(struct.unpack(">" + form[kind], big) == struct.unpack("<" + form[kind], little))
END
	)" True "ppc64le: $note has the same numbers"
done
done_testing
