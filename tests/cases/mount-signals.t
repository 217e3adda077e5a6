#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGTERM, SIGINT, SIGHUP end the daemon cleanly; SIGINT ends a reader.
. tests/lib.sh
need_fuse

dump=$T/dump mnt=$T/mnt
small_dump "$dump" "page 0x400-0x4fff number"

for opts in "" -s; do
	for signal in TERM INT HUP; do
		mount_dump "$dump" "$mnt" $opts
		kill -$signal "$(daemon_of "$mnt")"
		wait_daemon "$mnt"
		is $? 0 "SIG$signal $opts: status 0"
		ok "... and the mount is gone" not_mounted "$mnt"

		# all the time somebody reads
		mount_dump "$dump" "$mnt" $opts
		readers=()
		for i in 1 2 3; do
			( while :; do cat "$mnt/raw" "$mnt/elf" || exit; done >/dev/null 2>&1 ) &
			readers+=($!)
		done
		exec {held}<"$mnt/raw"
		sleep 0.3
		pid=$(daemon_of "$mnt")
		kill -$signal "$pid"
		if retry is_gone "$pid"; then
			wait_daemon "$mnt"
			is $? 0 "SIG$signal $opts while others read: status 0"
		else
			fail "SIG$signal $opts while others read: still runs after 5 s"
		fi
		ok "... and the mount is gone" not_mounted "$mnt"
		exec {held}<&-
		wait "${readers[@]}"
		rmdir "$mnt"
		is $? 0 "... and nothing holds the mount point"
	done
done

# the same from the background
mkdir "$mnt"
"$VMCOREFS" --ready-fd=7 "$dump" "$mnt" 7>"$T/ready"
pid=$(monitor_pids)
kill -TERM "$pid"
ok "SIGTERM in the background: the process ends" retry is_gone "$pid"
ok "... and the mount is gone" retry not_mounted "$mnt"

# a reader that gets SIGINT in the middle dies at once, and the mount goes on
mount_dump "$dump" "$mnt"
for opts in 1 2 3; do
	before=$(now_ms)
	timeout -s INT 0.3 sh -c 'while :; do cat "$1"; done' - "$mnt/raw" >/dev/null 2>&1
	[[ $(($(now_ms) - before)) -lt 1500 ]]
	result $? "SIGINT ends a reader"
done
ok "... the mount goes on" cmp "$mnt/vmcoreinfo" <("$VMCOREFS" --cat vmcoreinfo "$dump")
ok "unmounts with status 0" unmount "$mnt"

done_testing
