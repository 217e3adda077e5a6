#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 120
# Numbers in a header cost nothing: small files that claim more memory than there is are read in less than 64 MiB, whatever
# view is asked for.
. tests/lib.sh
need_tool python3

limit=65536		# KiB
nm "$VMCOREFS" 2>/dev/null | grep -q '__asan_init\|__tsan_init' && limit=1000000

# COMMAND's first byte of output is all that is read, unless ALL; then prints its peak of memory in KiB and its status.
cat >"$T/peak.py" <<'END'
import os, resource, subprocess, sys
n = int(sys.argv[1])
with subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=open(os.environ['T'] + '/err', 'w')) as p:
    got = p.stdout.read(n)
    p.stdout.close()
    status = p.wait()
open(os.environ['T'] + '/out', 'wb').write(got)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, status)
END
export T
cheap() {	# NAME EXPECTED BYTES VIEW DUMP: the first bytes, or a message
	local peak status
	read -r peak status < <(timeout 60 python3 "$T/peak.py" "$3" "$VMCOREFS" --cat "$4" "$5")
	[[ ${peak:-$limit} -lt $limit ]]
	result $? "$1: $4 in less than 64 MiB" || diag "peak ${peak:-none} KiB, status ${status:-none}"
	like "$(tr -d '\0' <"$T/out")$(cat "$T/err")" "$2" "$1: $4 is right"
}

python3 - "$T" <<'END' || fail "making the files"
import struct, sys
t = sys.argv[1]
def put(name, data):
    with open(t + '/' + name, 'wb') as f:
        f.write(data)
put('lime', struct.pack('<IIQQQ', 0x4c694d45, 1, 0, 2**63 - 1, 0) + b'A' * 8192)
put('elf', (b'\x7fELF\x02\x01\x01'.ljust(16, b'\0') +
    struct.pack('<HHIQQQIHHHHHH', 4, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0) +
    struct.pack('<IIQQQQQQ', 1, 7, 4096, 0, 0, 2**47, 2**47, 0)).ljust(4096, b'\0') + b'A' * 8192)
d = bytearray(open('tests/corpus/arch/s390x.kdump', 'rb').read())
put('s390x.kdump', d)
END

for view in info phys/0+4096; do cheap "8 EiB" "A|format: +lime" 65536 "$view" "$T/lime"; done
for view in level-1/dump.zstd kdump-compressed flattened elf lime raw level-1/elf; do
	cheap "8 EiB" "File too large|KDUMP|makedumpfile|AAA" 1 "$view" "$T/lime"
done
cheap "128 TiB" "format: +elf" 65536 info "$T/elf"
for view in level-1/dump.zstd level-1/dump.none kdump-compressed; do cheap "128 TiB" "^K" 1 "$view" "$T/elf"; done
cheap "128 TiB" "^m" 1 flattened "$T/elf"
cheap "128 TiB" "ELF" 8 level-1/elf "$T/elf"
cheap "128 TiB" "^EMiL" 4 lime "$T/elf"
cheap "128 TiB" "^A" 4096 raw "$T/elf"

# the lost pages are in the bitmaps, and their descriptors say that they were not written
"$VMCOREFS" --cat kdump-compressed "$T/elf" 2>/dev/null | head -c $((40 << 10)) >"$T/head"
is "$(od -An -tx1 -j12288 -N8 "$T/head" | tr -d ' ')" ffffffffffffffff "128 TiB: the bitmap has the pages that are lost"

# addresses that no machine has: one segment of s390x moved there
"$VMCOREFS" --cat elf "$T/s390x.kdump" >"$T/s390x.elf" 2>/dev/null || fail "elf of the s390x dump"
for at in 0x0432ea1d943ad93e 0x7fffffffffff0000 0x000fffffffff0000 0x8000000000000000 0xfffffffffffe0000; do
	python3 - "$T/s390x.elf" "$T/moved" $at <<'END'
import struct, sys
d = bytearray(open(sys.argv[1], 'rb').read())
phoff, = struct.unpack_from('>Q', d, 32)
size, n = struct.unpack_from('>HH', d, 54)
last = max(range(n), key=lambda i: struct.unpack_from('>Q', d, phoff + i * size + 24)[0])
struct.pack_into('>Q', d, phoff + last * size + 24, int(sys.argv[3], 0))
open(sys.argv[2], 'wb').write(d)
END
	for view in info dmesg level-1/dump level-31/dump report; do
		cheap "a segment at $at" "." 4096 "$view" "$T/moved"
	done
done
done_testing
