#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 120
# Every second page of a machine is stored: mounting and ls do not walk ten millions of ranges, and a view that needs more memory
# than is allowed says so while all others go on.
. tests/lib.sh
need_fuse
need_tool python3

mnt=$T/mnt
pages=10000000

# As the header of the bundled dump, with bitmaps of its own; the descriptors are a hole.
python3 - tests/corpus/tiny61.kdump "$T/dump" $pages <<'END'
import struct, sys
d, n = bytearray(open(sys.argv[1], 'rb').read()), int(sys.argv[3])
block, sub, bitmaps, old = struct.unpack_from('<IiII', d, 428)
assert block == 4096
half = -(-n // 8 // 4096)
struct.pack_into('<II', d, 436, 2 * half, n)
for i in range(16):
    if struct.unpack_from('<Q', d, 4096 + 8 * i)[0] == old:
        struct.pack_into('<Q', d, 4096 + 8 * i, n)
at = (1 + sub) * 4096
with open(sys.argv[2], 'wb') as f:
    f.write(d[:at])
    for i in range(2):
        f.seek(at + i * half * 4096)
        f.write(b'\xaa' * (n // 8))
    f.truncate(at + 2 * half * 4096 + n // 2 * 24 + 8192)
END
hwm() { sed -n 's/^VmHWM: *\([0-9]*\) kB/\1/p' "/proc/$(server_of "$mnt")/status"; }
limit=$((65536 + pages / 2 / 1024))
nm "$VMCOREFS" 2>/dev/null | grep -q '__asan_init\|__tsan_init' && limit=4000000

SUSPICIOUS_LOG=1 mount_dump "$T/dump" "$mnt" -o threads=1 || skip_all "no mount"
ls -l "$mnt" >"$T/ls"
bound() { awk -v name="$1" '$NF == name { print $5 }' "$T/ls"; }
[[ $(hwm) -lt $limit ]]
result $? "mount and ls in less than 64 MiB and a byte for each page" || diag "$(hwm) KiB"
like "$(cat "$mnt/info")" $'\n'"pages-stored: $((pages / 2)) " "info counts the pages"
[[ $(bound elf) -gt $((pages / 2 * 4096)) && $(bound lime) -ge $((pages / 2 * (4096 + 32))) ]]
result $? "the sizes of elf and lime are upper bounds" || diag "$(cat "$T/ls")"
is "$(bound raw)" $((pages * 4096)) "that of raw is exact"
not_ok "elf takes more memory than is allowed" head -c 4 "$mnt/elf"
like "$(cat "$T/.printed")" "Cannot allocate memory" "... which is the error"
like "$(cat "$mnt/info")" $'\n'"pages-stored: $((pages / 2)) " "... and other files can be read"
is "$(head -c 4096 "$mnt/raw" | tr -d '\0' | wc -c)" 0 "... raw too"
unmount "$mnt"

"$VMCOREFS" --cat elf "$T/dump" >/dev/null 2>"$T/err"
is $? 2 "--cat says it with its status"
like "$(cat "$T/err")" "MiB of memory more are wanted, .*: -o memory=MIB allows more" "... and what to do"
like "$(cat "$T/err")" "vmcorefs: elf: " "... and which view it was"
is "$("$VMCOREFS" --cat elf -o memory=4000 "$T/dump" 2>/dev/null | head -c 4 | tail -c 3)" ELF "with more memory it can be read"
for bad in 0 -1 x 1048577 ""; do
	not_ok "memory=$bad is refused" "$VMCOREFS" --cat info -o "memory=$bad" "$T/dump"
done
done_testing
