#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Compressed files that are cut off, damaged, or larger than memory: what can be read is right, the rest is lost, never wrong.
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
for kind in bgzip xz-blocks xz-threads xz-streams zstd-frames zstd-seekable-sums lz4-sums; do
	pack $kind "$dump" >"$T/packed" 2>/dev/null || { skip "$kind, damaged" "the tool is not installed"; continue; }
	damage 400
	got=$("$READ" "$T/bad" "$dump" 2>"$T/err")
	[[ $got =~ ^[a-z0-9]+:\ $bytes\ bytes:\ ([0-9]+)\ same,\ ([0-9]+)\ lost,\ 0\ wrong$ && ${BASH_REMATCH[2]} -gt 0 &&
		${BASH_REMATCH[2]} -le 520 ]]
	result $? "$kind: a piece is lost, the rest is there" || diag "$got $(cat "$T/err")"
	like "$(cat "$T/err")" "bytes of content at 0x[0-9a-f]+ \(file offset 0x[0-9a-f]+\): " "... it says where"
	is "$(wc -l <"$T/err")" 1 "... once"
done
for kind in gzip zlib-11 bzip2 zstd lz4; do
	pack $kind "$dump" >"$T/packed" 2>/dev/null || { skip "$kind, damaged" "the tool is not installed"; continue; }
	damage 600
	got=$("$READ" "$T/bad" "$dump" 2>"$T/err")
	like "$got$(cat "$T/err")" "^[a-z0-9]+: [0-9]+ bytes|nothing is in it" "$kind, damaged: opens or says why"
	unlike "$(cat "$T/err")" "^$" "... with a message"
done
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
	like "$got" "^zstd: $bytes bytes: [0-9]+ same, 49[0-9] lost, 0 wrong" "a seek table that lies: two frames are lost"
fi
# after the index
if pack xz-blocks "$dump" >"$T/packed" 2>/dev/null; then
	cat "$T/packed" <(echo garbage) >"$T/bad"
	is "$("$READ" "$T/bad" "$dump" 2>"$T/err")" "xz: $bytes bytes, truncated: $pages same, 0 lost, 0 wrong" "xz: garbage after it"
fi
cat <(gzip -nc "$dump") <(echo garbage) >"$T/bad"
is "$("$READ" "$T/bad" "$dump" 2>"$T/err")" "gzip: $bytes bytes: $pages same, 0 lost, 0 wrong" "gzip: garbage after it"
like "$(cat "$T/err")" "gzip: 8 bytes after the end, at offset 0x[0-9a-f]+, are ignored" "... is told"

# --- too large for memory

small_dump "$T/large" 'page 0x400-0x53ff byte 7'
for tool in 'xz -0:xz: it has a block of [0-9]+ MiB' 'zstd -q:zstd: it has a frame of [0-9]+ MiB' \
	'lz4 -q -BD:lz4: its blocks depend on each other'; do
	have "${tool%% *}" || { skip "$tool" "not installed"; continue; }
	${tool%%:*} -c "$T/large" >"$T/packed"
	"$VMCOREFS" --cat info "$T/packed" >"$T/got" 2>"$T/err"
	is "$?$(wc -l <"$T/err")" 321 "${tool%%:*}, 80 MiB: status 32, one line"
	like "$(cat "$T/err")" "${tool#*:}.*: it cannot be read in the middle, and is too large for memory; unpack it \(${tool%% *} -d.*-o unpack" \
		"... says what to do"
	is "$("$READ" -u "$T/packed" "$T/large" 2>&1)" \
		"${tool%% *}: $(stat -c %s "$T/large") bytes: $((($(stat -c %s "$T/large") + 4095) / 4096)) same, 0 lost, 0 wrong" "... -o unpack"
	is "$("$VMCOREFS" -o unpack --cat pfn/0x401 "$T/packed" 2>&1 | tr -d '\7' | wc -c)" 0 "... a page of it"
done
cat "$T/large" | zstd -q -c >"$T/packed"
like "$("$VMCOREFS" --cat info "$T/packed" 2>&1)" "zstd: it has a frame of more than 64 MiB: it cannot" "a size that is not told"
if [[ $(id -u) == 0 ]]; then
	mkdir "$T/tiny"
	if mount -t tmpfs -o size=1M none "$T/tiny" 2>/dev/null; then
		TMPDIR=$T/tiny "$VMCOREFS" -o unpack --cat info "$T/packed" >"$T/got" 2>"$T/err"
		is $? 32 "-o unpack without room: status 32"
		like "$(cat "$T/err")" "No space left on device; set TMPDIR to a folder with more room$" "... says why"
		umount "$T/tiny"
	fi
fi

# --- hostile files

for f in gzip xz zstd lz4 bzip2; do
	corpus=tests/fuzz/corpus/fuzz_$f
	is "$("$BUILD/tests/fuzz/replay_fuzz_$f" "$corpus" | tail -n 1)" "$(find "$corpus" -type f | wc -l) inputs replayed" "fuzz_$f: corpus"
	# each byte of each seed is another, up to a limit
	python3 - "$corpus" "$T/variants" <<'END'
import os, sys
src, dst = sys.argv[1:]
os.makedirs(dst, exist_ok=True)
for old in os.listdir(dst):
    os.unlink(os.path.join(dst, old))
for name in sorted(os.listdir(src)):
    data = open(os.path.join(src, name), 'rb').read()
    places = list(range(0, min(len(data), 40))) + list(range(40, len(data), max(1, len(data) // 30))) + list(range(-20, 0))
    for n, at in enumerate(places):
        bad = bytearray(data)
        if -len(data) <= at < len(data):
            bad[at] = (0, 255, bad[at] ^ 1, bad[at] ^ 0x80)[n % 4]
            open(os.path.join(dst, f'{name}-{n}'), 'wb').write(bad)
END
	is "$("$BUILD/tests/fuzz/replay_fuzz_$f" "$T/variants" | tail -n 1)" "$(find "$T/variants" -type f | wc -l) inputs replayed" \
		"fuzz_$f: damaged seeds"
done
# 1 GiB of zeroes in a few KB: memory stays bounded
python3 - "$T/bomb" <<'END'
import struct, sys
# frames of zstd of 64 MiB each, in RLE blocks of 128 KiB
frame = struct.pack('<IBBQ', 0xfd2fb528, 0xc0, 0x58, 64 << 20) + b''.join(
    struct.pack('<I', 131072 << 3 | 2 | (n == 511))[:3] + b'\0' for n in range(512))
open(sys.argv[1], 'wb').write(frame * 16)
END
truncate -s 1073741824 "$T/zeroes"
(ulimit -v 1500000; [[ $BUILD == *san* ]] && ulimit -v unlimited; "$READ" "$T/bomb" "$T/zeroes" 2>&1) >"$T/got"
is "$(cat "$T/got")" "zstd: 1073741824 bytes: 262144 same, 0 lost, 0 wrong" "a bomb: read with bounded memory"
done_testing
