#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Random operations of several readers, some of which are killed, then whoever serves them: the bytes are those of --cat, and
# nothing is left or grows. SOAK=SECONDS (default 20 in all), SOAK_SEED.
. tests/real/lib.sh
need_fuse

sets v61-512
dump=${set[v61-512]}/vmcore mnt=$T/mnt
seconds=$((${SOAK:-20} / 4)) seed=${SOAK_SEED:-$RANDOM}
[[ $seconds -gt 0 ]] || seconds=1
RANDOM=$seed
diag "SOAK_SEED=$seed"
mkdir "$T/views"
for view in info dmesg vmcoreinfo report notes/00-CORE-1 elf raw level-31/dump level-31/elf level-1/elf; do
	"$VMCOREFS" --cat $view "$dump" >"$T/views/${view//\//+}" 2>/dev/null || fail "--cat $view"
done

# the process that reads the dump: the one with the most memory
worker() { local p; for p in $(vmcorefs_pids); do echo "$(awk '/^VmRSS/ { print $2 }' "/proc/$p/status") $p"; done | sort -n | tail -n 1 | cut -d' ' -f2; }
descriptors() { ls "/proc/$1/fd" | wc -l; }
# readers N SECONDS: their processes are in pids, what they print in $T/reader.*
readers() {
	local i
	pids=()
	for ((i = 0; i < $1; i++)); do
		python3 tests/tools/soak.py "$mnt" "$T/views" $((seed * 100 + number)) "$2" >"$T/reader.$number" 2>&1 & pids+=($!)
		number=$((number + 1))
	done
}
number=0 operations=0

# --- readers that end, and readers that are killed
mount_dump "$dump" "$mnt" || { fail "a mount"; done_testing; }
readers 4 1
wait "${pids[@]}"
pid=$(worker)
before=$(descriptors "$pid")
for round in 1 2 3; do
	readers 6 "$seconds"
	for ((i = 0; i < 3; i++)); do
		sleep "0.$((RANDOM % 9 + 1))"
		kill -KILL "${pids[i]}" 2>/dev/null
	done
	bad=0
	for ((i = 0; i < 6; i++)); do
		wait "${pids[i]}" 2>/dev/null
		status=$?
		[[ $status == 0 || $i -lt 3 && $status == 137 ]] || bad=$((bad + 1))
	done
	is $bad 0 "round $round: all bytes as by --cat" || diag "$(cat "$T"/reader.*)"
done
operations=$(cat "$T"/reader.* | awk '{ n += $1 } END { print n }')
[[ $operations -gt 200 ]]
result $? "$operations operations of readers that were not killed"
# the kernel gives files back after their last close
same_descriptors() { [[ $(descriptors "$pid") -le $((before + 2)) ]]; }
ok "descriptors: no more than $before and 2 that are kept" retry same_descriptors
pages=$(($(stat -c %s "$dump") / 4096))
[[ $(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status") -le $((65536 + pages / 1024)) ]]
result $? "memory: at most 64 MiB and a byte a page" || diag "$(grep -E '^(VmHWM|RssAnon|VmRSS)' "/proc/$pid/status")"
ok "unmounts with status 0" unmount "$mnt"
is "$(vmcorefs_pids)" "" "no process is left"

# --- who serves is killed: one of its processes, another each time
for which in 1 2; do
	rm -f "$T/views/.killed"
	mount_dump "$dump" "$mnt" || { fail "a mount"; done_testing; }
	readers 4 $((seconds * 2))
	sleep "0.$((RANDOM % 9 + 1))"
	touch "$T/views/.killed"
	kill -KILL "$(vmcorefs_pids | sort -n | sed -n "$which"p)" 2>/dev/null
	bad=0
	for pid in "${pids[@]}"; do wait "$pid" || bad=$((bad + 1)); done
	is $bad 0 "process $which is killed: no wrong bytes" || diag "$(cat "$T"/reader.*)"
	wait "$(daemon_of "$mnt")" 2>/dev/null
	none_left() { [[ -z $(vmcorefs_pids) ]]; }
	ok "... no process is left" retry none_left
	ok "... nor is a mount" retry not_mounted "$mnt"
done
done_testing
