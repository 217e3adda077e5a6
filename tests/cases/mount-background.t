#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon: when the command returns, how it looks from outside, how it ends.
. tests/lib.sh
need_fuse

dump=$T/dump mnt=$T/mnt
small_dump "$dump"
mkdir "$mnt"

ok "returns with status 0" timeout 10 "$VMCOREFS" "$dump" "$mnt"
like "$(head -n 1 "$mnt/README")" . "the mount answers at once"
is "$(findmnt -n -o SOURCE,FSTYPE -T "$mnt" | tr -s ' ')" "$dump fuse.vmcorefs" "findmnt: source and type"
like ",$(findmnt -n -o OPTIONS -T "$mnt")," ",ro,.*nosuid,.*nodev," "read-only, nosuid, nodev"
is "$(findmnt -n -t fuse.vmcorefs -o TARGET -T "$mnt")" "$mnt" "findmnt -t fuse.vmcorefs finds it"
pid=$(monitor_pids)
like "$pid" '^[0-9]+$' "one monitor"
is "$(readlink "/proc/$pid/cwd")" / "it keeps no folder busy"
for fd in 0 1 2; do is "$(readlink "/proc/$pid/fd/$fd")" /dev/null "its descriptor $fd is /dev/null"; done
is "$(ps -o sid= -p "$pid" | tr -d ' ')" "$pid" "it has a session of its own"

# df
is "$(stat -f -c '%S %a %f %l' "$mnt")" "4096 0 0 255" "statfs: block size, nothing free, name length"
is "$(stat -f -c %b "$mnt")" $(( ($(stat -c %s "$dump") + 4095) / 4096 )) "statfs: the size is the dump's"

# attributes
is "$(stat -c '%a %u %h %Y' "$mnt/README")" "400 $(id -u) 1 1700000000" "a file: mode, owner, links, mtime of the dump"
is "$(stat -c '%a %u' "$mnt")" "500 $(id -u)" "a folder: mode, owner"
is "$(stat -c %i "$mnt")" 1 "the root is inode 1"
folders=$(find "$mnt" -maxdepth 1 -mindepth 1 -type d | wc -l)
is "$(stat -c %h "$mnt")" $((folders + 2)) "the root's links are its folders and two"
is "$(find "$mnt" -maxdepth 1 -type f -printf '%i\n' | sort | uniq -d)" "" "inode numbers differ"
is "$(ls -id "$mnt/pfn/." | cut -d' ' -f1)" "$(ls -id "$mnt/pfn" | cut -d' ' -f1)" "'.' is the folder itself"
is "$(stat -c %i "$mnt/pfn/..")" 1 "'..' is the root"
is "$(ls -ai "$mnt/pfn" | awk '$2 == ".." { print $1 }')" 1 "'..' in a listing too"

exec {held}<"$mnt/README"
not_ok "umount of a busy mount fails" fusermount3 -u "$mnt"
ok "lazy umount works" fusermount3 -u -z "$mnt"
ok "... it is gone from the tree" not_mounted "$mnt"
like "$(head -c 20 <&$held)" . "... but open files can be read"
not_ok "... and the daemon lives" is_gone "$pid"
exec {held}<&-
ok "... until the last is closed" retry is_gone "$pid"

# started with closed descriptors
"$VMCOREFS" "$dump" "$mnt" <&- >&- 2>&-
is $? 0 "started without descriptors 0 to 2"
ok "... it answers" cmp "$mnt/vmcoreinfo" <("$VMCOREFS" --cat vmcoreinfo "$dump")
pid=$(monitor_pids)
fusermount3 -u "$mnt"
ok "... and ends" retry is_gone "$pid"

# --ready-fd
: >"$T/ready"
"$VMCOREFS" --ready-fd=7 "$dump" "$mnt" 7>"$T/ready"
is $? 0 "--ready-fd in the background"
ok "... a newline comes" retry test -s "$T/ready"
is "$(od -An -c "$T/ready" | tr -d ' ')" '\n' "... and nothing else"
fusermount3 -u "$mnt"
retry not_mounted "$mnt"

# a terminal that goes away, a script that waits for its output to end
out=$(timeout 10 "$VMCOREFS" "$dump" "$mnt" 2>&1; echo "status $?")
is "$out" "status 0" "in a command substitution: it does not keep the pipe open"
fusermount3 -u "$mnt"

done_testing
