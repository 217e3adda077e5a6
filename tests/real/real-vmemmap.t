#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# level-N+vmemmap: the pages that makedumpfile -e -d N keeps, but for the last 2 MiB of page structs, at which
# makedumpfile does not look.
. tests/real/lib.sh

names=(v61-512 v61-3g v510-512 v612-512)
sets "${names[@]}" mdf-new
tool kdumpcmp -lz
tool kdumpfile_pages -lkdumpfile -lz

our() {		# DUMP PATH FILE
	"$VMCOREFS" --cat "$2" "$1" >"$3" 2>"$T/err" || diag "$2: $(cat "$T/err")"
}

# kdump_facts FILE: status and dump level of its header. unneeded PLAIN FIRST-PFN STRUCTS PFN...: those of the pages
# with page structs (the first one is at frame STRUCTS, and tells of page FIRST-PFN on) that tell only of pages which the
# machine has and PLAIN, a dump, lacks.
cat >"$T/kdump.py" <<'END'
import struct, sys
def load(path):
    f = open(path, "rb")
    header = f.read(4096)
    status, block, sub, bitmaps = struct.unpack_from("<IIII", header, 424)
    level = struct.unpack_from("<i", f.read(4096), 8)[0]
    f.seek((1 + sub) * block)
    size = bitmaps // 2 * block
    return status, level, f.read(size), f.read(size)
if sys.argv[1] == "facts":
    status, level, _, _ = load(sys.argv[2])
    print("status %#x level %d" % (status, level))
else:
    _, _, machine, kept = load(sys.argv[2])
    first, structs = int(sys.argv[3], 0), int(sys.argv[4], 0)
    for word in sys.argv[5:]:
        at = (first + (int(word, 0) - structs) * 64) // 8
        if machine[at:at + 8] == b"\xff" * 8 and not any(kept[at:at + 8]):
            print(word)
END

for name in "${names[@]}"; do
	dump=${set[$name]}/vmcore removed=0 levels=(0 2 8 16 31)
	[[ $name != v61-3g ]] || levels=(16 31)		# 3 GB each
	for n in "${levels[@]}"; do
		rm -f "$T/theirs" "$T/plain"
		must "$name: makedumpfile -d $n" mdf_new -d $n "$dump" "$T/plain"
		must "$name: makedumpfile -e -d $n" sh -c '"$1" -D --work-dir "$2" -e -d "$3" "$4" "$5" >"$6" 2>&1' - \
			"${set[mdf-new]}/makedumpfile" "$T/bitmaps" $n "$dump" "$T/theirs" "$T/log"
		our "$dump" "level-$n+vmemmap/dump" "$T/our"
		"$T/kdumpcmp" -v "$T/theirs" "$T/our" >"$T/all"
		diag "$name: level $n: $(tail -n 1 "$T/all")"
		is "$(grep -c '^pfn.*\(second\|differ\)' "$T/all")" 0 "$name: level $n: nothing that makedumpfile -e lacks, the same bytes"
		# "vmap pfns 0x14800-14e00 represent pfns 0-18000": one piece on these machines; the last 2 MiB are behind it
		read -r end pfn < <(tr -d '\r' <"$T/log" |
			sed -n 's/.*vmap pfns 0x[0-9a-f]*-\([0-9a-f]*\) represent pfns [0-9a-f]*-\([0-9a-f]*\)$/0x\1 0x\2/p' | tail -n 1)
		sed -n 's/^pfn \(0x[0-9a-f]*\) only in the first$/\1/p' "$T/all" >"$T/extra"
		# shellcheck disable=SC2046 # a list
		python3 "$T/kdump.py" unneeded "$T/plain" "$pfn" "$end" $(cat "$T/extra") >"$T/unneeded"
		ok "$name: level $n: ... and what else we leave out is page structs of pages that are left out" \
			cmp "$T/extra" "$T/unneeded"
		is "$(while read -r p; do ((p >= end && p < end + 512)) || echo "$p"; done <"$T/extra")" "" \
			"$name: level $n: ... in the last 2 MiB of them"
		"$T/kdumpcmp" -v "$T/plain" "$T/our" >"$T/all"
		is "$(grep -c '^pfn.*\(second\|differ\)' "$T/all")" 0 "$name: level $n: nothing that makedumpfile -d $n lacks"
		removed=$((removed + $(grep -c '^pfn.*only in the first$' "$T/all")))
		[[ $n != 31 ]] || cp "$T/our" "$T/$name"
	done
	result $((removed == 0)) "$name: $removed pages of page structs are left out in all"
	is "$(python3 "$T/kdump.py" facts "$T/$name")" "$(python3 "$T/kdump.py" facts "$T/theirs" | sed 's/0x10/0x11/')" \
		"$name: the header says that they are"
