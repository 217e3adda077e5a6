#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# The processes of a mount are killed, one or two of them, as root and as an ordinary user: it is gone, or serves what it
# should, and nothing is left.
. tests/lib.sh
need_fuse
need_tool fusermount3

users=("$(id -un)")
if [[ $(id -u) == 0 ]] && have setpriv && fuse_for_users "$0"; then
	users+=("user")
fi

# users need a program that they can reach
program=$T/vmcorefs
cp "$VMCOREFS" "$program" && chmod 755 "$program" "$T"
VMCOREFS=$program
dump=$T/dump mnt=$T/mnt
small_dump "$dump" "page 0x400-0x1fff random 3"
chmod 644 "$dump"
"$VMCOREFS" --cat raw "$dump" | sha256sum >"$T/raw"
mkdir "$mnt" "$T/tmp"
chmod 1777 "$T/tmp"
export TMPDIR=$T/tmp

# The processes of the mount, in the order in which they start: monitor, server, guard.
find_processes() {
	monitor=$(monitor_pids)
	read -r server guard _ <"/proc/$monitor/task/$monitor/children"
	[[ -n $guard ]]
}
nothing_left() { [[ -z $(vmcorefs_pids) ]]; }
no_mount() { ! grep -qF " $mnt " /proc/mounts; }

become() {	# WHO
	as=()
	[[ $1 != user ]] || as=(user)
	[[ $(id -u) != 0 ]] || chown "$([[ $1 == user ]] && echo 65534 || echo 0)" "$mnt"
}

begin() {	# NAME
	name=$1
	"${as[@]}" "$program" "$dump" "$mnt" || { fail "$name: no mount"; return 1; }
	"${as[@]}" head -c 1 "$mnt/level-0/dump.zlib" >"$T/byte"
	is "$(wc -c <"$T/byte")" 1 "$name: it is read"
	find_processes
}
tidy() {
	ok "$name: the mount is gone" retry no_mount
	ok "$name: and no process is left" retry nothing_left
	is "$(ls -A "$T/tmp")" "" "$name: nor a file"
}

for who in "${users[@]}"; do
	become "$who"

	begin "$who: server killed" && kill -9 "$server"
	tidy
	begin "$who: server crashed" && kill -ABRT "$server"
	tidy
	begin "$who: monitor killed" && kill -9 "$monitor"
	tidy
	begin "$who: both killed" && kill -STOP "$monitor" "$server" && kill -9 "$monitor" "$server"
	tidy

	begin "$who: guard killed" && kill -9 "$guard"
	is "$("${as[@]}" cat "$mnt/raw" | sha256sum)" "$(cat "$T/raw")" "$name: it serves"
	kill -TERM "$monitor"
	tidy

	# the server does not hear the signal: the mount is gone all the same
	begin "$who: SIGTERM, the server hangs" && kill -STOP "$server" && kill -TERM "$monitor"
	ok "$name: the mount is gone" retry no_mount
	kill -CONT "$server"
	tidy

	# those who wait for an answer get one
	begin "$who: killed while somebody waits" && kill -STOP "$server"
	"${as[@]}" cat "$mnt/level-1/elf" >/dev/null 2>&1 & reader=$!
	sleep 0.1
	kill -9 "$server"
	ok "$name: he is told" retry is_gone "$reader"
	wait "$reader" 2>/dev/null
	tidy

	begin "$who: SIGTERM while a file is made"
	"${as[@]}" cat "$mnt/level-0/kdump-compressed" >/dev/null 2>&1 & reader=$!
	kill -TERM "$monitor"
	tidy
	wait "$reader" 2>/dev/null
done

# In the foreground, messages and status tell of it. Of other crashes sanitizers make an exit.
become "${users[0]}"
SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt"
kill -ABRT "$(server_of "$mnt")"
wait_daemon "$mnt"
is $? 2 "a crash in the foreground: status 2"
like "$(log_of 0)" "vmcorefs: the process that reads the dump was ended by signal 6" "... says so"
ok "... and the mount is gone" no_mount

# killed before there is a mount
mkfifo "$T/fifo"
exec {held}<>"$T/fifo"
"$VMCOREFS" -f "$T/fifo" "$mnt" 2>"$T/err" & opening=$!
retry eval '[[ $(vmcorefs_pids | wc -l) == 2 ]]'
kill -TERM "$opening"
wait "$opening"
is $? 143 "SIGTERM while the dump is opened: ended by it"
ok "... and no process is left" retry nothing_left
"$VMCOREFS" "$T/fifo" "$mnt" 2>"$T/err" & opening=$!
retry eval '[[ $(vmcorefs_pids | wc -l) == 3 ]]'
kill -9 "$opening"
ok "the one who waits for the daemon is killed: no process is left" retry nothing_left
wait "$opening" 2>/dev/null
exec {held}>&-
ok "... and no mount" no_mount

# --cat
for sig in TERM INT KILL; do
	env --default-signal=INT "$VMCOREFS" --cat raw - <"$T/fifo" >"$T/got" 2>"$T/err" & opening=$!
	exec {held}>"$T/fifo"
	retry eval '[[ $(vmcorefs_pids | wc -l) == 2 ]]'
	kill -$sig "$opening"
	wait "$opening" 2>/dev/null
	is $? $((128 + $(kill -l $sig))) "--cat, SIG$sig: ended by it"
	ok "... and no process is left" retry nothing_left
	exec {held}>&-
done
is "$(ls -A "$T/tmp")" "" "... nor a file"

done_testing
