#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Compressed files that unpack to more than memory should hold.
. tests/lib.sh

READ=$BUILD/tests/tools/read_container

# On a slow machine there are lines of progress.
quietly() { "$@" 2>&1 | grep -av 'which reads all of the file once: '; }

small_dump "$T/large" 'page 0x400-0x53ff byte 7'
python3 tests/mkdump --raw "$T/large.desc" "$T/raw"
for tool in 'xz -0:xz: it has a block of [0-9]+ MiB' 'zstd -q:zstd: it has a frame of [0-9]+ MiB' \
	'lz4 -q -BD:lz4: its blocks depend on each other'; do
	have "${tool%% *}" || { skip "$tool" "not installed"; continue; }
	${tool%%:*} -c "$T/large" >"$T/packed"
	is "$("$VMCOREFS" --cat raw "$T/packed" 2>/dev/null | cmp - "$T/raw" && echo same)" same "${tool%%:*}, 80 MiB: unpacked by itself"
	"$VMCOREFS" -o unpack=never --cat info "$T/packed" >"$T/got" 2>"$T/err"
	is "$?$(wc -l <"$T/err")" 321 "-o unpack=never: status 32, one line"
	like "$(cat "$T/err")" "${tool#*:}.*: it cannot be read in the middle, and is too large for memory; unpack it \(${tool%% *} -d.*-o unpack" \
		"... says what to do"
	is "$(quietly "$READ" -u "$T/packed" "$T/large")" \
		"${tool%% *}: $(stat -c %s "$T/large") bytes: $((($(stat -c %s "$T/large") + 4095) / 4096)) same, 0 lost, 0 wrong" "... -o unpack"
	is "$("$VMCOREFS" -o unpack --cat pfn/0x401 "$T/packed" 2>/dev/null | tr -d '\7' | wc -c)" 0 "... a page of it"
done
cat "$T/large" | zstd -q -c >"$T/packed"
like "$("$VMCOREFS" -o unpack=never --cat info "$T/packed" 2>&1)" "zstd: it has a frame of more than 64 MiB: it cannot" \
	"a size that is not told"
is "$("$VMCOREFS" --cat raw "$T/packed" 2>/dev/null | cmp - "$T/raw" && echo same)" same "... unpacked by itself"

# while it is unpacked, slowly: how far it is, and ^C
if have strace && have script; then
	mkdir "$T/tmp"
	slowly() { echo strace -f -o /dev/null -e trace=pwrite64 -e inject=pwrite64:delay_enter="$1" "'$VMCOREFS'" --cat info "'$T/packed'"; }
	TMPDIR=$T/tmp script -qec "$(slowly 3000)" /dev/null </dev/null | tr '\r' '\n' >"$T/out"
	like "$(grep -a 'an unpacked copy in' "$T/out" | head -n 1)" 'an unpacked copy in /[^:]*: [0-9]+ %, [0-9]+ s left$' \
		"on a terminal: percent and time left"
	like "$(cat "$T/out")" $'\n\033\\[Kfile: ' "... a line that goes away"
	TMPDIR=$T/tmp bash -c "exec $(slowly 500000)" >"$T/got" 2>"$T/err" &
	tracer=$!
	ok "it is being unpacked" retry bash -c 'ls -l /proc/[0-9]*/fd 2>/dev/null | grep -qF "$1/#"' - "$T/tmp"
	is "$(ls -A "$T/tmp")" "" "... into a file without a name"
	# shellcheck disable=SC2046
	kill -TERM $(monitor_pids)
	wait "$tracer"
	is "$? $(wc -c <"$T/got")" "143 0" "interrupted: it ends"
	is "$(vmcorefs_pids) $(ls -A "$T/tmp")" " " "... and leaves nothing"
fi

# damaged in the middle: what is before can be read
zstd -q -c --no-check "$T/large" >"$T/damaged"
size=$(stat -c %s "$T/damaged")
printf '\377\377\377\377\377\377\377\377' | dd of="$T/damaged" bs=1 seek=$((size - 500)) conv=notrunc status=none
"$VMCOREFS" --cat info "$T/damaged" >"$T/got" 2>"$T/err"
is $? 0 "damaged: status 0"
like "$(cat "$T/err")" "warning: $T/damaged: zstd: .* near offset 0x[0-9a-f]+; what comes after is missing" "... a warning says where"
like "$(cat "$T/got")" "incomplete: yes" "... and info that it is incomplete"
is "$("$VMCOREFS" --cat pfn/0x10 "$T/damaged" 2>/dev/null | tr -d '\0')" "hello world" "... pages before it are there"

if [[ $(id -u) == 0 ]]; then
	mkdir "$T/tiny" "$T/half"
	if mount -t tmpfs -o size=150M none "$T/half" 2>/dev/null; then
		zstd -q -c "$T/large" >"$T/told"
		for input in told packed; do
			TMPDIR=$T/half "$VMCOREFS" --cat info "$T/$input" >"$T/got" 2>"$T/err"
			is "$?$(wc -l <"$T/err")" 321 "more than half of what is free ($input): status 32, one line"
			like "$(cat "$T/err")" "for half of the room in $T/half \\(free: 1[45][0-9] MiB\\); unpack it" "... says so"
		done
		is "$(df --output=used "$T/half" | tail -n 1 | tr -d ' ') $(ls -A "$T/half")" "0 " "... and leaves nothing"
		is "$(TMPDIR=$T/half "$VMCOREFS" -o unpack=always --cat raw "$T/packed" | cmp - "$T/raw" && echo same)" same \
			"-o unpack=always: it is unpacked"
		is "$(df --output=used "$T/half" | tail -n 1 | tr -d ' ') $(ls -A "$T/half")" "0 " "... and leaves nothing"
		umount "$T/half"
	fi
	if mount -t tmpfs -o size=1M none "$T/tiny" 2>/dev/null; then
		TMPDIR=$T/tiny "$VMCOREFS" -o unpack --cat info "$T/packed" >"$T/got" 2>"$T/err"
		is $? 32 "-o unpack without room: status 32"
		like "$(cat "$T/err")" "No space left on device; set TMPDIR to a folder with more room$" "... says why"
		umount "$T/tiny"
	fi
fi

# 1 GiB of zeroes in a few KB: memory stays bounded
python3 - "$T/bomb" <<'END'
import struct, sys
# frames of zstd of 64 MiB each, in RLE blocks of 128 KiB
frame = struct.pack('<IBBQ', 0xfd2fb528, 0xc0, 0x58, 64 << 20) + b''.join(
    struct.pack('<I', 131072 << 3 | 2 | (n == 511))[:3] + b'\0' for n in range(512))
open(sys.argv[1], 'wb').write(frame * 16)
END
truncate -s 1073741824 "$T/zeroes"
# sanitizers reserve terabytes of address space
limit=1500000
[[ $BUILD == *san* ]] && limit=unlimited
(ulimit -v $limit; "$READ" "$T/bomb" "$T/zeroes" 2>&1) >"$T/got"
is "$(cat "$T/got")" "zstd: 1073741824 bytes: 262144 same, 0 lost, 0 wrong" "a bomb: read with bounded memory"
done_testing
