#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 120
# kdump-compressed to kdump-compressed in the same codec: the pages are copied, while the file is read or straight to
# a file, and both give the same bytes. Nothing goes through the spool.
. tests/lib.sh
need_fuse

nowhere=$T/nowhere
real_dump "$T/zlib"

# both_ways NAME PATH DUMP...: into a pipe it is a layout that is read, into a file it is written piece by piece
both_ways() {
	local name=$1 path=$2
	shift 2
	TMPDIR=$nowhere "$VMCOREFS" --cat "$path" "$@" 2>"$T/err" | cat >"$T/read"
	is "${PIPESTATUS[0]}" 0 "$name: needs no spool" || diag "$(cat "$T/err")"
	"$VMCOREFS" --cat "$path" "$@" >"$T/written" 2>>"$T/err"
	is $? 0 "$name: to a file"
	[[ -s $T/read ]]
	result $? "$name: is something"
	same "$T/read" "$T/written" "$name: both are the same"
}

for codec in zlib lzo snappy zstd; do
	[[ $codec == zlib ]] || "$VMCOREFS" --cat "level-0/dump.$codec" "$T/zlib" >"$T/$codec"
	for level in 0 1 31; do
		both_ways "$codec, level $level" "level-$level/dump" "$T/$codec"
	done
done
both_ways "whole dump" kdump-compressed "$T/lzo"
for part in 1 2 3; do
	both_ways "part $part of 3" "level-31/split-3/$part" "$T/zlib"
	cp "$T/read" "$T/part$part"
done
both_ways "a split set" level-1/dump "$T/part3" "$T/part1" "$T/part2"
"$VMCOREFS" --cat level-31/flattened "$T/zlib" >"$T/flattened"
both_ways "flattened source" level-31/dump "$T/flattened"
head -c $(($(stat -L -c %s "$T/zlib") * 3 / 4)) "$T/zlib" >"$T/cut"
both_ways "truncated source" level-1/dump "$T/cut"
like "$(cat "$T/err")" "pages could not be read" "... says that pages are missing"
both_ways "part of a truncated source" level-1/split-2/2 "$T/cut"
both_ways "a split set with a part missing" level-0/dump -o degraded "$T/part1" "$T/part3"

# a copy has what was stored; made anew, it is what the copy's reader sees
"$VMCOREFS" --cat level-31/raw "$T/zlib" >"$T/raw"
"$VMCOREFS" --cat level-31/dump "$T/zlib" >"$T/copy"
"$VMCOREFS" --cat raw "$T/copy" | cmp - "$T/raw"
result $? "the copy has the same pages"

# what has to be compressed needs room as ever
TMPDIR=$nowhere "$VMCOREFS" --cat level-31/dump.lzo "$T/zlib" 2>"$T/err" | cat >"$T/read"
like "$(cat "$T/err")" "temporary file in $nowhere" "another codec goes through the spool"

# in a mount, from many readers at once
TMPDIR=$nowhere mount_dump "$T/zlib" "$T/mnt" || { fail "mount"; done_testing; }
pids=()
for i in 1 2 3 4; do cmp "$T/mnt/level-31/dump" "$T/copy" & pids+=($!); done
bad=0
for p in "${pids[@]}"; do wait "$p" || bad=$((bad + 1)); done
is $bad 0 "four readers of a mount get it"
is "$(stat -c %s "$T/mnt/level-31/dump")" "$(stat -c %s "$T/copy")" "... and its size"
dd if="$T/mnt/level-31/dump" bs=7001 skip=11 count=40 status=none | cmp - <(dd if="$T/copy" bs=7001 skip=11 count=40 status=none)
result $? "... and any range of it"
ok "unmounts" unmount "$T/mnt"
done_testing
