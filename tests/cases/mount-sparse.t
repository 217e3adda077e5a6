#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Holes: raw is sparse for those who look, and zeroes for the others.
. tests/lib.sh
need_fuse
need_tool python3

dump=$T/dump mnt=$T/mnt
small_dump "$dump" "page 0x40000 text far away"
python3 tests/mkdump --raw "$dump.desc" "$T/raw"
mount_dump "$dump" "$mnt" || skip_all "no mount"

size=$(stat -c %s "$mnt/raw")
is "$size" "$(stat -c %s "$T/raw")" "the size is the end of memory: more than 1 GiB"
used=$(($(stat -c %b "$mnt/raw") * 512))
[[ $used -gt 1000000 && $used -lt 4000000 ]]
result $? "st_blocks counts what is stored" || diag "$used bytes"
is "$(du -B1 "$mnt/raw" | cut -f1)" "$used" "du agrees"

before=$(now_ms)
cp "$mnt/raw" "$T/copy"
took=$(($(now_ms) - before))
[[ $took -lt 3000 ]]
result $? "cp skips the holes" || diag "$took ms"
copied=$(($(stat -c %b "$T/copy") * 512))
[[ $copied -le $((used + 65536)) ]]
result $? "the copy is sparse" || diag "$copied bytes"
same "$T/copy" "$T/raw" "... and the same"
ok "tar -S" tar -C "$mnt" -cSf "$T/raw.tar" raw
[[ $(stat -c %s "$T/raw.tar") -lt $((used + 1000000)) ]]
result $? "... makes a small archive"
(cd "$T" && mkdir x && tar xf raw.tar -C x && cmp x/raw raw)
result $? "... with the same file"
same "$mnt/raw" "$T/raw" "read from end to end"

# lseek(2): every border, and what is beyond
cat >"$T/seek.py" <<'END'
import errno, os, sys
fd, ref = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_RDONLY)
size = os.fstat(fd).st_size

def seek(fd, off, how):
    try:
        return os.lseek(fd, off, how)
    except OSError as e:
        return errno.errorcode[e.errno]

# The map that the mount tells, and that all outside of it is zero.
off, data, bad = 0, 0, []
while True:
    start = seek(fd, off, os.SEEK_DATA)
    if start == 'ENXIO':
        break
    end = seek(fd, start, os.SEEK_HOLE)
    if not (off <= start < end <= size):
        bad.append('from %#x: %r to %r' % (off, start, end))
        break
    for at in range(off, start, 1 << 20):
        n = min(1 << 20, start - at)
        if seek(ref, at, os.SEEK_DATA) != 'ENXIO' and os.pread(ref, n, at).count(0) != n:
            bad.append('not a hole: %#x' % at)
    if seek(fd, start + (end - start) // 2, os.SEEK_DATA) != start + (end - start) // 2:
        bad.append('inside data: %#x' % start)
    if start > off and seek(fd, start - 1, os.SEEK_HOLE) != start - 1:
        bad.append('before data: %#x' % start)
    data += end - start
    off = end
print('borders', bad)
print('data', data)
print('end', seek(fd, size, os.SEEK_DATA), seek(fd, size, os.SEEK_HOLE), seek(fd, size + 1, os.SEEK_HOLE))
print('last', seek(fd, size - 1, os.SEEK_DATA) == size - 1, seek(fd, size - 1, os.SEEK_HOLE) == size)
print('negative', seek(fd, -1, os.SEEK_DATA))
print('plain', seek(fd, 5, os.SEEK_SET), seek(fd, 5, os.SEEK_CUR), seek(fd, -5, os.SEEK_END) == size - 5)
END
out=$(python3 "$T/seek.py" "$mnt/raw" "$T/raw")
like "$out" "borders \[\]" "SEEK_DATA and SEEK_HOLE at all borders"
like "$out" "data $used" "the data that they find is what st_blocks counts"
like "$out" "end ENXIO ENXIO ENXIO" "ENXIO at the end"
like "$out" "last True True" "the last byte"
like "$out" "negative (ENXIO|EINVAL)" "a negative offset"
like "$out" "plain 5 10 True" "plain seeks"

is "$(tail -c 4096 "$mnt/raw" | tr -d '\0')" "far away" "tail -c finds the end at once"
is "$(dd if="$mnt/raw" bs=4096 skip=$((0x40000)) status=none | tr -d '\0')" "far away" "dd skip= too"
is "$(dd if="$mnt/raw" bs=4096 skip=$((0x40001)) status=none 2>&1 | wc -c)" 0 "nothing after the end"

ok "unmounts with status 0" unmount "$mnt"
done_testing
