#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# proc/<pid>/ is what the guest read of its own /proc before it panicked, file by file; and unmodified tools run on it.
. tests/real/lib.sh
need_root
need_fuse

sets v61-proc
folder=${set[v61-proc]}
mkdir "$T/mnt"
mount_dump "$folder/vmcore" "$T/mnt" || { fail "mount"; done_testing; }
tests/tools/compare_copies.py "$folder/copies/proc" "$T/mnt/proc" >"$T/compared"
result $? "$(tail -n 1 "$T/compared")"
head -n 20 "$T/compared" | cut -c 1-400 | while read -r line; do diag "$line"; done
ok "more than 100 threads" test "$(find "$T/mnt/proc" -mindepth 3 -maxdepth 3 -path '*/task/*' | wc -l)" -gt 100
unmount "$T/mnt"

# tools: status, and as many lines as there must be
for tool in 'ps -eLo pid,tid,ppid,pgid,sid,tty,psr,pri,ni,stat,wchan,rss,vsz,time,comm' 'pstree -p' 'lsof -n' 'pmap -x 1' 'top -b -n1' \
	'fuser -v /dev/null' 'mount'; do
	"$VMCOREFS" --exec "$tool" "$folder/vmcore" >"$T/out" 2>"$T/err"
	is $? 0 "$tool" || diag "$(tail -n 3 "$T/err")"
	ok "... with output" test "$(cat "$T/out" "$T/err" | wc -l)" -gt 5
done
# address, size and RSS of each area of pid 1 are those that pmap printed in the guest
"$VMCOREFS" --exec 'pmap -x 1' "$folder/vmcore" 2>/dev/null | awk '/^0000/ { print $1, $2, $3 }' >"$T/ours"
awk '/^0000/ { print $1, $2, $3 }' "$folder/copies/tools/pmap" >"$T/theirs"
same "$T/ours" "$T/theirs" "pmap -x: the guest's" || diag "$(diff "$T/ours" "$T/theirs" | head)"
ok "... which is something" test -s "$T/theirs"
# the name spaces that lsns printed there; it counts processes, of which one has ended since
"$VMCOREFS" --exec 'lsns' "$folder/vmcore" 2>/dev/null | awk '{ print $1, $2, $4 }' >"$T/ours"
awk '{ print $1, $2, $4 }' "$folder/copies/tools/lsns" >"$T/theirs"
same "$T/ours" "$T/theirs" "lsns: the guest's" || diag "$(diff "$T/ours" "$T/theirs" | head)"
"$VMCOREFS" --exec 'lsof -n -Ftin' "$folder/vmcore" 2>/dev/null >"$T/out"
ok "lsof: pipes with their numbers" grep -q '^tFIFO' "$T/out"
done_testing
