#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Split sets: those of tests/mkdump and our own as input, level-N/split-K as output, and sets that are not what they should be.
. tests/lib.sh

cat_() { "$VMCOREFS" --cat "$@" 2>"$T/err"; }
describe() {	# STATEMENT...: a dump with pages at all ends, level 0, without codec of its own
	printf '%s\n' 'vmcoreinfo OSRELEASE=6.1.0-test' 'vmcoreinfo PAGESIZE=4096' 'note CORE 1 00112233445566778899aabbccddeeff' \
		'page 0-3 number' 'page 9 random 1' 'page 10-90 text hello' 'page 91-140 zero' 'exclude 141-200' \
		'page 300-420 random 2' 'page 500 byte 7' "$@"
}
made() {	# FILE STATEMENT...
	local out=$1
	shift
	describe "$@" >"$T/desc"
	python3 tests/mkdump "$T/desc" "$out" || { fail "tests/mkdump"; exit 1; }
}
# complains NAME REGEX FILE...: status 32, nothing on stdout, one line
complains() {
	local name=$1 regex=$2
	shift 2
	cat_ info "$@" >"$T/got"
	is "$?$(cat "$T/got")" 32 "$name: status 32"
	like "$(cat "$T/err")" "^vmcorefs: $regex" "$name: says why"
	is "$(wc -l <"$T/err")" 1 "$name: in one line"
}

# --- made by tests/mkdump

parts() {	# STATEMENT...: $T/a, $T/b, $T/c
	made "$T/a" "split 0 64" "$@"
	made "$T/b" "split 64 350" "$@"
	made "$T/c" "split 350 501" "$@"
}
in_any_order() {	# NAME; as the description in $T/desc has it
	local order
	grep -v '^split ' "$T/desc" >"$T/desc.whole"
	python3 tests/mkdump --raw "$T/desc.whole" "$T/raw"
	for order in "a b c" "a c b" "b a c" "b c a" "c a b" "c b a"; do
		# shellcheck disable=SC2046,SC2086
		cat_ raw $(printf "$T/%s " $order) >"$T/got"
		is "$?$(cat "$T/err")" 0 "$1, order $order: no complaints"
		same "$T/got" "$T/raw" "... all pages"
	done
}
parts sharezero "level 1" "codec mixed"
in_any_order "shared page of zeroes, mixed codecs"
parts "format flattened-kdump" "order shuffle 3"
in_any_order "flattened parts"
like "$(cat_ info "$T/a" "$T/b" "$T/c")" "format: kdump-compressed, flattened, split" "... and info says so"
parts "endian big" "abi 32padded" "version 5" "machine ppc"
in_any_order "big-endian, 32 bit, version 5"

parts
in_any_order "three parts"
made "$T/whole"
made "$T/e" "split 501 501"
cat_ raw "$T/e" "$T/c" "$T/b" "$T/a" >"$T/got"
is "$?$(cat "$T/err")" 0 "a part without pages is fine"
same "$T/got" "$T/raw" "... all pages"
info=$(cat_ info "$T/c" "$T/a" "$T/b")
like "$info" "part: 0x0-0x3f: $T/a"$'\n'"part: 0x40-0x15d: $T/b"$'\n'"part: 0x15e-0x1f4: $T/c"$'\n' "info lists the parts by their pages"
like "$info" "file-size: $(($(stat -c %s "$T/a") + $(stat -c %s "$T/b") + $(stat -c %s "$T/c")))"$'\n' "... and the size of all"
like "$info" "incomplete: no" "... and that nothing is missing"
is "$(cat_ vmcoreinfo "$T/c" "$T/b" "$T/a")" "$(cat_ vmcoreinfo "$T/whole")" "vmcoreinfo"
is "$("$VMCOREFS" --list "$T/a" "$T/b" "$T/c")" "$("$VMCOREFS" --list "$T/whole")" "--list of a set"
is "$("$VMCOREFS" --list notes "$T/a" "$T/b" "$T/c")" "$("$VMCOREFS" --list notes "$T/whole")" "--list PATH of a set"
for view in elf level-1/dump level-0/dump.none; do
	cat_ $view "$T/c" "$T/a" "$T/b" | cmp - <("$VMCOREFS" --cat $view "$T/whole") 2>"$T/cmp"
	result $? "$view: the same as of the whole dump" || diag "$(cat "$T/cmp" "$T/err")"
