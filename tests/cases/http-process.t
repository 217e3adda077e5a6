#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 120
# The process that reads from servers: what it has, and what becomes of the mount without it. Passwords in addresses are nowhere.
. tests/lib.sh
. tests/http.sh
need_fuse

real_dump "$T/real"
"$VMCOREFS" --cat elf "$T/real" >"$T/dump"		# larger than what the mount keeps
start_bad_server "$T/dump" 110
address=http://user:secret@${bad#http://}/down
mnt=$T/mnt

http_pids() {
	local p
	for p in $(vmcorefs_pids); do
		[[ $(cat "/proc/$p/comm") != vmcorefs-http ]] || echo "$p"
	done 2>/dev/null
}
no_process() { [[ -z $(vmcorefs_pids) ]]; }

# --- what each of the two has
exec 9<"$T/dump"
SUSPICIOUS_LOG=1 mount_dump "$address/1?token=hidden" "$mnt" -o http_cache=1
exec 9<&-
daemon=$(server_of "$mnt")
http=$(http_pids)
is "$(wc -w <<<"$http")" 1 "one process reads from servers"
for p in $(vmcorefs_pids); do
	tr '\0' '\n' <"/proc/$p/cmdline"
done >"$T/got"
like "$(cat "$T/got")" "http://user@${bad#http://}/down/1" "the address is in the list of processes"
unlike "$(cat "$T/got")" "secret|hidden" "... without password and query"
unlike "$(cat /proc/mounts)" "secret|hidden" "... nor are they in the table of mounts"
unlike "$(cat "$mnt/info" "$mnt/README")" "secret|hidden" "... nor in the views"
if [[ $(id -u) == 0 ]]; then
	unlike "$(cat "/proc/$daemon/maps")" libcurl "who parses dumps has no libcurl"
	like "$(cat "/proc/$http/maps")" libcurl "... the other process has"
	is "$(find "/proc/$daemon/fd" -lname 'socket:*' | wc -l)" 2 "who parses dumps has sockets to the two other processes alone"
	is "$(readlink "/proc/$daemon/fd"/* "/proc/$http/fd"/* | grep -c "$T/dump")" 0 "neither has a file that the shell had open"
	like "$(cat "/proc/$http/status")" "NoNewPrivs:[[:space:]]1" "the other process gains no privileges"
	if grep -q "^sandbox: no capabilities.*; transfers: no capabilities, user [0-9]*,.* system calls of a client" "$mnt/info"; then
		like "$(tr -s '\t\n' ' ;' <"/proc/$http/status")" \
			";Uid: ([1-9][0-9]*) \1 \1 \1;.*;CapPrm: 0+;CapEff: 0+;CapBnd: 0+;.*;Seccomp: 2;" "... and has none"
		is "$(find "/proc/$http/fd" -type l ! -lname 'socket:*' ! -lname '/dev/null' ! -lname 'anon_inode:*' | wc -l)" 0 "... nor files"
	else
		skip "... and has none" "$(grep ^sandbox: "$mnt/info")"
	fi
	is "$(stat -c %u "/proc/$http/mem")" 0 "... and is nobody's to look into"
	like "$(cat "/proc/$http/limits")" "Max core file size +0 +0" "... nor does it leave a core"
fi

# --- signals are for the program
for signal in INT TERM HUP; do kill -$signal "$http"; done
cmp -n $((2 << 20)) "$mnt/elf" "$T/dump"
result $? "it outlives signals that are for all processes of a terminal or a service"

# --- killed: who waits gets an error, who needs nothing of it is served
touch "$T/bad.log.hang"
dd if="$mnt/elf" of=/dev/null bs=4k count=1 skip=4000 2>"$T/err" & reader=$!
ok "the server is silent" retry grep -q '^/down/1?token=hidden .* hang' "$T/bad.log"
kill -9 "$http"
wait $reader
is $? 1 "it is killed: who waits for it ends"
like "$(cat "$T/err")" "Input/output error" "... with an error"
rm "$T/bad.log.hang"
is "$(dd if="$mnt/elf" bs=4k count=1 skip=5000 2>&1 | sed -n 's/.*: //p' | head -n 1)" "Input/output error" "... and so does who comes later"
ok "README can be read" timeout 5 grep -q vmcoreinfo "$mnt/README"
ok "... and what is here already" timeout 5 grep -q OSRELEASE "$mnt/vmcoreinfo"
unlike "$(cat "$mnt/info")" "damaged|could not be read" "... it is not taken for damage"
like "$(log_of 0)" "the process that reads from servers has ended: unmount, and mount again" "the log says what happened"
unlike "$(log_of 0)" "secret|hidden" "... without the password"
ok "unmount" unmount "$mnt"
ok "no process is left" retry no_process

# --- the program is killed
SUSPICIOUS_LOG=1 mount_dump "$address/2" "$mnt"
kill -9 "$(server_of "$mnt")"
wait_daemon "$mnt" 2>/dev/null
ok "the program is killed: the other process ends" retry no_process

# --- it is stopped and does not answer
SUSPICIOUS_LOG=1 mount_dump "$address/3" "$mnt" -o http_cache=1
http=$(http_pids)
kill -STOP "$http"
dd if="$mnt/elf" of=/dev/null bs=4k count=1 skip=4000 2>/dev/null & reader=$!
sleep 0.5
kill $reader
ok "it is stopped: who waits for it can be killed" retry is_gone $reader
wait $reader 2>/dev/null
ok "... README can be read" timeout 5 grep -q vmcoreinfo "$mnt/README"
ok "... unmount" timeout 20 fusermount3 -u "$mnt"
wait_daemon "$mnt"
kill -CONT "$http"
ok "... no process is left" retry no_process

# --- in the background it keeps neither a terminal nor a pipe
out=$(timeout 20 "$VMCOREFS" "$address/4" "$mnt" -o fsname="$address/4?hidden" 2>&1)
is "$?$out" 0 "in the background"
like "$(findmnt -n -o SOURCE -T "$mnt")" "^http://user@" "a name of the user's in the table of mounts"
unlike "$(cat /proc/mounts)" "secret|hidden" "... has no password either"
fusermount3 -u "$mnt"
ok "no process is left" retry no_process

# --- messages
"$VMCOREFS" "$address/5" "$address/6" >"$T/out" 2>&1
is $? 32 "an address as mount point"
unlike "$(cat "$T/out")" secret "... the message has no password"
"$VMCOREFS" --vmlinuz="$address" "$mnt" >"$T/out" 2>&1
is $? 1 "an address behind a wrong option"
unlike "$(cat "$T/out")" secret "... the message has no password"
"$VMCOREFS" --ramdump "$address/7@0,$address/8@zz" "$mnt" >"$T/out" 2>&1
is $? 1 "addresses of banks"
unlike "$(cat "$T/out")" secret "... the message has no password"
timeout 20 "$VMCOREFS" --cat phys/0 --ramdump "$address/9@0" | cmp -n 4096 - "$T/dump"
result $? "a bank at an address with a password"
"$VMCOREFS" --cat raw "$T/dump" >"$T/want"
mkdir -p "$T/in/http:/u:p@h"
cp "$T/dump" "$T/in/http:/u:p@h/dump"
(cd "$T/in" && exec "$VMCOREFS" --cat raw ./http://u:p@h/dump) | cmp - "$T/want"
result $? "a file whose name looks like an address"

kill "$bad_pid"
wait "$bad_pid" 2>/dev/null
done_testing
