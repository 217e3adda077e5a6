#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vtop/<addr> and vtop/<pgd>:<addr>: an arm64 machine whose tables are written here, entry by entry.
. tests/lib.sh

# The kernel's top table is at 0x41000000: ffff800009000000 is 0x100, 0, 0x48, 0; its image is one page of 2 MiB. Memory is
# mapped from ffff000000000000 on, by 1 GiB. A process's is at 0x41004000: 0x400000 is 0, 0, 2, 0.
dump=$T/dump
cat >"$T/desc" <<'END'
format elf
machine aarch64
elfmachine 183
vmcoreinfo OSRELEASE=6.12.0-test
vmcoreinfo PAGESIZE=4096
vmcoreinfo SYMBOL(swapper_pg_dir)=ffff800009000000
vmcoreinfo SYMBOL(_stext)=ffff800009010000
vmcoreinfo NUMBER(VA_BITS)=48
vmcoreinfo NUMBER(kimage_voffset)=0xffff7fffc8000000
vmcoreinfo NUMBER(PHYS_OFFSET)=0x40000000
page 0x41000-0x41007 zero
page 0x41100 text of a process
END
python3 tests/mkdump "$T/desc" "$dump"
result $? "a dump"
python3 - "$dump" <<'END'
import struct, sys
tables = {
    0x41000000: {0: 0x41001003, 0x100: 0x41002003}, 0x41001000: {0: 0x0060000040000701}, 0x41002000: {0: 0x41003003},
    0x41003000: {0x48: 0x0060000041000701}, 0x41004000: {0: 0x41005003}, 0x41005000: {0: 0x41006003},
    0x41006000: {2: 0x41007003},
    0x41007000: {0: 0x00e8000041100fc3, 1: 0x12345000 | 3 << 6, 2: 0x0060000041100800},
}
with open(sys.argv[1], "r+b") as f:
    header = f.read(64)
    phoff, phnum = struct.unpack_from("<Q", header, 32)[0], struct.unpack_from("<H", header, 56)[0]
    f.seek(phoff)
    loads = [struct.unpack("<IIQQQQQQ", f.read(56)) for _ in range(phnum)]
    for paddr, entries in tables.items():
        offset = next(p[2] + paddr - p[4] for p in loads if p[0] == 1 and p[4] <= paddr < p[4] + p[5])
        for index, entry in entries.items():
            f.seek(offset + index * 8)
            f.write(struct.pack("<Q", entry))
END
view() { "$VMCOREFS" --cat "$1" "$dump" 2>&1; }

is "$(view vtop/ffff800009012345)" "vaddr 0xffff800009012345
PGD   0x0000000041000800: 0x0000000041002003 table
PUD   0x0000000041002000: 0x0000000041003003 table
PMD   0x0000000041003240: 0x0060000041000701 valid rw accessed global pxn uxn page 2 MiB
paddr 0x0000000041012345" "an address of the kernel"
like "$(view vtop/0xffff000001100000)" "page 1 GiB"$'\n'"paddr 0x0000000041100000$" "the linear map"
process="root  0x0000000041004000
vaddr 0x0000000000400003
PGD   0x0000000041004000: 0x0000000041005003 table
PUD   0x0000000041005000: 0x0000000041006003 table
PMD   0x0000000041006010: 0x0000000041007003 table
PTE   0x0000000041007000: 0x00e8000041100fc3 valid user ro accessed write pxn uxn dirty page 4 KiB
paddr 0x0000000041100003"
for pgd in 0x41004000 ffff000001004000 0xffff000001004000 1090535424 0x00ab000041004001; do
	is "$(view "vtop/$pgd:0x400003")" "$process" "a process's, by $pgd"
done
# ends PATH STATUS LINES NAME: the end of a walk that finds no page, and what --cat says of it
ends() {
	"$VMCOREFS" --cat "$1" "$dump" >"$T/walk" 2>"$T/err"
	is "$? $(cat "$T/err")" "32 vmcorefs: $1: $2" "$4: it is said, with status 32"
	is "$(tail -n 2 "$T/walk")" "$3" "... and the walk is there down to its end"
}
ends vtop/0x41004000:0x401000 "Bad address" "PTE   0x0000000041007008: 0x00000000123450c0 swap type 3 offset 0x12345
not mapped: the PTE entry maps nothing" "a page that is swapped out"
ends vtop/0x41004000:0x402000 "Bad address" "PTE   0x0000000041007010: 0x0060000041100800 prot-none
not mapped: the PTE entry maps nothing" "PROT_NONE"
is "$(view "vtop/0x41000000:0xffff800009012345" | sed 1d)" "$(view vtop/0xffff800009012345)" "the kernel's tables, named"
ends vtop/0x41004000:0x403000 "Bad address" "PTE   0x0000000041007018: 0x0000000000000000 none
not mapped: the PTE entry maps nothing" "nothing is mapped"
ends vtop/0x41004000:0x40000000 "Bad address" "PUD   0x0000000041005008: 0x0000000000000000 none
not mapped: the PUD entry maps nothing" "nothing far around is mapped"
ends vtop/0x41004000:0x1000000000000 "Bad address" "vaddr 0x0001000000000000
not mapped: no address of these page tables" "no address of either half"
ends vtop/0x10000:0x400000 "No data available" "PGD   0x0000000000010000: not in the dump
not known: the PGD entry is not in the dump" "a table that is not in the dump"
for name in "" ":" "1:" ":1" "1:2:3" "1: 2"; do
	[[ -z $name ]] || like "$(view "vtop/$name")" "Invalid argument" "vtop/$name"
