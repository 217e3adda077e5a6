#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Dumps of a machine with 1 TiB, of which little is stored: mounting takes less than a second, opening and reading a few
# pages not much more, and the memory of the daemon stays below 64 MiB and a byte for each page that is stored.
. tests/lib.sh
need_fuse
need_tool python3

mnt=$T/mnt
slow=1			# sanitizers: no limits of time and memory
nm "$VMCOREFS" 2>/dev/null | grep -q '__asan_init\|__tsan_init' && slow=20

# A few pages from all over the file; failing ones are counted.
cat >"$T/read.py" <<'END'
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
size = os.fstat(fd).st_size
failed = 0
for i in range(50):
    try:
        os.pread(fd, 4096, size * i // 50 // 4096 * 4096)
    except OSError:
        failed += 1
print(failed)
END
# Pages of raw whose contents are known.
cat >"$T/right.py" <<'END'
import os, struct, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
bad = []
for gib in (0, 1, 511, 1023):
    for i in (0, 7, 20):
        pfn = gib * (1 << 18) + i
        want = bytes(4096) if i == 7 or i == 20 or i > gib % 16 + int(sys.argv[2]) else struct.pack('<Q', pfn).ljust(4096, b'x')
        if os.pread(fd, 4096, pfn * 4096) != want:
            bad.append(hex(pfn))
print(' '.join(bad))
END

hwm() { sed -n 's/^VmHWM: *\([0-9]*\) kB/\1/p' "/proc/$(server_of "$mnt")/status"; }

# quick NAME LIMIT COMMAND...: its best of three times, in milliseconds, is below the limit
quick() {
	local name=$1 limit=$2 best=999999 i before took
	shift 2
	for i in 1 2 3; do
		before=$(now_ms)
		"$@" || { fail "$name"; return; }
		took=$(($(now_ms) - before))
		[[ $took -ge $best ]] || best=$took
		[[ $best -ge $limit ]] || break
	done
	[[ $best -lt $((limit * slow)) ]]
	result $? "$name: less than $limit ms" || diag "$best ms"
}
mount_and_unmount() { mount_dump "$T/dump" "$mnt" && unmount "$mnt"; }
read_some() { python3 "$T/read.py" "$1" >"$T/failed"; }

# huge KIND FAILED VIEW...: FAILED: are pages expected to fail?
huge() {
	local kind=$1 failed=$2 stored limit view
	shift 2
	SUSPICIOUS_LOG=
	[[ $failed == 0 ]] || SUSPICIOUS_LOG=1
	stored=$(python3 tests/tools/make-huge "$kind" "$T/dump") || { fail "make-huge $kind"; return; }
	limit=$((64 * 1024 + stored / 1024))
	quick "$kind: mount and unmount" 1000 mount_and_unmount
	mount_dump "$T/dump" "$mnt" || { fail "$kind: mount"; return; }
	is "$(stat -c %s "$mnt/raw")" $((1 << 40)) "$kind: 1 TiB"
	like "$(cat "$mnt/info")" "pages-stored: $stored " "$kind: info: pages stored"
	for view; do
		quick "$kind: open $view and read of it" 4000 read_some "$mnt/$view"
		[[ $(cat "$T/failed") -gt 0 ]] && got=1 || got=0
		is "$got" "$failed" "$kind: $view: reads as they should" || diag "$(cat "$T/failed") fail"
	done
	if [[ $failed == 0 ]]; then
		# in make-huge's ELF core the number of stored pages depends on the GiB
		[[ $kind == elf ]] && more=0 || more=16
		is "$(python3 "$T/right.py" "$mnt/raw" "$more")" "" "$kind: the right bytes"
	fi
	[[ $(hwm) -le $((limit * slow)) ]]
	result $? "$kind: at most $((limit / 1024)) MiB of memory" || diag "$(hwm) KiB"
	diag "$kind: $(hwm) KiB, limit $limit"
	ok "$kind: unmount" unmount "$mnt"
	rm -f "$T/dump"
}

huge elf 0 raw elf level-0/dump level-1/dump level-1/elf level-1/raw flattened kdump-compressed
huge kdump 0 raw elf level-0/dump level-1/dump level-1/elf level-1/raw flattened kdump-compressed
huge flat 0 raw elf level-0/dump level-1/dump
# what it claims to have is not there; its bitmaps are, and cost what they must
huge claims 1 raw elf
done_testing
