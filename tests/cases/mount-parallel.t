#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Many readers at once, and reads at random places: the same bytes.
. tests/lib.sh
need_fuse
need_tool python3

dump=$T/dump mnt=$T/mnt
small_dump "$dump" "format kdump" "codec mixed" "page 0x400-0x2fff number" "page 0x3000-0x37ff random 3"
"$VMCOREFS" --cat raw "$dump" >"$T/raw"
"$VMCOREFS" --cat elf "$dump" >"$T/elf"
"$VMCOREFS" --cat kdump-compressed "$dump" >"$T/kdump-compressed"

cat >"$T/reads.py" <<'END'
import os, random, sys
view, ref, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
rnd = random.Random(seed)
a, b = os.open(view, os.O_RDONLY), os.open(ref, os.O_RDONLY)
size = os.fstat(b).st_size
bad = 0 if os.fstat(a).st_size == size else 1
for i in range(400):
    off = rnd.randrange(size + 5000)
    n = rnd.choice([1, 7, 4096, 4097, 65536, 1 << 20])
    if rnd.random() < .5:
        off = max(0, (off & ~4095) + rnd.choice([-1, 0, 1]))
    if os.pread(a, n, off) != os.pread(b, n, off):
        bad += 1
sys.exit(bad != 0)
END

for opts in "" "-o clone_fd" "-o max_idle_threads=1" -s; do
	# shellcheck disable=SC2086
	mount_dump "$dump" "$mnt" $opts || skip_all "no mount"
	pids=()
	for v in raw elf kdump-compressed raw elf kdump-compressed; do
		cmp "$mnt/$v" "$T/$v" & pids+=($!)
		dd if="$mnt/$v" bs=64k iflag=direct status=none | cmp - "$T/$v" & pids+=($!)
		python3 "$T/reads.py" "$mnt/$v" "$T/$v" ${#pids[@]} & pids+=($!)
	done
	bad=0
	for p in "${pids[@]}"; do wait "$p" || bad=$((bad + 1)); done
	is $bad 0 "18 readers at once, options '$opts'"
	ok "unmounts with status 0" unmount "$mnt"
done

done_testing
