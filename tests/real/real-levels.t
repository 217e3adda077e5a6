#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# level-N/dump and level-N/elf of 6.1: the pages that makedumpfile -d N keeps, with the same bytes, for all 32 levels. The
# same of QEMU's dumps, for some.
. tests/real/levels.sh

sets v61-512 q61-512 mdf-new
V=${set[v61-512]}/vmcore
Q=${set[q61-512]}

our() {		# DUMP LEVEL FILE
	"$VMCOREFS" --cat "level-$2/dump" "$1" >"$3" 2>"$T/err" || diag "level-$2/dump: $(cat "$T/err")"
}

# A page that a PT_LOAD covers only in part: makedumpfile without --work-dir leaves it out.
readelf -lW "$V" | python3 -c '
import sys
pages = set()
for line in sys.stdin:
    if line.split()[:1] == ["LOAD"]:
        start, size = (int(line.split()[i], 16) for i in (3, 4))
        pages |= {address >> 12 for address in (start, start + size) if address & 0xfff}
for p in sorted(pages):
    print("pfn %#x only in the second" % p)
    print("pfn %#x only in the second: first bitmap" % p)' | sort >"$T/partial"
is "$(lines "$T/partial")" 2 "the vmcore has one page that a PT_LOAD covers in part" || diag "$(cat "$T/partial")"

compare_levels v61-512 {0..31}

mount_dump "$V" "$T/v" || { fail "mount"; done_testing; }
for n in {0..31}; do
	rm -f "$T/cyclic"
	must "makedumpfile -d $n" mdf -d $n "$V" "$T/cyclic"
	"$T/kdumpcmp" -v "$T/cyclic" "$T/v/level-$n/dump.none" | grep ^pfn | sort >"$T/differences"
	same "$T/differences" "$T/partial" "level $n: without --work-dir only that page differs" ||
		diag "$(head -n 10 "$T/differences")"
done
ok "unmount" unmount "$T/v"
rm -f "$T/cyclic"

# --- QEMU's dumps: makedumpfile cannot read them, but our ELF view of them

# pages_of FROM END ELF [ELF]: the page frames between these that its PT_LOADs cover, without those of the second
pages_of() {
	python3 -c '
import subprocess, sys
def pages(path):
    for line in subprocess.run(["readelf", "-lW", path], capture_output=True, text=True).stdout.splitlines():
        if line.split()[:1] == ["LOAD"]:
            start, size = (int(line.split()[i], 16) for i in (3, 4))
            yield from range(start >> 12, start + size + 0xfff >> 12)
for pfn in sorted(set(pages(sys.argv[3])) - set(pages(sys.argv[4]) if sys.argv[4:] else ())):
    if int(sys.argv[1]) <= pfn < int(sys.argv[2]):
        print("pfn %#x only in" % pfn)' "$@"
}
# QEMU also dumps the ROM below 4 GiB. The kernel has no struct page for it, its sections are 128 MiB of address space,
# and makedumpfile ends at the last page that has one. So do the levels.
end=$(proc_of q61-512 iomem | sed -n 's/^[0-9a-f]*-\([0-9a-f]*\) : System RAM$/0x\1/p' | tail -n 1)
end=$((((end >> 27) + 1) << 15))
is "$(pages_of "$end" $((1 << 52)) "$Q/elf" | wc -l)" 64 "q61-512: the dump has 256 KiB of ROM that has no struct page"

for n in 0 1 16 31; do
	for file in elf elf-paging kdump-zlib; do
		[[ $n != 0 ]] ||
			must "the elf view of $file" sh -c '"$1" --cat elf "$2" >"$3"' - "$VMCOREFS" "$Q/$file" "$T/elf.$file"
		rm -f "$T/theirs"
		must "makedumpfile -d $n on our elf view" mdf_new -d $n "$T/elf.$file" "$T/theirs"
		our "$Q/$file" $n "$T/our.$file"
		ok "q61-512/$file: level $n: the same pages, the same bytes" "$T/kdumpcmp" -v "$T/theirs" "$T/our.$file"
		diag "$(tail -n 1 "$T/.printed")"
	done
	ok "q61-512: level $n is the same of elf and of kdump-zlib" "$T/kdumpcmp" "$T/our.elf" "$T/our.kdump-zlib"
	[[ $n == 0 ]] || continue
	# What only one of QEMU's two ELF dumps has is known from their program headers.
	pages_of 0 "$end" "$Q/elf" "$Q/elf-paging" | sed 's/$/ the first/' >"$T/expected"
	"$T/kdumpcmp" -v "$T/our.elf" "$T/our.elf-paging" | grep ^pfn | grep -v 'first bitmap' | cmp - "$T/expected"
	result $? "q61-512: elf-paging lacks the pages that its PT_LOADs lack" || diag "$(lines "$T/expected") pages"
done
not_ok "makedumpfile cannot filter q61-512/elf" mdf -f -d 31 "$Q/elf" "$T/theirs"

done_testing