done
like "$(view vtop/0x41004000:x)" "not in this dump: .*kallsyms" "vtop/ of a symbol where there are none"

# Nothing is known of the kernel: tables that are named can be walked all the same, where the machine says how.
# walk MACHINE E_MACHINE ENTRIES..., as ADDRESS=ENTRY
bare() {
	local machine=$1 number=$2
	shift 2
	printf '%s\n' "format elf" "machine $machine" "elfmachine $number" "page 0x0-0x44 zero" >"$T/desc"
	python3 tests/mkdump "$T/desc" "$T/$machine" && python3 - "$T/$machine" "$@" <<'END'
import struct, sys
with open(sys.argv[1], "r+b") as f:
    header = f.read(64)
    order = ">" if header[5] == 2 else "<"
    phoff, phnum = struct.unpack_from(order + "Q", header, 32)[0], struct.unpack_from(order + "H", header, 56)[0]
    f.seek(phoff)
    loads = [struct.unpack(order + "IIQQQQQQ", f.read(56)) for _ in range(phnum)]
    for word in sys.argv[2:]:
        at, entry = (int(w, 16) for w in word.split("="))
        f.seek(next(p[2] + at - p[4] for p in loads if p[0] == 1 and p[4] <= at < p[4] + p[5]))
        f.write(struct.pack(order + "Q", entry))
END
}
ok "x86_64 without VMCOREINFO" bare x86_64 62 40000=41067 41000=42067 42010=43067 43008=8000000000044025
"$VMCOREFS" --list / "$T/x86_64" >"$T/list"
is "$(grep -c -e '^vtop/*$' "$T/list") $(grep -c -e '^virt/*$' "$T/list")" "1 0" "there is vtop, but no virt"
is "$("$VMCOREFS" --cat vtop/0x40000:0x401123 "$T/x86_64")" "root  0x0000000000040000
vaddr 0x0000000000401123
PGD   0x0000000000040000: 0x0000000000041067 present rw user accessed
PUD   0x0000000000041000: 0x0000000000042067 present rw user accessed
PMD   0x0000000000042010: 0x0000000000043067 present rw user accessed
PTE   0x0000000000043008: 0x8000000000044025 present user accessed nx page 4 KiB
paddr 0x0000000000044123" "x86_64: a walk from CR3"
not_ok "x86_64: no tables of the kernel" "$VMCOREFS" --cat vtop/0x401123 "$T/x86_64"

# Where no register tells how many levels there are, the tables' look does; or nothing does.
ok "riscv64 without VMCOREINFO" bare riscv64 243 40000=10401 41000=10801 42008=110df 20000=df
is "$("$VMCOREFS" --cat vtop/0x40000:0x1123 "$T/riscv64")" "root  0x0000000000040000
vaddr 0x0000000000001123
PGD   0x0000000000040000: 0x0000000000010401 table
PMD   0x0000000000041000: 0x0000000000010801 table
PTE   0x0000000000042008: 0x00000000000110df valid r w x user accessed dirty page 4 KiB
paddr 0x0000000000044123" "riscv64: three levels, as they look"
# no_form ROOT STATUS LINE: what vtop says of a root that cannot be read
no_form() {
	local name="vtop/$1:0x0000000000001123"
	"$VMCOREFS" --cat "$name" "$T/riscv64" >"$T/walk" 2>"$T/err"
	is "$? $(cat "$T/err")" "32 vmcorefs: $name: $2" "riscv64: $1: $2"
	is "$(cat "$T/walk")" "root  $1"$'\n'"vaddr 0x0000000000001123"$'\n'"not known: $3" "... and why"
}
no_form 0x0000000000030000 "Bad address" "what is at the root fits no form of page tables that can be told by their look"
no_form 0x0000000000020000 "Operation not supported" \
	"the tables fit more than one page size or number of levels, and nothing in the dump tells which it is"

# In the mount: stat tells the size, a name keeps its inode number while somebody knows it.
if [[ ! -c /dev/fuse ]]; then
	skip "a mount" "no /dev/fuse"
	done_testing
fi
ok "mount" mount_dump "$dump" "$T/mnt"
name="$T/mnt/vtop/0x41004000:0x400003"
exec 5<"$name"
is "$(cat <&5)" "$process" "read"
is "$(stat -c %s "$name")" "$((${#process} + 1))" "its size"
is "$(stat -c %i "$name")" "$(stat -L -c %i /proc/self/fd/5)" "one inode number"
[[ $(stat -c %i "$T/mnt/vtop/0x41004000:0x400004") != "$(stat -c %i "$name")" ]]
result $? "another for another address"
exec 5<&-
is "$(cat "$T/mnt/vtop/0x1234000041004000:0x400003")" "$process" "a root that is no address"
like "$(cat "$T/mnt/vtop/0x41004000:0x403000")" "PTE .*none"$'\n'"not mapped: the PTE entry maps nothing$" "one that is not mapped"
not_ok "no name" stat "$T/mnt/vtop/0x41004000:x"
ok "unmount" unmount "$T/mnt"
done_testing