done

# --- not what they should be

missing="parts of the split set are missing: those with pages"
complains "the first is missing" "$T/b: $missing 0x0-0x3f .-o degraded" "$T/c" "$T/b"
complains "the middle is missing" "$T/a: $missing 0x40-0x15d " "$T/c" "$T/a"
complains "the last is missing" "$T/a: $missing 0x15e-0x1f4 " "$T/b" "$T/a"
complains "one alone" "$T/b: $missing 0x0-0x3f, 0x15e-0x1f4 " "$T/b"
complains "the same twice" "$T/b: has pages from 0x40 on, which $T/b has too" "$T/a" "$T/b" "$T/c" "$T/b"
cp "$T/b" "$T/copy"
complains "a copy" "$T/(b|copy): has pages from 0x40 on, which $T/(b|copy) has too" "$T/a" "$T/b" "$T/c" "$T/copy"
made "$T/x" "split 300 400"
complains "an overlap" "$T/x: has pages from 0x12c on, which $T/b has too" "$T/a" "$T/b" "$T/x" "$T/c"
complains "a whole dump among parts" "$T/whole: no part of a split set" "$T/a" "$T/whole" "$T/b" "$T/c"
complains "two whole dumps" "$T/whole: no part of a split set" "$T/whole" "$T/whole"
: >"$T/empty"
complains "an empty file" "$T/empty: the file is empty" "$T/a" "$T/b" "$T/empty"
complains "no such file" "$T/nothing: No such file" "$T/a" "$T/nothing" "$T/b"
other() {	# WHAT STATEMENT...
	local what=$1
	shift
	made "$T/x" "split 64 350" "$@"
	complains "part of another dump: $what" "$T/x: no part of the same dump as $T/a: another $what" "$T/a" "$T/x" "$T/c"
}
other "name of the machine or its kernel" "release 6.1.1"
other "block size" "block 8192"
other "dump level" "level 1"
other "number of pages" "maxpfn 600"
other "phys_base" "phys_base 16"
other "header version" "version 5"
other "byte order" "endian big"
other "notes" "note CORE 1 ff"
other "list of pages" "page 250 number"
other "list of pages" "exclude 250"
other "time" "set hdr.tv_sec 1700000001"

# --- degraded

cat_ info "$T/a" "$T/c" -o degraded >"$T/got"
is $? 0 "-o degraded: status 0"
is "$(cat "$T/err")" "vmcorefs: warning: $T/a: parts of the split set are missing: 127 pages of 0x40-0x15d cannot be read" "... a warning"
like "$(cat "$T/got")" "missing-part: 0x40-0x15d: 127 pages cannot be read.*incomplete: yes.*pages-stored: 258" "... and info"
is "$(cat_ pfn/9 "$T/a" "$T/c" -o degraded | cmp - <("$VMCOREFS" --cat pfn/9 "$T/whole") 2>&1)" "" "... a page that is there"
is "$(cat_ pfn/500 "$T/c" "$T/a" -o degraded | tr -d '\7' | wc -c)" 0 "... another"
for page in 64 100 349; do
	cat_ pfn/$page "$T/c" "$T/a" -o degraded >"$T/got"
	is "$?$(cat "$T/got")" 32 "... page $page is not: status 32"
	like "$(tail -n 1 "$T/err")" "pfn/$page: .*Input/output error" "... an I/O error"
done
cat_ pfn/150 "$T/c" "$T/a" -o degraded >"$T/got"
like "$(tail -n 1 "$T/err")" "No data available" "... an excluded page of the missing part is no damage"
cat_ raw "$T/a" "$T/c" -o degraded >"$T/got"
is $? 32 "... raw stops"
cmp "$T/got" <(head -c $((64 * 4096)) "$T/raw")
result $? "... at the first page that is missing"
cat_ level-0/dump "$T/a" "$T/c" -o degraded >"$T/got"
is $? 0 "... level-0/dump is written"
like "$(cat_ info "$T/got")" "incomplete: yes.*pages-stored: 258" "... and marked incomplete"
cat_ pfn/400 "$T/got" | cmp - <("$VMCOREFS" --cat pfn/400 "$T/whole")
result $? "... with the pages that are there"
head -c $(($(stat -c %s "$T/c") - 5000)) "$T/c" >"$T/cut"
cat_ raw "$T/a" "$T/b" "$T/cut" >"$T/got"
is $? 32 "a truncated part: raw stops"
like "$(head -n 1 "$T/err")" "warning: $T/cut: truncated: the file ends inside the page data" "... with a warning"
cat_ pfn/300 "$T/a" "$T/b" "$T/cut" | cmp - <("$VMCOREFS" --cat pfn/300 "$T/whole")
result $? "... and its other pages are there"

