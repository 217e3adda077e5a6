#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# --exec and --shell: a command that sees the dead kernel's /proc; its exit status, and nothing is left behind.
. tests/lib.sh
need_root
need_fuse

real_dump "$T/dump"
dump=$T/dump
mkdir "$T/tmp"
export TMPDIR=$T/tmp

# run STATUS COMMAND: its output is in $T/out and $T/err
run() {
	"$VMCOREFS" --exec "$2" "$dump" >"$T/out" 2>"$T/err" </dev/null
	is $? "$1" "$2: status $1" || diag "$(cat "$T/err")"
}

run 0 'cat /proc/1/comm'
is "$(cat "$T/out")" init "... and it is the dead kernel's"
run 7 'exit 7'
run 137 'kill -9 $$'
run 127 'no-such-command-here'
run 0 'cmp "$VMCOREFS/proc/1/stat" /proc/1/stat && echo "$PROC_ROOT"'
is "$(cat "$T/out")" /proc "the mount is in VMCOREFS, PROC_ROOT is set"
run 0 'ls /proc/self/fd >/dev/null; ls -d /proc/[0-9]*'
"$VMCOREFS" --list proc "$dump" | sed -n 's,^\([0-9][0-9]*\)/$,/proc/\1,p' | sort >"$T/list"
sort "$T/out" >"$T/sorted"
same "$T/sorted" "$T/list" "the same processes as --list, nobody who asks is among them"
echo 'cat /proc/2/comm; exit 3' | SHELL=/bin/sh "$VMCOREFS" --shell "$dump" >"$T/out" 2>"$T/err"
is $? 3 "--shell: the shell's status"
is "$(cat "$T/out")" kthreadd "... which sees the same"
[[ $(readlink /proc/self) == "$BASHPID" || -n $(cat /proc/self/comm) ]]
result $? "here is the /proc of here"

if have ps && ps --version 2>/dev/null | grep -q 'procps-ng'; then
	run 0 'ps -eo pid,comm'
	is "$(($(wc -l <"$T/out") - 1))" "$(wc -l <"$T/list")" "ps: as many processes"
else
	skip "ps" "it is not that of procps"
fi

echo nothing >"$T/none"
"$VMCOREFS" --exec true "$T/none" >"$T/out" 2>"$T/err"
is $? 32 "no dump: status 32"
like "$(cat "$T/err")" 'none' "... and a message"
"$VMCOREFS" --exec '' "$dump" >"$T/out" 2>"$T/err"
is $? 1 "no command: status 1"
small_dump "$T/small"
"$VMCOREFS" --exec true "$T/small" >"$T/out" 2>"$T/err"
is $? 32 "a dump without proc/: status 32"
like "$(cat "$T/err")" 'proc.*info says why' "... and a message"
is "$(ls -A "$TMPDIR")" "" "no folder is left"
is "$(grep -c "$T/tmp" /proc/self/mountinfo)" 0 "no mount is left"
done_testing
