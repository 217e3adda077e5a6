#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 240
# Work stops when the last one who waits for it is killed, whatever work it is, and is done when somebody comes later: with a
# server that is silent while the work is under way, so that it does not end by itself.
. tests/lib.sh
. tests/http.sh
need_fuse
real_dump "$T/real"
"$VMCOREFS" --cat elf "$T/real" >"$T/dump"
start_bad_server "$T/dump" 230
mnt=$T/mnt

shows() { grep -q "^$1" "$mnt/progress"; }
idle() { grep -qx idle "$mnt/progress"; }
hangs() { grep -q "^/down/$1 .* hang" "$T/bad.log"; }

all_gone() { is_gone "$1" && is_gone "$2"; }

n=0
# try FILE [LINE [FIRST]]: LINE is what progress shows of the work; FIRST is opened before the server is silent
try() {
	local file=$1 line=${2:-} first=${3:-README} readers=()
	n=$((n + 1))
	"$VMCOREFS" --cat "$file" "$T/dump" >"$T/want" 2>"$T/err"
	SUSPICIOUS_LOG=1 mount_dump "$bad/down/$n" "$mnt" -o http_cache=1
	head -c 1 "$mnt/$first" >"$T/first"
	touch "$T/bad.log.hang"
	for i in 1 2; do
		cat "$mnt/$file" >"$T/got$i" 2>/dev/null & readers+=($!)
	done
	ok "$file: the server is silent" retry hangs $n
	[[ -z $line ]] || ok "... two wait: $line" retry shows "$line"
	kill "${readers[0]}"
	if [[ $line ]]; then
		ok "... one can be killed" retry is_gone "${readers[0]}"
		sleep 1.2		# longer than work takes to notice that nobody wants it
		ok "... the work goes on" shows "$line"
	fi
	kill "${readers[@]}" 2>/dev/null
	ok "... both can be killed" retry all_gone "${readers[@]}"
	wait "${readers[@]}" 2>/dev/null
	ok "... it stops" retry idle
	rm "$T/bad.log.hang"
	cat "$mnt/$file" >"$T/got"
	same "$T/got" "$T/want" "... who comes later gets it"
	unlike "$(log_of $((n - 1)) | grep -vxFf "$T/err")" "damaged|read: |could not be read" "... and it is not taken for damage"
	unmount "$mnt"
}

try level-31/raw "reading page structs"
try level-1/elf "looking for zero pages: level-1" elf
try level-0/dump "compressing: level-0"
try level-0/flattened "compressing: level-0"
try level-0/split-2/1 "compressing: level-0"
try level-31/report "reading page structs"
try dmesg
try symbols/jiffies
try types/task_struct

# --- the processes end while a file is compressed
mkdir -m 1777 "$T/tmp"
export TMPDIR=$T/tmp
nothing_left() { [[ -z $(vmcorefs_pids) ]]; }
http_pid() {
	local p
	for p in $(vmcorefs_pids); do
		[[ $(cat "/proc/$p/comm") != vmcorefs-http ]] || echo "$p"
	done
}
compress() {	# NAME
	name=$1
	n=$((n + 1))
	SUSPICIOUS_LOG=1 mount_dump "$bad/down/$n" "$mnt" -o http_cache=1
	touch "$T/bad.log.hang"
	cat "$mnt/level-0/dump" >"$T/got" 2>/dev/null & reader=$!
	ok "$name: a file is compressed" retry shows "compressing: level-0"
}
tidy() {
	ok "$name: who waits for it is told" retry is_gone "$reader"
	wait "$reader" 2>/dev/null
	ok "$name: the mount is gone" retry not_mounted "$mnt"
	ok "$name: no process is left" retry nothing_left
	is "$(ls -A "$T/tmp")" "" "$name: nor a file"
	rm "$T/bad.log.hang"
	wait_daemon "$mnt" 2>/dev/null
}

compress SIGTERM
kill "$(daemon_of "$mnt")"
tidy
compress "the monitor is killed"
kill -9 "$(daemon_of "$mnt")"
tidy
compress "who compresses is killed"
kill -9 "$(server_of "$mnt")"
tidy
compress "who reads from the server is killed"
kill -9 "$(http_pid)"
ok "$name: who waits for it is told" retry is_gone "$reader"
ok "$name: the work stops" retry idle
ok "$name: README can be read" timeout 5 grep -q vmcoreinfo "$mnt/README"
fusermount3 -u "$mnt"
tidy
compress "all are killed at once"
mapfile -t pids < <(vmcorefs_pids)
kill -STOP "${pids[@]}"	# or one sees another's end and unmounts
kill -9 "${pids[@]}"
ok "$name: no process is left" retry nothing_left
like "$(ls "$mnt" 2>&1)" "Transport endpoint is not connected" "$name: the mount point is dead"
fusermount3 -u "$mnt"
tidy

kill "$bad_pid"
wait "$bad_pid" 2>/dev/null
done_testing
