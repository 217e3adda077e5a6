#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stand-alone dumps of s390: plain, extended, and of several volumes.
. tests/lib.sh
. tests/formats.sh

s390_memory() { printf '%s\n' 'endian big' 'machine s390x' 'elfmachine 22'; format_memory; }

# made NAME FORMAT [KEY=VALUE...]: into $T/NAME
made() {
	local name=$1 format=$2
	shift 2
	s390_memory >"$T/desc"
	python3 tests/mkformat "$format" "$T/desc" "$T/$name" "$@" || fail "mkformat $format"
}
cat_raw() { "$VMCOREFS" "$@" 2>"$T/err" | sha256sum; }
fact() { "$VMCOREFS" --cat info "$2" 2>/dev/null | sed -n "s/^$1: //p"; }
number() { printf "$(printf '\\x%02x' $(for ((i = $2 - 1; i >= 0; i--)); do echo $(($1 >> (8 * i) & 255)); done))"; }
patch() { number "$3" "$4" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none; }

# --- contents

format_reads "plain" s390
format_reads "extended, zlib" s390-ext
format_reads "extended, not compressed" s390-ext compress=none
for block in 512 1024 2048; do
	format_reads "extended, blocks of $block" s390-ext block=$block
done
format_reads "extended, pieces of a page" s390-ext entry=4096
format_reads "extended, one segment" s390-ext unit=$((0x118000)) entry=4096
format_reads "three volumes" s390-volumes
format_reads "a volume only" s390-volumes volumes=1

# Megabytes, as the dump tools write them, on volumes that had an older dump.
{ s390_memory; echo 'page 0x200-0x3ff random 3'; echo 'page 0x600-0x6ff random 4'; } >"$T/big"
python3 tests/mkdump --raw "$T/big" "$T/want"
for volumes in 1 2 4; do
	rm -f "$T"/vol*
	python3 tests/mkformat s390-volumes "$T/big" "$T/vol" extended=yes unit=$((1 << 20)) volumes=$volumes
	"$VMCOREFS" --cat raw "$T"/vol* >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "extended, $volumes volumes: no complaints"
	same "$T/got" "$T/want" "extended, $volumes volumes: contents"
done

# --- facts

made plain s390
made ext s390-ext
is "$(fact format "$T/plain")" s390 "format"
is "$(fact format "$T/ext")" s390-extended "format"
is "$(fact architecture "$T/plain")" s390x "architecture"
is "$(fact crash-time "$T/plain")" "2023-11-14 22:13:20 UTC" "the TOD clock is the time of the dump"
is "$(fact incomplete "$T/plain")$(fact incomplete "$T/ext")" nono "complete"
is "$(fact pages-zero "$T/ext")" "$((0x118 - 5 - 1 - 24 - 1 + 1)) (0 MiB)" "extended: zeroes are not stored" ||
	diag "$("$VMCOREFS" --cat info "$T/ext" 2>&1)"

# registers in the lowcores: those at 0x100000 and 0x102000 have random bytes, one is in a page of zeroes
made cpus s390 lowcores=0x100000,0x102000,0xa000
"$VMCOREFS" --cat raw "$T/cpus" >"$T/raw" 2>/dev/null
is "$("$VMCOREFS" --list notes "$T/cpus" 2>/dev/null | tr '\n' ' ')" "$(for ((i = 0; i < 21; i += 7)); do
	printf '%02d-CORE-1 %02d-CORE-2 %02d-LINUX-769 %02d-LINUX-770 %02d-LINUX-771 %02d-LINUX-772 %02d-LINUX-773 ' \
		$i $((i + 1)) $((i + 2)) $((i + 3)) $((i + 4)) $((i + 5)) $((i + 6)); done)" "notes of three CPUs"
