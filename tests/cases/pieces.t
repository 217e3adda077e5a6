#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A dump that was cut by split(1) for an upload: its pieces, given in order, are read as the one file.
. tests/lib.sh

small_dump "$T/dump" "format kdump" "codec zlib"
python3 tests/mkdump --raw "$T/dump.desc" "$T/raw"
reads() {	# NAME FILE...
	"$VMCOREFS" --cat raw "${@:2}" >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$1: no complaints"
	same "$T/got" "$T/raw" "$1: contents"
}
refuses() {	# NAME REGEX FILE...
	"$VMCOREFS" --cat info "${@:3}" >"$T/got" 2>"$T/err"
	is $? 32 "$1: status 32"
	like "$(cat "$T/err")" "$2" "$1: says why"
}
pieces() {	# FILE SUFFIX-OPTION: $T/p/NAME.aa...
	rm -rf "$T/p"
	mkdir "$T/p"
	split -b 100001 ${2:-} "$1" "$T/p/${1##*/}."
	[[ -f $(ls "$T/p"/* | sed -n 3p) ]]
	result $? "${1##*/}: at least three pieces"
}

pieces "$T/dump"
reads "letters" "$T/p"/*
"$VMCOREFS" --cat info "$T/p"/* >"$T/info"
is "$(sed -n 's/^file-size: //p' "$T/info")" "$(stat -c %s "$T/dump")" "info has the size of the whole"
if [[ -c /dev/fuse ]]; then
	all=("$T/p"/*)
	mount_dump "${all[-1]}" "$T/mnt" "${all[@]::${#all[@]}-1}" && same "$T/mnt/raw" "$T/raw" "mounted"
	unmount "$T/mnt"
fi
"$VMCOREFS" --cat info "$T/p/dump.aa" 2>"$T/err" | sed -n 's/^warning: //p' >"$T/info"
like "$(cat "$T/err" "$T/info")" "dump.aa: .*dump.ab beside it may be the next piece.*dump.aa: .*dump.ab beside it" "one alone: a hint, in info too"
"$VMCOREFS" --cat info "$(ls "$T/p"/* | tail -n 1)" 2>"$T/err"
unlike "$(cat "$T/err")" beside "the last one alone: none"
refuses "one is missing" "no part of a split set" $(ls "$T/p"/* | sed 2d)
reads "in another order" $(ls -r "$T/p"/*)
truncate -s -1 "$T/p/dump.aa"
refuses "one is shorter than those behind it" "no part of a split set" "$T/p"/*
pieces "$T/dump" -d
reads "digits" "$T/p"/*

# what is in them may be a container, of which no piece but the first can be told
gzip -c "$T/dump" >"$T/dump.gz"
pieces "$T/dump.gz"
reads "gzip" "$T/p"/*
mkdir "$T/crash"
cp "$T/dump" "$T/crash/vmcore"
echo "a line" >"$T/crash/vmcore-dmesg.txt"
tar -C "$T" -czf "$T/crash.tar.gz" crash
pieces "$T/crash.tar.gz"
reads "an archive" "$T/p"/*
is "$("$VMCOREFS" --cat vmcore-dmesg "$T/p"/*)" "a line" "... with the log in it"

# files with such names that are parts of a set, with headers of their own, as long as each other
for k in 1 2; do
	{ grep -v '^split' "$T/dump.desc"; [[ $k == 1 ]] && echo "split 0 0x100" || echo "split 0x100 0x10000"; } >"$T/desc"
	python3 tests/mkdump "$T/desc" "$T/vmcore$k"
done
size=$(stat -c %s "$T/vmcore1" "$T/vmcore2" | sort -n | tail -n 1)
truncate -s "$size" "$T/vmcore1" "$T/vmcore2"
reads "a split set" "$T/vmcore1" "$T/vmcore2"
mkdir "$T/d1" "$T/d2"
mv "$T/vmcore1" "$T/d1"
mv "$T/vmcore2" "$T/d2"
reads "... in folders with such names" "$T/d1" "$T/d2"

done_testing