made "$T/x" "split 64 350" "truncate bitmap2"
cat_ info "$T/a" "$T/x" "$T/c" -o degraded >"$T/got"
is $? 0 "a part cut in its bitmaps: status 0"
like "$(cat "$T/err")" "$T/x: the file ends inside the bitmap" "... a warning"
for order in "a x c" "x a c" "c x a"; do
	files=()
	for i in $order; do files+=("$T/$i"); done
	cat_ pfn/9 "${files[@]}" | cmp - <("$VMCOREFS" --cat pfn/9 "$T/whole")
	result $? "$order: a page of another part"
	cat_ pfn/400 "${files[@]}" | cmp - <("$VMCOREFS" --cat pfn/400 "$T/whole")
	result $? "$order: ... of the last one"
	cat_ pfn/100 "${files[@]}" >"$T/got"
	like "$?$(tail -n 1 "$T/err")" "^32.*pfn/100: .*Input/output error" "$order: a page of the part that is cut: EIO"
	cat_ pfn/150 "${files[@]}" >"$T/got"
	like "$?$(tail -n 1 "$T/err")" "^32.*pfn/150: .*No data available" "$order: an excluded page of it: the others know"
done
made "$T/y" "split 64 350" "bitmap2-end 100" "page 5 byte 1"
cat_ info "$T/a" "$T/y" "$T/c" >"$T/got"
is $? 32 "what such a part has of the bitmaps must be as in the others"
like "$(cat "$T/err")" "$T/y: no part of the same dump as $T/a: another list of pages" "... that says so"
made "$T/y" "split 64 350" "bitmap2-end 75"
cat_ pfn/70 "$T/y" "$T/a" "$T/c" | cmp - <("$VMCOREFS" --cat pfn/70 "$T/whole")
result $? "a part whose writer stopped between its bitmaps: the pages that it has"
cat_ pfn/100 "$T/y" "$T/a" "$T/c" >"$T/got"
like "$?$(tail -n 1 "$T/err")" "^32.*pfn/100: .*Input/output error" "... the others are EIO"

# --- our own

# round_trip DUMP LEVEL K: the parts of level-LEVEL/split-K, in reverse, are level-LEVEL/dump
round_trip() {
	local dump=$1 level=$2 k=$3 i files=()
	for ((i = k; i; i--)); do
		"$VMCOREFS" --cat "level-$level/split-$k/$i" "$dump" >"$T/own.$i" 2>>"$T/own.err" || fail "split-$k/$i"
		files+=("$T/own.$i")
	done
	"$VMCOREFS" --cat "level-$level/dump" "$dump" >"$T/want"
	cat_ "level-0/dump" "${files[@]}" >"$T/got"
	is "$?$(cat "$T/err")" 0 "level-$level/split-$k: no complaints"
	same <(tail -c +$((4096 * 2)) "$T/got") <(tail -c +$((4096 * 2)) "$T/want") "... together they are level-$level/dump"
	have makedumpfile || { skip "makedumpfile --reassemble" "not installed"; return; }
	rm -f "$T/joined"
	makedumpfile --message-level 0 --reassemble "${files[@]}" "$T/joined" >"$T/mdf.log" 2>&1
	result $? "... makedumpfile --reassemble takes them" || diag "$(tail -n 3 "$T/mdf.log")"
	ok "... and makes the same of them" "$T/kdumpcmp" -v "$T/joined" "$T/want"
}
cc -O2 -o "$T/kdumpcmp" tests/tools/kdumpcmp.c -lz || fail "kdumpcmp compiles"
for k in 2 3 7 8; do
	round_trip "$T/whole" 0 $k
	round_trip "$T/whole" 1 $k
