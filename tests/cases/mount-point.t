#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Mount points: good ones and bad ones.
. tests/lib.sh
need_fuse

dump=$T/dump
small_dump "$dump"

# refused MOUNTPOINT REGEX NAME
refused() {
	"$VMCOREFS" "$dump" "$1" >"$T/out" 2>"$T/err"
	is $? 32 "$3: status 32"
	like "$(cat "$T/err")" "^vmcorefs: .*$2" "... says why"
	is "$(cat "$T/out" "$T/err" | wc -l)" 1 "... in one line"
}

refused "$T/none" "mount point $T/none: No such file or directory" "missing mount point"
refused "$dump" "mount point $T/dump: not a directory" "a file as mount point"
mkdir "$T/full" "$T/mnt"
touch "$T/full/something"
refused "$T/full" "mount point $T/full: not empty .*nonempty" "mount point that is not empty"
"$VMCOREFS" "$dump" "$T/full" -o nonempty
is $? 0 "-o nonempty mounts over it"
ok "... the mount is there" test -e "$T/full/raw"
fusermount3 -u "$T/full"
ok "... and what was below it is back" retry test -e "$T/full/something"

"$VMCOREFS" "$T/mnt" "$dump" >"$T/out" 2>"$T/err"
is $? 32 "arguments in the wrong order: status 32"
like "$(cat "$T/err")" "^vmcorefs: " "... and a message"

# twice at the same place
ok "first mount" "$VMCOREFS" "$dump" "$T/mnt"
refused "$T/mnt" "mount point $T/mnt: not empty: $T/dump is mounted there already .fusermount3 -u $T/mnt ends that." \
	"a second mount at the same place"
mkdir "$T/other"
ok "the same dump elsewhere" "$VMCOREFS" "$dump" "$T/other"
fusermount3 -u "$T/other"
fusermount3 -u "$T/mnt"

# relative paths, blanks, commas, backslashes, in both names
mkdir "$T/a folder" "$T/a folder/m,n\\o"
cp "$dump" "$T/a folder/d,u mp\\x"
(cd "$T/a folder" && "$VMCOREFS" 'd,u mp\x' 'm,n\o')
is $? 0 "relative names with blanks, commas and backslashes"
is "$(findmnt -n -r -o SOURCE -T "$T/a folder/m,n\\o" | sed 's/\\x20/ /g; s/\\x5c/\\/g; s/\\\\/\\/g')" \
	"$T/a folder/d,u mp\\x" "... the table of mounts has the absolute name"
ok "... it answers" test -s "$T/a folder/m,n\\o/README"
fusermount3 -u "$T/a folder/m,n\\o"

# all processes are killed at once: the mount point is dead until it is unmounted
SUSPICIOUS_LOG=1 mount_dump "$dump" "$T/mnt"
ls "$T/mnt" >/dev/null	# the kernel knows the root's attributes from now on, for stat(2) too
# shellcheck disable=SC2046
kill -STOP $(vmcorefs_pids) && kill -9 $(vmcorefs_pids)
wait_daemon "$T/mnt" 2>/dev/null
is $? 137 "all killed"
retry eval '[[ -z $(vmcorefs_pids) ]]'
like "$(ls "$T/mnt" 2>&1)" "Transport endpoint is not connected" "the mount point is dead"
refused "$T/mnt" "$T/mnt.*daemon is dead.*fusermount3 -u $T/mnt" "mount over a dead mount"
"$VMCOREFS" -o nonempty "$dump" "$T/mnt" 2>/dev/null
is $? 32 "... also with -o nonempty"
is "$(grep -c " $T/mnt " /proc/mounts)" 1 "... and nothing is mounted over it"
ok "what the message says helps" fusermount3 -u "$T/mnt"
ok "... and then it mounts" "$VMCOREFS" "$dump" "$T/mnt"
ok "... and answers" test -s "$T/mnt/README"
fusermount3 -u "$T/mnt"

done_testing