bytes() { dd if="$T/raw" bs=1 skip=$(($1)) count="$2" status=none; }
note() { "$VMCOREFS" --cat "notes/$1" "$T/cpus" 2>/dev/null; }
zeroes() { head -c "$1" /dev/zero; }
for lowcore in 0:0x101200 7:0x103200; do
	first=${lowcore%:*} saved=${lowcore#*:}
	{ zeroes 32; number $((first / 7 + 1)) 4; zeroes 76; bytes $saved+0x100 16; bytes $saved+0x80 128
	  bytes $saved+0x140 64; zeroes 16; } >"$T/expected"
	note "$(printf %02d "$first")-CORE-1" >"$T/got"
	same "$T/got" "$T/expected" "CPU $((first / 7)): NT_PRSTATUS"
	{ bytes $saved+0x11c 4; zeroes 4; bytes $saved 128; } >"$T/expected"
	note "$(printf %02d $((first + 1)))-CORE-2" >"$T/got"
	same "$T/got" "$T/expected" "CPU $((first / 7)): NT_FPREGSET"
	n=$((first + 2))
	for what in 769:0x128:8 770:0x130:8 771:0x124:4 772:0x180:128 773:0x118:4; do
		IFS=: read -r type at size <<<"$what"
		bytes $saved+$at "$size" >"$T/expected"
		note "$(printf %02d $n)-LINUX-$type" >"$T/got"
		same "$T/got" "$T/expected" "CPU $((first / 7)): note $type"
		n=$((n + 1))
	done
done
made ext s390-ext lowcores=0x100000
made plain s390 lowcores=0x100000
"$VMCOREFS" --cat notes/00-CORE-1 "$T/ext" >"$T/got" 2>/dev/null
"$VMCOREFS" --cat notes/00-CORE-1 "$T/plain" >"$T/expected" 2>/dev/null
same "$T/got" "$T/expected" "extended: the same registers"
made old s390 lowcores=0x100000 version=4
is "$("$VMCOREFS" --list notes "$T/old" 2>/dev/null | wc -l)" 0 "before version 5 there are no lowcores in the header"

# --- damage

warns() {	# FILE REGEX NAME: opens, with one warning
	"$VMCOREFS" --cat info "$1" >"$T/got" 2>"$T/err"
	is "$?$(grep -c '^vmcorefs: warning: ' "$T/err")" 01 "$3: one warning" || diag "$(cat "$T/err")"
	like "$(cat "$T/err")" "$2" "$3: says why"
	like "$(cat "$T/got")" "incomplete: yes" "$3: incomplete"
}
page() { "$VMCOREFS" --cat "pfn/$2" "$1" 2>/dev/null | sha256sum; }
lost() {	# FILE PFN NAME: EIO, never zeroes
	"$VMCOREFS" --cat "pfn/$2" "$1" >"$T/got" 2>"$T/err"
	is "$?$(wc -c <"$T/got")" 320 "$3"
	like "$(tail -n 1 "$T/err")" "pfn/$2: .*Input/output error" "$3: why"
}
made plain s390
made ext s390-ext
cp "$T/plain" "$T/cut"; truncate -s $((0x100000 + 4096)) "$T/cut"
warns "$T/cut" "the file is truncated: its header describes [0-9]+ bytes" "cut in memory"
is "$(page "$T/cut" 40)" "$(page "$T/plain" 40)" "cut in memory: what is there can be read"
lost "$T/cut" 0x110 "cut in memory: what is not, cannot"
cp "$T/plain" "$T/cut"; truncate -s $((0x118000 + 4096)) "$T/cut"
warns "$T/cut" "it has no end marker" "cut before the end marker"
is "$(cat_raw --cat raw "$T/cut")" "$(cat_raw --cat raw "$T/plain")" "cut before the end marker: all memory is there"
cp "$T/plain" "$T/other"; patch "$T/other" 0x119000 0 4
warns "$T/other" "no end marker at offset 0x119000" "no end marker"
cp "$T/plain" "$T/other"; patch "$T/other" 0x119008 5 8
warns "$T/other" "the end marker is that of an older dump" "an old end marker"

size=$(stat -c %s "$T/ext")
cp "$T/ext" "$T/cut"; truncate -s $((size - 4096)) "$T/cut"
warns "$T/cut" "it has no end marker" "extended, cut before the end marker"
cp "$T/ext" "$T/cut"; truncate -s $((size - 40960)) "$T/cut"
warns "$T/cut" "the file is truncated at offset" "extended, cut in the last segment"
lost "$T/cut" 0x117 "extended, cut in the last segment: it is lost"
is "$(page "$T/cut" 9)" "$(page "$T/ext" 9)" "extended, cut in the last segment: the others can be read"
# the second segment's header: page 0 is zero, the first one has pages 1 to 3
at=$((2 * 4096 + 3 * 4096))
is "$(od -An -tx8 --endian=big -j $at -N 8 "$T/ext")" " 0000000000009000" "extended: the second segment begins with page 9"
cp "$T/ext" "$T/other"; patch "$T/other" $at 1 8
warns "$T/other" "no header of a segment at offset" "extended, a segment that cannot be"
lost "$T/other" 40 "extended, a segment that cannot be: what follows is lost, not zero"
lost "$T/other" 0x117 "extended, a segment that cannot be: what follows is lost, not zero"

cp "$T/plain" "$T/other"; patch "$T/other" 0x0c 8192 4
format_refused "$T/other" "header of 8192 bytes, pages of 4096 bytes: no such s390 dump" "header size"
cp "$T/plain" "$T/other"; patch "$T/other" 0x48 3 4
format_refused "$T/other" "architecture 3 in the header of the s390 dump" "architecture"
cp "$T/plain" "$T/other"; patch "$T/other" 0x18 0 8
format_refused "$T/other" "there is no memory" "no memory"
cp "$T/plain" "$T/other"; patch "$T/other" 0x18 -4096 8
format_refused "$T/other" "memory ends at 0xfffffffffffff000, which cannot be" "too much memory"
head -c 1000 "$T/plain" >"$T/other"
format_refused "$T/other" "the file ends inside the header of the s390 dump" "cut in the header"
cp "$T/ext" "$T/other"; patch "$T/other" 0x1008 0 8
format_refused "$T/other" "no header of a segment at offset 0x1000 of the extended s390 dump" "no segment"

# --- volumes

rm -f "$T"/vol*
made vol s390-volumes volumes=3			# vol.3 is volume 0, vol volume 1, vol.2 volume 2
format_refused "$T/vol.2" "volume 0 of the multi-volume s390 dump is missing" "the last volume only"
format_refused "$T/vol.3" "volume 1 of the multi-volume s390 dump is missing .-o degraded" "the first volume only"
refused_set() {	# REGEX NAME FILE...
	local regex=$1 name=$2
	shift 2
	"$VMCOREFS" --cat info "$@" >"$T/got" 2>"$T/err"
	is "$?$(wc -l <"$T/err")" 321 "$name: status 32, one line"
	like "$(cat "$T/err")" "$regex" "$name: says why"
}
refused_set "volume 1 of .* is missing" "the middle is missing" "$T/vol.2" "$T/vol.3"
refused_set "volume 2 of .* is missing" "the end is missing" "$T/vol" "$T/vol.3"
"$VMCOREFS" -o degraded --cat info "$T/vol.2" "$T/vol.3" >"$T/got" 2>"$T/err"
is "$?" 0 "degraded"
like "$(cat "$T/err")" "volume 1 of .* is missing: what is on it and behind it cannot be read" "degraded: a warning"
whole=$("$VMCOREFS" --cat pfn/9 "$T"/vol* 2>/dev/null | sha256sum)
is "$("$VMCOREFS" -o degraded --cat pfn/9 "$T/vol.3" 2>/dev/null | sha256sum)" "$whole" "degraded: the first volume's pages"
not_ok "degraded: another's" "$VMCOREFS" -o degraded --cat pfn/0x110 "$T/vol.3"
cp "$T/vol.3" "$T/again"
refused_set "volume 0 of the multi-volume s390 dump, which .* is too" "twice" "$T/vol.3" "$T/again" "$T/vol.2"
cp "$T/vol" "$T/other"; patch "$T/other" 0x208 7 8
refused_set "no volume of the same dump as .*: another set of volumes" "another set" "$T/vol.3" "$T/other" "$T/vol.2"
cp "$T/vol" "$T/other"; patch "$T/other" 0x38 7 8
refused_set "no volume of the same dump as .*: another time" "another dump" "$T/vol.3" "$T/other" "$T/vol.2"
refused_set "no volume of a multi-volume s390 dump; only such" "a dump of its own" "$T/vol.3" "$T/plain"
# volumes that zipl prepared, and that were not needed
zeroes 8192 >"$T/unused"; patch "$T/unused" 0x200 0xa8190173618f23fd 8
"$VMCOREFS" --cat raw "$T/unused" "$T"/vol* >"$T/got" 2>"$T/err"
is "$?$(cat "$T/err")" 0 "an unused volume: no complaints"
"$VMCOREFS" --cat raw "$T"/vol* >"$T/want" 2>/dev/null
same "$T/got" "$T/want" "an unused volume: contents"

format_damaged s390 fuzz_s390
format_damaged s390-ext fuzz_s390
format_damaged s390-ext fuzz_s390 compress=none
format_damaged s390-volumes fuzz_s390
format_corpus fuzz_s390
done_testing