done

# --- the other files of the folder
V=${set[v61-512]}/vmcore
D=$T/v61-512
for codec in none zlib lzo zstd; do
	our "$V" "level-31+vmemmap/dump.$codec" "$T/codec"
	same_pages "$T/codec" "$D" "dump.$codec: the same pages"
done
for k in 1 2 3; do our "$V" level-31+vmemmap/split-3/$k "$T/part.$k"; done
must "the parts are one dump" sh -c '"$1" --cat kdump-compressed "$2" "$3" "$4" >"$5"' - \
	"$VMCOREFS" "$T/part.3" "$T/part.1" "$T/part.2" "$T/joined"
ok "split-3: the same pages" "$T/kdumpcmp" "$D" "$T/joined"
is "$(python3 "$T/kdump.py" facts "$T/joined")" "$(python3 "$T/kdump.py" facts "$D")" "... and the mark in the header is kept"
our "$V" level-31+vmemmap/flattened "$T/flat"
must "makedumpfile -R" sh -c 'makedumpfile -R "$1" <"$2"' - "$T/rearranged" "$T/flat"
ok "flattened: the same pages" "$T/kdumpcmp" "$D" "$T/rearranged"
our "$V" level-31+vmemmap/elf "$T/elf"
our "$V" level-31+vmemmap/report "$T/report"
kept=$(awk '$1 == "kept" { print $2 }' "$T/report") zero=$(awk '$1 == "kept-zero" { print $2 }' "$T/report")
is "$kept" "$("$T/kdumpcmp" "$D" "$D" | sed -n 's/ pages the same.*//p')" "report: the pages of the dump"
# short runs of left-out pages are holes of the file; it has headers and notes besides, and as its memory begins inside a
# block, a run of pages touches one block more
blocks=$(du -B4096 "$T/elf" | cut -f 1)
result $((blocks < kept - zero || blocks > (kept - zero) * 21 / 20 + 32)) "elf: the same without pages of zeroes" ||
	diag "$blocks: $(cat "$T/report")"
# of v612-512, the last one: plain is level 31
"$T/kdumpcmp" -v "$T/plain" "$T/v612-512" | sed -n 's/^pfn \(0x[0-9a-f]*\) only in the first$/\1/p' | head -n 1 >"$T/pfn"
N=${set[v612-512]}/vmcore pfn=$(cat "$T/pfn")
our "$N" level-31+vmemmap/raw "$T/raw"
is "$(stat -c %s "$T/raw")" "$("$VMCOREFS" --cat level-31/raw "$N" | wc -c)" "raw: as long as that of the level"
is "$(dd if="$T/raw" bs=4096 skip=$((pfn)) count=1 2>/dev/null | tr -d '\0' | wc -c)" 0 "... with a hole for page structs"
not_ok "... which level-31/raw has" cmp <("$VMCOREFS" --cat level-31/raw "$N" | tail -c +$((pfn * 4096 + 1)) | head -c 4096) \
	<(head -c 4096 /dev/zero)

if [[ -e ${set[v61-512]}/vmlinux ]]; then
	ok "crash opens it" crash_run "$T/crash" "${set[v61-512]}/vmlinux" "$D" sys 'ps 1'
	like "$(cat "$T/crash")" "NODENAME:.*init" "... and knows the system and its processes"
fi

done_testing
