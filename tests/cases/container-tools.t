#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Dumps in the compressed files that tools make: all of the content, in order, at random and by several threads at once.
. tests/lib.sh
. tests/containers.sh

dump=$T/dump
container_dump "$dump"
"$VMCOREFS" --cat raw "$dump" >"$T/raw"

# On a slow machine there are lines of progress.
quietly() { "$@" 2>&1 | grep -av 'which reads all of the file once: '; }

for kind in $container_kinds; do
	pack "$kind" "$dump" >"$T/packed" 2>"$T/err" || { skip "$kind" "the tool is not installed"; continue; }
	name=$(container_name "$kind")
	want="$name: $(stat -c %s "$dump") bytes: $pages same, 0 lost, 0 wrong"
	is "$(quietly "$READ" "$T/packed" "$dump")" "$want" "$kind"
	[[ " gzip bgzip zlib-11 xz-blocks zstd-frames lz4-64K bzip2-1 " == *" $kind "* ]] || continue
	is "$(quietly "$READ" -t 3 "$T/packed" "$dump")" "$want" "$kind: three threads"
	is "$(quietly "$READ" -r -t 2 "$T/packed" "$dump")" "$want" "$kind: at random"
	is "$("$VMCOREFS" --cat raw "$T/packed" 2>/dev/null | cmp - "$T/raw" 2>&1)" "" "$kind: raw"
	is "$(quietly "$VMCOREFS" --cat info "$T/packed" | sed -n 's/^format: //p')" "elf, $name" "$kind: info"
done

# --- around each other, and around all formats

"$VMCOREFS" --cat flattened "$dump" >"$T/flat"
gzip -nc "$T/flat" | xz -0 -c >"$T/packed"
is "$("$VMCOREFS" --cat info "$T/packed" 2>&1 | sed -n 's/^format: //p')" "kdump-compressed, xz, gzip, flattened" "three around each other"
is "$("$VMCOREFS" --cat raw "$T/packed" 2>&1 | cmp - "$T/raw" 2>&1)" "" "... raw"
cp "$dump" "$T/deep"
for i in 1 2 3 4 5; do
	gzip -n "$T/deep" && mv "$T/deep.gz" "$T/deep"
done
is "$("$VMCOREFS" --cat info "$T/deep" 2>&1)" \
	"vmcorefs: $T/deep: more than 4 containers around each other (gzip, gzip, gzip, gzip)" "five are too many"
is "$?" 0 "..."
echo 'no dump at all' | gzip -c >"$T/other"
like "$("$VMCOREFS" --cat info "$T/other" 2>&1)" "no known dump format .*content of gzip begins with 6e 6f 20 64" "something else in it"

# --- what only looks like one

for text in '\x1f\x8b\x08\xff' '\x78\x9cnot a zlib stream at all, really' '\x38\x8dnot that one either, whatever it is' \
	'BZh9 is what a text may begin with' '\xfd7zXZ'; do
	printf "$text" >"$T/other"
	like "$("$VMCOREFS" --cat info "$T/other" 2>&1)" "(no known dump format .*the file begins|this is a text)" "not a container: ${text:0:12}"
done
: | gzip -c >"$T/other"
is "$("$VMCOREFS" --cat info "$T/other" 2>&1)" "vmcorefs: $T/other: gzip: nothing is in it" "an empty file in gzip"
for tool in xz zstd lz4 bzip2; do
	have $tool || { skip "an empty file in $tool" "not installed"; continue; }
	: | $tool -c >"$T/other" 2>/dev/null
	is "$("$VMCOREFS" --cat info "$T/other" 2>&1)" "vmcorefs: $T/other: $tool: nothing is in it" "an empty file in $tool"
done

# --- in a mount

if [[ -c /dev/fuse && $(id -u) == 0 ]]; then
	pack gzip-1 "$dump" >"$T/packed"
	ok "mount" mount_dump "$T/packed" "$T/mnt"
	for i in 1 2 3; do
		cmp "$T/mnt/raw" "$T/raw" >"$T/cmp.$i" 2>&1 &
		readers[i]=$!
	done
	wait "${readers[@]}"
	is "$(cat "$T"/cmp.*)" "" "three readers of the mount"
	ok "unmount" unmount "$T/mnt"
	mkdir "$T/background"
	ok "mount in the background" "$VMCOREFS" "$T/packed" "$T/background"
	same "$T/background/raw" "$T/raw" "... raw"
	fusermount3 -u "$T/background" 2>/dev/null || umount "$T/background"
else
	skip "mount" "needs root and /dev/fuse"
fi
done_testing
