#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Compressed files that unpack to more than memory should hold.
. tests/lib.sh

READ=$BUILD/tests/tools/read_container

# On a slow machine there are lines of progress.
quietly() { "$@" 2>&1 | grep -av 'which reads all of the file once: '; }

small_dump "$T/large" 'page 0x400-0x53ff byte 7'
for tool in 'xz -0:xz: it has a block of [0-9]+ MiB' 'zstd -q:zstd: it has a frame of [0-9]+ MiB' \
	'lz4 -q -BD:lz4: its blocks depend on each other'; do
	have "${tool%% *}" || { skip "$tool" "not installed"; continue; }
	${tool%%:*} -c "$T/large" >"$T/packed"
	"$VMCOREFS" --cat info "$T/packed" >"$T/got" 2>"$T/err"
	is "$?$(wc -l <"$T/err")" 321 "${tool%%:*}, 80 MiB: status 32, one line"
	like "$(cat "$T/err")" "${tool#*:}.*: it cannot be read in the middle, and is too large for memory; unpack it \(${tool%% *} -d.*-o unpack" \
		"... says what to do"
	is "$(quietly "$READ" -u "$T/packed" "$T/large")" \
		"${tool%% *}: $(stat -c %s "$T/large") bytes: $((($(stat -c %s "$T/large") + 4095) / 4096)) same, 0 lost, 0 wrong" "... -o unpack"
	is "$("$VMCOREFS" -o unpack --cat pfn/0x401 "$T/packed" 2>/dev/null | tr -d '\7' | wc -c)" 0 "... a page of it"
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
