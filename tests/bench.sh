#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make bench: vmcorefs against makedumpfile on the same 3 GB kexec vmcore in the page cache, in turns, medians.
# The rows "one CPU" are pinned to one. RUNS=5; DUMP=FILE for another dump; ROWS=REGEX for some of the rows. On a busy
# machine 'chrt -f 1 make bench' keeps the others away, for as long as it takes.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
vmcorefs=$(cd "$top" && realpath "${BUILD:-build}/vmcorefs")
runs=${RUNS:-5}
work=$(mktemp -d -p "${TMPDIR:-/var/tmp}")
mnt=$work/mnt
mkdir "$mnt"

unmount() {
	if mountpoint -q "$mnt"; then umount "$mnt"; fi
}
trap 'unmount; rm -rf "$work"' EXIT

if [ -z "${DUMP:-}" ]; then
	"$top/tests/rig/rig" make v61-3g >&2
	DUMP=$("$top/tests/rig/rig" path v61-3g)/vmcore
fi

now() { date +%s%N; }

# one run of each side, in milliseconds with two decimals
timed() {
	local start end
	start=$(now)
	"$@" >/dev/null 2>&1
	end=$(now)
	awk -v ns=$((end - start)) 'BEGIN { printf "%.2f\n", ns / 1e6 }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

first_byte() { "$vmcorefs" --cat dmesg "$DUMP" | head -c 1; }
mounted_cp() {	# the mount and the copy: what a user waits for
	"$vmcorefs" "$DUMP" "$mnt" && cp "$mnt/$1" "$work/out"
	grep VmHWM "/proc/$(daemon)/status" | awk '{ print $2 }' >> "$work/memory"
	umount "$mnt"
	rm -f "$work/out"
}
daemon() {
	local pid
	for pid in /proc/[0-9]*; do
		[ "$(readlink "$pid/exe" 2>/dev/null)" = "$vmcorefs" ] || continue
		if tr '\0' '\n' < "$pid/cmdline" | grep -qxF "$mnt"; then echo "${pid#/proc/}"; return; fi
	done
}
mdf() { makedumpfile "$@" "$DUMP" "$work/mdf"; rm -f "$work/mdf"; }
mdf_dmesg() { makedumpfile --dump-dmesg "$DUMP" "$work/mdf"; rm -f "$work/mdf"; }

row() {	# LABEL OURS THEIRS
	local label=$1 ours=$2 theirs=$3 i a b
	[[ $label =~ ${ROWS:-.} ]] || return 0
	: > "$work/a"; : > "$work/b"
	for ((i = 0; i < runs; i++)); do
		timed $ours >> "$work/a"
		if [ -n "$theirs" ]; then timed $theirs >> "$work/b"; fi
	done
	a=$(median < "$work/a")
	if [ -n "$theirs" ]; then
		b=$(median < "$work/b")
		awk -v l="$label" -v a="$a" -v b="$b" 'BEGIN { printf "%-44s %10.1f %13.1f %7.2f\n", l, a, b, a / b }'
	else
		awk -v l="$label" -v a="$a" 'BEGIN { printf "%-44s %10.1f %13s %7s\n", l, a, "-", "-" }'
	fi
}

plain_cp() { cp "$DUMP" "$work/out"; rm -f "$work/out"; }
plain_dd() { dd if="$DUMP" of="$work/out" bs=256k; rm -f "$work/out"; }	# cp lets the file system copy
cat_to() { "$vmcorefs" --cat "$1" "${2:-$DUMP}" > "$work/out"; rm -f "$work/out"; }
mdf_of() { local from=$1; shift; makedumpfile "$@" "$from" "$work/mdf"; rm -f "$work/mdf"; }
mdf_new() { "$newest" "$@" "$DUMP" "$work/mdf"; rm -f "$work/mdf"; }
# on one CPU, as in a crash kernel
cat_one() { taskset -c 0 "$vmcorefs" --cat "$1" "$DUMP" > "$work/out"; rm -f "$work/out"; }
mdf_one() { taskset -c 0 makedumpfile "$@" "$DUMP" "$work/mdf"; rm -f "$work/mdf"; }
first_of_level() { "$vmcorefs" --cat "$1" "$2" | head -c 1 || [ "${PIPESTATUS[1]}" = 0 ]; }
# the mount is part of the time
mounted_cat() { "$vmcorefs" "$2" "$mnt" && cat "$mnt/$1" && umount "$mnt"; }
two_readers() {
	"$vmcorefs" "$1" "$mnt"
	"$work/random_reads" raw "$mnt/raw" 50000 1 & "$work/random_reads" raw "$mnt/raw" 50000 2
	wait
	umount "$mnt"
}
again_of_mount() {	# the mount of the row, which keeps its pages
	"$work/random_reads" raw "$mnt/raw" 100000
}
# each in a mount of its own, so that the kernel has no page of it yet; the mount itself is part of the time
random_of_mount() {
	"$vmcorefs" "$1" "$mnt" && "$work/random_reads" raw "$mnt/raw" 100000
	umount "$mnt"
}

cat "$DUMP" > /dev/null
cc -O2 -o "$work/random_reads" "$top/tests/tools/random_reads.c" -lkdumpfile
cc -O2 -o "$work/kdumpfile_pages" "$top/tests/tools/kdumpfile_pages.c" -lkdumpfile -lz
"$top/tests/rig/rig" make mdf-new >&2
newest=$("$top/tests/rig/rig" path mdf-new)/makedumpfile
echo "$("$vmcorefs" --version | head -n 1); $(makedumpfile -v | head -n 1); $(nproc) CPUs; $runs runs, medians"
printf '%-44s %10s %13s %7s\n' "dump of $(($(stat -Lc %s "$DUMP") >> 20)) MiB in the page cache" "vmcorefs ms" "makedumpfile" "ratio"
row "first byte of dmesg" first_byte mdf_dmesg
row "mount, cp level-31/dump (zlib), umount" "mounted_cp level-31/dump" "mdf -c -d 31"
row "mount, cp level-31/elf, umount" "mounted_cp level-31/elf" "mdf -E -d 31"
row "mount, cp level-1/dump (zlib), umount" "mounted_cp level-1/dump" "mdf -c -d 1"
row "--cat level-31/dump > file (zlib)" "cat_to level-31/dump" "mdf -c -d 31"
row "--cat level-31/dump.lzo > file" "cat_to level-31/dump.lzo" "mdf -l -d 31"
row "one CPU: --cat level-31/dump > file (zlib)" "cat_one level-31/dump" "mdf_one -c -d 31"
row "one CPU: --cat level-31/dump.lzo > file" "cat_one level-31/dump.lzo" "mdf_one -l -d 31"
row "one CPU: --cat level-0/dump.lzo > file" "cat_one level-0/dump.lzo" "mdf_one -l -d 0"
row "--cat level-0/dump.zlib > file" "cat_to level-0/dump.zlib" "mdf -c -d 0"
row "--cat level-0/dump.lzo > file" "cat_to level-0/dump.lzo" "mdf -l -d 0"
row "--cat level-0/dump.zstd > file, newest makedumpfile" "cat_to level-0/dump.zstd" "mdf_new -z -d 0"
"$vmcorefs" --cat kdump-compressed "$DUMP" > "$work/kdump"
row "refilter a zlib dump to level 31" "cat_to level-31/dump $work/kdump" "mdf_of $work/kdump -c -d 31"
row "refilter a zlib dump to level 1" "cat_to level-1/dump $work/kdump" "mdf_of $work/kdump -c -d 1"
row "first byte of level-1/dump of a zlib dump" "first_of_level level-1/dump $work/kdump" ""
row "unpack a zlib dump: level-0/dump.none > file" "cat_to level-0/dump.none $work/kdump" "mdf_of $work/kdump -d 0"
echo
printf '%-44s %10s %13s %7s\n' "" "vmcorefs ms" "the other" "ratio"
row "cp elf / cp of the source" "mounted_cp elf" plain_cp
row "cp elf / dd of the source" "mounted_cp elf" plain_dd
row "100000 random pages: raw / libkdumpfile, ELF" "random_of_mount $DUMP" "$work/random_reads kdumpfile $DUMP 100000"
row "100000 random pages of a zlib dump" "random_of_mount $work/kdump" "$work/random_reads kdumpfile $work/kdump 100000"
row "raw by two readers, 50000 each / by one, ELF" "two_readers $DUMP" "random_of_mount $DUMP"
row "raw by two readers / by one, zlib dump" "two_readers $work/kdump" "random_of_mount $work/kdump"
"$vmcorefs" "$DUMP" "$mnt" && again_of_mount > /dev/null
row "raw a second time / libkdumpfile, ELF" again_of_mount "$work/random_reads kdumpfile $DUMP 100000"
umount "$mnt"
row "mount, cat raw / libkdumpfile, zlib dump" "mounted_cat raw $work/kdump" "$work/kdumpfile_pages -n $work/kdump"
row "--cat raw / libkdumpfile, zlib dump" "cat_to raw $work/kdump" "$work/kdumpfile_pages -n $work/kdump"
if [ -s "$work/memory" ]; then echo "peak memory of the daemon: $(sort -n "$work/memory" | tail -n 1) kB"; fi
