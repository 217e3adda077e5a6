#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The memory of a real kernel as LKCD, diskdump and netdump: what comes out is what went in, and crash reads the same.
# TIMEOUT: 1200
. tests/real/lib.sh
need_tool crash

sets v61-nokaslr
dump=${set[v61-nokaslr]}/vmcore
vmlinux=${set[v61-nokaslr]}/vmlinux
"$VMCOREFS" --cat raw "$dump" >"$T/raw"
"$VMCOREFS" --cat dmesg "$dump" >"$T/dmesg"
level31() { "$VMCOREFS" --cat level-31/report "$1" | awk '$1 == "excluded" || $1 == "kept" { print $1, $2 }'; }
level31 "$dump" >"$T/report"
is "$(lines "$T/report")" 2 "level 31 excludes some pages and keeps others"
like "$(lines "$T/dmesg")" "^[1-9][0-9][0-9]" "the dump has a log"

# What crash says on the dump as it was, of the log and of pages all over the memory.
commands=(log)
for mib in 1 5 16 17 33 64 100 128 200 255 300 383; do
	commands+=("rd -p ${mib}00000 8" "rd -p ${mib}ab000 8")
done
crash_run "$T/crash" "$vmlinux" "$dump" "${commands[@]}"
grep -E '^ *[0-9a-f]+: ' "$T/crash" >"$T/crash.words"
like "$(lines "$T/crash.words")" "^[1-9][0-9]" "crash reads pages of it"

# same_memory NAME FORMAT [KEY=VALUE...]
same_memory() {
	local name=$1
	shift
	rm -f "$T/made"
	must "mkformat $*" python3 tests/mkformat "$1" "$dump" "$T/made" "${@:2}"
	"$VMCOREFS" --cat raw "$T/made" >"$T/got"
	same "$T/got" "$T/raw" "$name: memory"
	"$VMCOREFS" --cat dmesg "$T/made" >"$T/got"
	same "$T/got" "$T/dmesg" "$name: dmesg"
	level31 "$T/made" >"$T/got"
	same "$T/got" "$T/report" "$name: pages of level 31"
}
# crash_agrees NAME
crash_agrees() {
	crash_run "$T/crash2" "$vmlinux" "$T/made" "${commands[@]}"
	grep -E '^ *[0-9a-f]+: ' "$T/crash2" >"$T/crash2.words"
	same "$T/crash2.words" "$T/crash.words" "$1: crash reads the same words"
	is "$(grep -c '^\[ *[0-9]*\.' "$T/crash2")" "$(grep -c '^\[ *[0-9]*\.' "$T/crash")" "$1: crash prints as many lines of the log"
}

same_memory "LKCD 8, RLE" lkcd compress=rle
crash_agrees "LKCD 8, RLE"
same_memory "LKCD 8, zlib, two passes" lkcd order=holes
same_memory "LKCD 10, uncompressed" lkcd version=10 compress=none
same_memory "diskdump, zlib" diskdump
same_memory "diskdump 0, one bitmap, uncompressed" diskdump version=0 bitmaps=1 compress=none
crash_agrees "diskdump 0, one bitmap, uncompressed"

done_testing
