#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Compressed files that are cut off or damaged: what can be read is right, the rest is lost, never wrong.
. tests/lib.sh
. tests/containers.sh

dump=$T/dump
container_dump "$dump"
bytes=$(stat -c %s "$dump")

# --- cut off: what was before is there, up to a piece of the kind that the format has

# keeps KIND PERMILLE LOST-KB: cut there, all but LOST-KB of what the tool itself gets out of it is readable
declare -A unpacker=([gzip]="gzip -dc" [xz]="xz -dc" [zstd]="zstd -qdc" [lz4]="lz4 -qdc" [bzip2]="bzip2 -dc" [zlib]="pigz -dc")
keeps() {
	local kind=$1 permille=$2 lost=$3 name size got tool
	name=$(container_name "$kind")
	size=$(stat -c %s "$T/packed")
	head -c $((size * permille / 1000)) "$T/packed" >"$T/cut"
	tool=$(${unpacker[$name]} <"$T/cut" 2>/dev/null | wc -c)
	got=$("$READ" "$T/cut" "$dump" 2>"$T/err")
	sed -i '/which reads all of the file once: /d' "$T/err"
	[[ $got =~ ^$name:\ ([0-9]+)\ bytes\ of\ $bytes,\ truncated:\ [0-9]+\ same,\ 0\ lost,\ 0\ wrong$ &&
		${BASH_REMATCH[1]} -ge $((tool - lost * 1024)) ]]
	result $? "$kind, cut at $permille/1000" || diag "$got; $name gets $tool bytes; $(cat "$T/err")"
	is "$(grep -c 'warning: .*; what comes after is missing$' "$T/err")$(wc -l <"$T/err")" 11 "... one warning"
}
for kind in gzip:0 gzip-members:0 bgzip:64 xz:0 xz-blocks:0 xz-threads:0 xz-streams:0 zstd:128 zstd-frames:0 zstd-no-size:128 \
	zstd-seekable:128 lz4-64K:64 lz4-sums:256 lz4-linked:64 bzip2:900; do
	lost=${kind#*:} kind=${kind%:*}
	pack $kind "$dump" >"$T/packed" 2>/dev/null || { skip "$kind, cut off" "the tool is not installed"; continue; }
	# what bzip2 gets out of a cut file it writes a block at a time; blocks of zeroes are of 45 MB
	[[ $kind == bzip2 ]] && lost=50000
	for permille in 300 777 999; do
		[[ $kind == bzip2 && $permille == 300 ]] && continue
		keeps $kind $permille "$lost"
	done
done

# --- cut within the first bytes: one message, no crash

for kind in gzip bgzip zlib-11 xz zstd lz4 bzip2; do
	pack $kind "$dump" >"$T/packed" 2>/dev/null || { skip "$kind, its beginning" "the tool is not installed"; continue; }
	bad=
	for n in 4 6 10 11 12 14 18 24 28 64; do
		head -c $n "$T/packed" >"$T/cut"
		"$VMCOREFS" --cat info "$T/cut" >"$T/got" 2>"$T/err"
		[[ $? == 32 && $(grep -vc 'warning: ' "$T/err") == 1 ]] || bad="$bad $n: $(cat "$T/err")"
	done
	is "$bad" "" "$kind: its first bytes only"
done

# --- damage in the middle: lost is what depends on it

damage() {	# PERMILLE: 40 bytes are others
	cp "$T/packed" "$T/bad"
	printf '\xa5%.0s' {1..40} | dd of="$T/bad" bs=1 seek=$(($(stat -c %s "$T/packed") * $1 / 1000)) conv=notrunc status=none
}
for kind in bgzip xz-blocks xz-threads zstd-frames-sizes zstd-seekable-sums lz4-sums; do
	pack $kind "$dump" >"$T/packed" 2>/dev/null || { skip "$kind, damaged" "the tool is not installed"; continue; }
	damage 400
	got=$("$READ" "$T/bad" "$dump" 2>"$T/err")
	[[ $got =~ ^[a-z0-9]+:\ $bytes\ bytes:\ ([0-9]+)\ same,\ ([0-9]+)\ lost,\ 0\ wrong$ && ${BASH_REMATCH[2]} -gt 0 &&
		${BASH_REMATCH[2]} -le 520 ]]
	result $? "$kind: a piece is lost, the rest is there" || diag "$got $(cat "$T/err")"
	like "$(cat "$T/err")" "bytes of content at 0x[0-9a-f]+ \(file offset 0x[0-9a-f]+\): " "... it says where"
	is "$(wc -l <"$T/err")" 1 "... once"
done
for kind in gzip zlib-11 bzip2 zstd; do
	pack $kind "$dump" >"$T/packed" 2>/dev/null || { skip "$kind, damaged" "the tool is not installed"; continue; }
	damage 600
	got=$("$READ" "$T/bad" "$dump" 2>"$T/err")
	like "$got$(cat "$T/err")" "^[a-z0-9]+: [0-9]+ bytes|nothing is in it|cannot be read" "$kind, damaged: opens or says why"
	unlike "$(cat "$T/err")" "^$" "... with a message"
done
# of frames that do not tell their size: what comes after cannot be placed
if pack zstd-frames "$dump" >"$T/packed" 2>/dev/null; then
	damage 400
	like "$("$READ" "$T/bad" "$dump" 2>"$T/err")" "^zstd: [0-9]+ bytes of $bytes, truncated: [0-9]+ same, 0 lost, 0 wrong" \
		"zstd-frames: what is before is right"
	like "$(cat "$T/err")" "zstd: no frame, or a damaged one, at offset .* missing$" "... a warning"
fi
# the checksum alone
pack gzip "$dump" >"$T/packed"
cp "$T/packed" "$T/bad"
printf '\1\2\3\4' | dd of="$T/bad" bs=1 seek=$(($(stat -c %s "$T/packed") - 8)) conv=notrunc status=none
"$READ" "$T/bad" "$dump" >"$T/got" 2>"$T/err"
like "$(cat "$T/err")" "gzip: the content is not what its checksum says, at offset" "gzip: a wrong checksum is told"
like "$(cat "$T/got")" "$bytes bytes, truncated: $pages same" "... and what is there can be read"
if pack zstd-seekable "$dump" >"$T/packed" 2>/dev/null; then
	python3 tests/tools/seekable_zstd.py --lie "$dump" "$T/bad" 1000000
	got=$("$READ" "$T/bad" "$dump" 2>"$T/err")
	like "$got" "^zstd: $bytes bytes: [0-9]+ same, 4(8[89]|9[0-9]) lost, 0 wrong" "a seek table that lies: two frames are lost"
fi
# after the index
if pack xz-blocks "$dump" >"$T/packed" 2>/dev/null; then
	cat "$T/packed" <(echo garbage) >"$T/bad"
	is "$("$READ" "$T/bad" "$dump" 2>"$T/err")" "xz: $bytes bytes, truncated: $pages same, 0 lost, 0 wrong" "xz: garbage after it"
fi
cat <(gzip -nc "$dump") <(echo garbage) >"$T/bad"
is "$("$READ" "$T/bad" "$dump" 2>"$T/err")" "gzip: $bytes bytes: $pages same, 0 lost, 0 wrong" "gzip: garbage after it"
like "$(cat "$T/err")" "gzip: 8 bytes after the end, at offset 0x[0-9a-f]+, are ignored" "... is told"

done_testing
