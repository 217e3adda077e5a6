#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# -o threads=N is for all jobs together: several views at once do not have N threads each.
. tests/lib.sh
need_fuse

dump=tests/corpus/tiny61.kdump mnt=$T/mnt
readers=8 n=16

SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt" -o threads=$n,max_idle_threads=2 || skip_all "no mount"
tasks=/proc/$(server_of "$mnt")/task
count() { find "$tasks" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }
cat "$mnt/README" >/dev/null
idle=$(count)
most=0 pids=()
for level in $(seq $readers); do
	for form in dump.zlib dump.zstd; do
		cp "$mnt/level-$level/$form" "$T/$level.$form" &
		pids+=($!)
	done
done
while kill -0 "${pids[@]}" 2>/dev/null; do
	now=$(count)
	[[ $now -gt $most ]] && most=$now
done
bad=
for pid in "${pids[@]}"; do
	wait "$pid" || bad+=" $pid"
done
is "$bad" "" "all of them are made"
# each open has a thread that waits for its answer, and each read may have one
limit=$((idle + n - 1 + 2 * ${#pids[@]}))
[[ $most -le $limit ]]
result $? "with threads=$n, ${#pids[@]} readers: at most $limit threads" || diag "$most threads, $idle before"
[[ $most -gt $idle ]]
result $? "... and more than $idle, so that they were seen" || diag "$most"
ok "afterwards only those that wait are left" retry eval '[[ $(count) -le $((idle + n - 1 + 2)) ]]'
for level in 1 3 8; do
	ok "level $level is the same as with one thread" cmp "$T/$level.dump.zstd" \
		<("$VMCOREFS" -o threads=1 --cat "level-$level/dump.zstd" "$dump")
done
unmount "$mnt"

SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt" -o threads=1,max_idle_threads=2
tasks=/proc/$(server_of "$mnt")/task
others=0
[[ $BUILD != *tsan* ]] || others=1	# its own
cat "$mnt/README" "$mnt/level-31/dump.zlib" "$mnt/level-17/elf" "$mnt/report" >/dev/null
cat "$mnt/level-1/flattened" "$mnt/level-8/dump.zstd" "$mnt/raw" >/dev/null
ok "threads=1: none but those that answer requests" retry eval '[[ $(count) -le $((others + 4)) ]]'
unmount "$mnt"
done_testing
