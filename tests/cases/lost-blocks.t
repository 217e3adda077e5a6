#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Blocks of a kdump-compressed file that read as zeroes, since they never reached the disk or were lost in a copy.
. tests/lib.sh

real=tests/corpus/tiny61.kdump		# blocks: header, 2 of the sub header, 1 of either bitmap, descriptors
"$VMCOREFS" --cat dmesg "$real" >"$T/log"
"$VMCOREFS" --cat raw "$real" >"$T/raw" 2>/dev/null
lost() {	# BLOCK COUNT
	cp "$real" "$T/dump"
	dd if=/dev/zero of="$T/dump" bs=4096 seek="$1" count="$2" conv=notrunc status=none
	"$VMCOREFS" --cat info "$T/dump" >"$T/info" 2>"$T/err"
}
info() {	# KEY
	sed -n "s/^$1: //p" "$T/info"
}

# The main header tells how many pages there are, too.
lost 1 2
is "$(info incomplete)" yes "the sub header: incomplete"
is "$(info warning)" "$T/dump: the kdump sub header was lost, and with it the dump's notes" "... and why"
like "$(info vmcoreinfo)" "^found in memory at 0x" "... VMCOREINFO is found elsewhere"
is "$(info kernel-offset)" 0x13000000 "... and fits"
ok "... the log" cmp "$T/log" <("$VMCOREFS" --cat dmesg "$T/dump" 2>/dev/null)
ok "... the pages" cmp "$T/raw" <("$VMCOREFS" --cat raw "$T/dump" 2>/dev/null)

# ... but what ends with it has nothing else either: makedumpfile was killed before it wrote that.
truncate -s 12288 "$T/dump"
"$VMCOREFS" --cat info "$T/dump" >"$T/info" 2>"$T/err"
is "$? $(cat "$T/err")" "32 vmcorefs: $T/dump: the kdump header says that the machine has no memory" "the sub header at the end: refused"

# With its list all pages are lost: they must not look like pages that were left out.
empty="$T/dump: the list of the stored pages is empty, but there are pages: the list was lost, and none can be read"
lost 4 1
is "$(info incomplete)" yes "the second bitmap: incomplete"
is "$(info warning)" "$empty" "... and why"
is "$(info pages-excluded)" "" "... no page looks as if it had been left out"
"$VMCOREFS" --cat pfn/0x1000 "$T/dump" >"$T/page" 2>"$T/err"
is "$? $(stat -c %s "$T/page")" "32 0" "... and none reads as zeroes"
like "$(cat "$T/err")" "Input/output error" "... but fails"
lost 3 2
is "$(info incomplete)" yes "both bitmaps: incomplete"
is "$(info warning)" "$empty" "... and why"

# Cut off, as by a full disk: how much of it is lost is said, of a large one about.
head -c 2000000 "$real" >"$T/dump"
"$VMCOREFS" --cat info "$T/dump" >"$T/info" 2>"$T/err"
is "$(info warning)" "$T/dump: truncated: the file ends inside the page data; 3182 of 5445 pages cannot be read" "cut off"
lost=$(tests/tools/count_lost_pages.py "$T/dump")
is "$lost" 3182 "... and that is so many"
printf 'format kdump\nmachine x86_64\ncodec zlib\npage 0-79999 number\n' >"$T/desc"
python3 tests/mkdump "$T/desc" "$T/whole"
head -c $(($(stat -c %s "$T/whole") * 6 / 10)) "$T/whole" >"$T/dump"
"$VMCOREFS" --cat info "$T/dump" >"$T/info" 2>"$T/err"
lost=$(tests/tools/count_lost_pages.py "$T/dump")
said=$(info warning | sed -n 's/.*; about \([0-9]*\) of 80000 pages cannot be read$/\1/p')
[[ -n $said && $((said - lost)) -lt 800 && $((lost - said)) -lt 800 ]]
result $? "a large one: within one in a hundred" || diag "$said, $lost; $(cat "$T/err")"

# A dump of which nothing is stored is none of these.
printf 'format kdump\nmachine x86_64\nmaxpfn 100\nexclude 0-99\n' >"$T/desc"
python3 tests/mkdump "$T/desc" "$T/dump"
"$VMCOREFS" --cat info "$T/dump" >"$T/info" 2>"$T/err"
is "$(info incomplete)" no "a dump without any stored page is complete"

done_testing
