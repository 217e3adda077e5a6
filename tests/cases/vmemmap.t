#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# level-N+vmemmap of the small real dump: its names, and what it leaves out. tests/real/real-vmemmap.t has makedumpfile
# judge it.
. tests/lib.sh
need_fuse

real_dump "$T/dump"
mnt=$T/mnt
mount_dump "$T/dump" "$mnt" || skip_all "no mount"

is "$(ls "$mnt" | grep vmemmap)" "" "the folders are not listed"
is "$(cat "$mnt/progress")" idle "nothing is computed yet"
for ((n = 0; n < 32; n++)); do
	for file in dump elf raw report flattened dump.none dump.zlib dump.lzo dump.snappy dump.zstd split-2/1 split-2/2; do
		[[ $(stat -c %F "$mnt/level-$n+vmemmap/$file" 2>&1) == "regular file" ]] || diag "level-$n+vmemmap/$file is missing"
	done
done >"$T/missing"
is "$(cat "$T/missing")" "" "all of them are there, with the files of a level"
is "$(ls "$mnt/level-3+vmemmap")" "$(ls "$mnt/level-3")" "they list the same files"
is "$(cat "$mnt/progress")" idle "stat computes nothing"
for name in level-31+ level-32+vmemmap level-031+vmemmap level-31+vmemma level-31+vmemmap+vmemmap level+vmemmap; do
	not_ok "no $name" stat "$mnt/$name"
done
inodes=$(stat -c %i "$mnt/level-31/dump" "$mnt/level-31+vmemmap/dump" "$mnt/level-30+vmemmap/dump" | sort -u | wc -l)
is "$inodes" 3 "an inode number for each"

# value FOLDER KEY
value() { awk -v key="$2" '$1 == key { print $2 }' "$mnt/$1/report"; }
# the dump itself lacks pages, so that level 0 has page structs to leave out, but no more than level 31
none=$(($(value level-0 kept) - $(value level-0+vmemmap kept)))
less=$(($(value level-31 kept) - $(value level-31+vmemmap kept)))
result $((less <= 0)) "level 31 does without $less pages of them"
result $((none > less)) "... and level 0 without $none"
is "$(value level-31+vmemmap source)" "$(value level-31 source)" "... of the same memory"
# raw has holes where the level has pages, and nothing else differs
cp "$mnt/level-31/raw" "$T/with"
cp "$mnt/level-31+vmemmap/raw" "$T/without"
python3 - "$T/with" "$T/without" $less <<'END'
import sys
a, b = (open(p, "rb").read() for p in sys.argv[1:3])
pages = [i for i in range(0, len(a), 4096) if a[i:i + 4096] != b[i:i + 4096]]
bad = [i for i in pages if any(b[i:i + 4096])]
sys.exit(bool(bad) or len(a) != len(b) or not 0 < len(pages) <= int(sys.argv[3]))
END
result $? "raw: only pages of page structs are gone"
# status of the header: 0x10 is makedumpfile's mark
is "$(head -c 428 "$mnt/level-31+vmemmap/dump.none" | tail -c 4 | xxd -p)" 10000000 "dump: the mark in the header"
is "$(head -c 428 "$mnt/level-31/dump.none" | tail -c 4 | xxd -p)" 00000000 "... which a level does not have"
cp "$mnt/level-31+vmemmap/dump" "$T/copy"
ok "--cat gives the same" cmp <("$VMCOREFS" --cat level-31+vmemmap/dump "$T/dump") "$T/copy"
is "$("$VMCOREFS" --cat dmesg "$T/copy" | cksum)" "$(cksum <"$mnt/dmesg")" "the copy can be read"
like "$("$VMCOREFS" --cat info "$T/copy")" "vmemmap: without page structs" "... and its info tells what it lacks"
unlike "$(cat "$mnt/info")" "vmemmap:" "... as that of the whole does not"
is "$("$VMCOREFS" --cat level-0/dump.none "$T/copy" | head -c 428 | tail -c 4 | xxd -p)" 10000000 \
	"what is made of it keeps the mark"

ok "unmounts with status 0" unmount "$mnt"
done_testing