done
# damage in one part must not make its main header another one
made "$T/x" "set desc[2].size 1"
for i in 1 2; do cat_ level-0/split-2/$i "$T/x" >"$T/own.$i"; done
same <(head -c 464 "$T/own.1") <(head -c 464 "$T/own.2") "a damaged page: main headers are the same"
cat_ pfn/2 "$T/own.2" "$T/own.1" >"$T/got"
like "$?$(cat "$T/err")" "^32.*.*Input/output error.*page 0x2 .*was not written" "... the page is EIO"
cat_ pfn/3 "$T/own.2" "$T/own.1" | cmp - <("$VMCOREFS" --cat pfn/3 "$T/whole")
result $? "... the next one is there"
is "$("$VMCOREFS" --list level-1/split-8 "$T/whole" | tr '\n' ' ')" "1 2 3 4 5 6 7 8 " "split-8 lists its parts"
is "$("$VMCOREFS" --list level-1 "$T/whole" | grep split)" "" "level-1 does not list it"
for name in split-0 split-1 split-9 split-65 split-02 split- split-2x split-3/0 split-3/4 split-3/01 split-3/x split-3/1/y; do
	"$VMCOREFS" --list "level-1/$name" "$T/whole" >"$T/got" 2>&1
	is $? 32 "no level-1/$name"
done
real_dump "$T/real"
for level in 0 31; do round_trip "$T/real" $level 5; done
is "$(cat_ dmesg "$T"/own.[1-5])" "$(cat_ dmesg "$T/real")" "dmesg of the set is that of the dump"

# --- in the mount

if [[ -c /dev/fuse && $(id -u) == 0 ]]; then
	mnt=$T/mnt
	mount_dump "$T/whole" "$mnt" || done_testing
	bound=$(stat -c %s "$mnt/level-1/split-3/2")
	cp "$mnt/level-1/split-3/2" "$T/copied"
	exact=$(stat -c %s "$mnt/level-1/split-3/2")
	[[ $bound -ge $exact ]]
	result $? "stat before open: a bound" || diag "$bound, $exact"
	is "$(stat -c %s "$T/copied")" "$exact" "... after it: the size"
	cat_ level-1/split-3/2 "$T/whole" | cmp - "$T/copied"
	result $? "... and the bytes of --cat"
	is "$(ls "$mnt/level-1/split-3" | tr '\n' ' ')" "1 2 3 " "ls"
	is "$(cd "$mnt/level-1/split-3/.." && ls split-2 | tr '\n' ' ')" "1 2 " ".. is the level"
	is "$(stat -c %i "$mnt/level-1/split-3/..")" "$(stat -c %i "$mnt/level-1")" "... by its inode too"
	ok "unmounts" unmount "$mnt"
	mkdir -p "$mnt"
	(cd "$T" && "$VMCOREFS" c a b mnt)
	is $? 0 "a set, mounted in the background by relative names"
	same "$mnt/raw" "$T/raw" "... raw"
	is "$(findmnt -n -o SOURCE "$mnt")" "$T/c" "... the table of mounts shows the first"
	fusermount3 -u "$mnt" || umount "$mnt"
	"$VMCOREFS" "$T/a" "$T/c" "$mnt" 2>"$T/err"
	is $? 32 "a part is missing: not mounted"
	SUSPICIOUS_LOG=1 mount_dump "$T/a" "$mnt" -o degraded || fail "-o degraded mounts"
	is "$(cat "$mnt/pfn/100" 2>&1 | sed 's/.*: //')" "Input/output error" "-o degraded mounts; missing page: EIO"
	cat "$mnt/pfn/9" | cmp - <("$VMCOREFS" --cat pfn/9 "$T/whole")
	result $? "... the others are there"
	ok "unmounts" unmount "$mnt"
else
	skip "in the mount" "needs root and /dev/fuse"
fi

# --- --list: PATH or DUMP

cd "$T" || exit 1
cp a raw
is "$("$VMCOREFS" --list raw b c 2>&1 | head -n 1)" README "--list FILE ...: a DUMP when there is such a file"
is "$("$VMCOREFS" --list /raw whole 2>&1)" "/raw" "--list /PATH DUMP: a PATH"
mkdir pfn
is "$("$VMCOREFS" --list pfn whole 2>&1)" README "--list PATH DUMP: a folder of this name does not matter"
done_testing
