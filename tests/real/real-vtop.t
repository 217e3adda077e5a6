#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# vtop/<addr> of 1000 addresses (500 with five levels, 100 without KASLR) is what crash's vtop says; and of some that no
# page table maps. drgn names the candidates: of the direct map, of kernel text and data, of vmalloc areas, modules and
# page structs.
. tests/real/lib.sh
need_root
need_fuse

sets v61-512 v61-la57 v61-nokaslr

cat >"$T/candidates.py" <<'END'
# candidates.py NUMBER RAM...: "kind address" lines; NUMBER of each kind, and half as many more.
import random, sys
from drgn.helpers.linux.list import list_for_each_entry
random.seed(1)
number = int(sys.argv[1])
ram = [tuple(int(x, 16) for x in a.split("-")) for a in sys.argv[2:]]
def inside(areas, weights=None):
    start, end = random.choices(areas, weights)[0]
    return random.randrange(start, end)
def by_size(areas):
    return inside(areas, [end - start for start, end in areas])
def symbol(name):
    return prog.symbol(name).address
areas = [(a.va_start.value_(), a.va_end.value_()) for a in list_for_each_entry(
    "struct vmap_area", prog["vmap_area_list"].address_of_(), "list") if a.vm]
modules = [(m.core_layout.base.value_(), m.core_layout.base.value_() + m.core_layout.size.value_())
           for m in list_for_each_entry("struct module", prog["modules"].address_of_(), "list")]
page_size = prog.type("struct page").size
base, vmemmap, vmalloc = (prog[n].value_() for n in ("page_offset_base", "vmemmap_base", "vmalloc_base"))
kinds = {
    "direct": lambda: base + by_size(ram),
    "text": lambda: random.choice([random.randrange(symbol("_stext"), symbol("_etext")),
                                   random.randrange(symbol("_sdata"), symbol("_edata"))]),
    "vmalloc": lambda: inside([a for a in areas if a[0] < vmemmap]),
    "modules": lambda: inside(modules),
    "vmemmap": lambda: vmemmap + (by_size(ram) >> 12) * page_size + random.randrange(page_size),
}
for kind, one in kinds.items():
    seen = set()
    while len(seen) < number * 3 // 2:
        seen.add(one())
    for address in sorted(seen, key=lambda a: a * 0x9e3779b97f4a7c15 & 0xffff):
        print(kind, "%x" % address)
# Behind the end of areas and of RAM, in front of them, and in the gaps between regions.
for address in {a[1] for a in areas[:40]} | {vmalloc + (1 << 43) + n * 0x200001 for n in range(20)} | {
        base + (1 << 40) + n * 0x40000001 for n in range(20)} | {0xffffffffffe00000 - 0x1000, symbol("_stext") - 0x1000}:
    print("gap", "%x" % address)
END

# ours FOLDER: address -> "address paddr" or "address error"
ours() {
	local a out
	while read -r a; do
		if out=$(cat "$1/0x$a" 2>/dev/null); then
			out=${out##*$'\n'}
			case $out in
			paddr\ 0x*) printf '%s %x\n' "$a" "${out#paddr }" ;;
			"not mapped: "*) echo "$a error" ;;
			*) printf '%s odd: %s\n' "$a" "$out" ;;
			esac
		else
			echo "$a error"
		fi
	done
}
# crash's: the line behind "VIRTUAL PHYSICAL", and the error of one that is in no page table
theirs() {
	python3 -c '
import re, sys
for line in sys.stdin:
    m = re.match(r"([0-9a-f]{16}) +([0-9a-f]+|\(not mapped\)) *$", line)
    if m and wanted:
        print(m[1], m[2] if m[2][0] != "(" else "error")
    m2 = re.match(r"vtop: (?:ambiguous|invalid)[^0-9a-f]*([0-9a-f]{16})", line)
    if m2:
        print(m2[1], "error")
    wanted = line.startswith("VIRTUAL ")' <"$1"
}

check() {	# SET NUMBER
	local name=$1 number=$2 dump=${set[$1]}/vmcore kernel=${set[$1]}/vmlinux kind ram
	mount_dump "$dump" "$T/$name" || { fail "mount of $dump"; return; }
	# All but the first PT_LOAD, which is the kernel: System RAM.
	mapfile -t ram < <(readelf -lW "$dump" | awk '$1 == "LOAD" && n++ { print $4, $5 }' |
		while read -r start size; do printf '%x-%x\n' "$start" $((start + size)); done)
	drgn_run "$dump" "$kernel" "$T/candidates.py" "$number" "${ram[@]}" >"$T/candidates" 2>"$T/err"
	result $? "$name: candidates" || { diag "$(cat "$T/err")"; return; }
	sed 's/.* /vtop -k /' "$T/candidates" >"$T/commands"
	mapfile -t commands <"$T/commands"
	crash_run "$T/crash" "$kernel" "$dump" "${commands[@]}"
	result $? "$name: crash translates $(lines "$T/candidates") addresses"
	theirs "$T/crash" | sort -u >"$T/expected.all"
	for kind in direct text vmalloc modules vmemmap; do
		sed -n "s/^$kind //p" "$T/candidates" | sort >"$T/kind"
		join "$T/kind" "$T/expected.all" | grep -v error | head -n "$number" >"$T/expected"
		is "$(lines "$T/expected")" "$number" "$name: $kind: crash knows $number"
		cut -d' ' -f1 "$T/expected" | ours "$T/$name/vtop" >"$T/got"
		same "$T/got" "$T/expected" "$name: $kind: the same physical addresses" ||
			diag "$(diff "$T/got" "$T/expected" | head -n 10)"
	done
	# What crash does not find ours says is not mapped.
	grep error "$T/expected.all" >"$T/expected"
	[[ $(lines "$T/expected") -ge 20 ]]
	result $? "$name: crash does not find some" || diag "$(lines "$T/expected")"
	cut -d' ' -f1 "$T/expected" | ours "$T/$name/vtop" >"$T/got"
	same "$T/got" "$T/expected" "$name: $(lines "$T/expected") unmapped addresses: an error in both" ||
		diag "$(diff "$T/got" "$T/expected" | head -n 10)"
	is "$(wc -l <"$T/expected.all")" "$(cut -d' ' -f2 "$T/candidates" | sort -u | wc -l)" "$name: crash had an answer for each"
	ok "$name: unmount" unmount "$T/$name"
}

check v61-512 200
check v61-la57 100
check v61-nokaslr 20
done_testing
