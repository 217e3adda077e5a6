#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 180
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
def elf(name, claimed, stored, at=0, more=0):
    put(name, (b'\x7fELF\x02\x01\x01'.ljust(16, b'\0') +
        struct.pack('<HHIQQQIHHHHHH', 4, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0) +
        struct.pack('<IIQQQQQQ', 1, 7, 4096, 0, at, claimed, claimed + more, 0)).ljust(4096, b'\0') + b'A' * stored)
put('lime', struct.pack('<IIQQQ', 0x4c694d45, 1, 0, 2**63 - 1, 0) + b'A' * 8192)
elf('elf', 2**47, 8192)
elf('elf-4PiB', 2**52, 8192)
elf('elf-64MiB', 2**26, 8192)
elf('elf-excluded', 8192, 8192, 0, 2**56)
elf('elf-far', 8192, 8192, 2**51)
d = bytearray(open('tests/corpus/arch/s390x.kdump', 'rb').read())
put('s390x.kdump', d)
END

for view in info phys/0+4096; do cheap "8 EiB" "A|format: +lime" 65536 "$view" "$T/lime"; done
for view in level-1/dump.zstd kdump-compressed flattened elf lime raw level-1/elf; do
	cheap "8 EiB" "File too large|^[Km]vmcorefs: |AAA" 1 "$view" "$T/lime"
done
cheap "128 TiB" "format: +elf" 65536 info "$T/elf"
for view in level-1/dump.zstd level-1/dump.none kdump-compressed; do cheap "128 TiB" "^K" 1 "$view" "$T/elf"; done
cheap "128 TiB" "^m" 1 flattened "$T/elf"
cheap "128 TiB" "ELF" 8 level-1/elf "$T/elf"
cheap "128 TiB" "^EMiL" 4 lime "$T/elf"
cheap "128 TiB" "^A" 4096 raw "$T/elf"

# the lost pages are in the bitmaps, and their descriptors say that they were not written
"$VMCOREFS" --cat kdump-compressed "$T/elf-64MiB" 2>/dev/null | head -c $((40 << 10)) >"$T/head"
is "$(od -An -tx1 -j12288 -N8 "$T/head" | tr -d ' ')" ffffffffffffffff "64 MiB: the bitmap has the pages that are lost"

# unless they are so many that these would be the larger part of the file: then they are left out, and the dump says that it
# is incomplete. In all forms that have a descriptor for each page, through a pipe and in files; the whole of them is small.
outputs=(kdump-compressed flattened level-0/flattened level-0/dump.{none,zlib,lzo,snappy,zstd} level-1/dump level-0/split-2/{1,2})
for view in "${outputs[@]}"; do
	for f in elf-4PiB elf lime elf-excluded; do
		[[ ! $view =~ split ]] || continue			# two pages cannot be cut
		"$VMCOREFS" --cat "$view" "$T/$f" 2>"$T/err" | head -c $((1 << 20)) >"$T/pipe"
		[[ -s $T/pipe && $(stat -c %s "$T/pipe") -lt 100000 ]]
		result $? "$f: $view is small" || diag "$(stat -c %s "$T/pipe") bytes; $(cat "$T/err")"
		"$VMCOREFS" --cat "$view" "$T/$f" >"$T/file" 2>"$T/err"
		cmp -s "$T/pipe" "$T/file" || [[ $view != *flattened ]]
		result $? "$f: $view is the same in a file"
	done
done
"$VMCOREFS" --cat kdump-compressed "$T/elf-4PiB" >"$T/made" 2>"$T/err"
like "$(cat "$T/err")" "beyond the end of the file.*left out.*incomplete" "4 PiB: it is said that pages are left out"
like "$("$VMCOREFS" --cat info "$T/made" 2>&1)" "incomplete" "4 PiB: the file says that it is incomplete"
is "$("$VMCOREFS" --cat raw "$T/made" 2>/dev/null | md5sum)" "$(head -c 8192 /dev/zero | tr '\0' A | md5sum)" "4 PiB: it has the pages that there are"

# memory far away: what is between costs nothing where a file can have holes
for view in "${outputs[@]}" raw lime elf; do
	[[ ! $view =~ split ]] || continue
	if [[ $view != raw ]]; then			# more than file systems take
		( ulimit -t 10; exec "$VMCOREFS" --cat "$view" "$T/elf-far" >"$T/file" 2>"$T/err" )
		result $? "2 PiB up: $view into a file" || diag "$(cat "$T/err")"
		is "$(du -k "$T/file" | awk '{print $1 < 1000}')" 1 "2 PiB up: $view takes little room"
	fi
	( ulimit -t 10; exec "$VMCOREFS" --cat "$view" "$T/elf-far" >/dev/null 2>"$T/err" )
	result $? "2 PiB up: $view to /dev/null" || diag "$(cat "$T/err")"
done
rm -f "$T/file"

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
