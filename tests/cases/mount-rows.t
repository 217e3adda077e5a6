#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Links, texts as in procfs, patterns in patterns and names that are texts, as a mount shows them: on rows made for it.
. tests/lib.sh
need_fuse

mnt=$T/mnt
real_dump "$T/dump"
mkdir "$mnt"
"$BUILD/tests/tools/mount_rows" "$T/dump" "$mnt" >"$T/ready" 2>"$T/errors" & pid=$!
ok "it is mounted" retry test -s "$T/ready"

# mode, links, size, name of what ls -l shows in a folder
listing() { ls -l --time-style=+ "$mnt/$1" | awk 'NR > 1 { $3 = $4 = ""; print }' | tr -s ' '; }
is "$(listing .)" "lrwxrwxrwx 1 11 away -> /etc/passwd
dr-x------ 2 0 boxes
lrwxrwxrwx 1 13 dangling -> people/9/name
lrwxrwxrwx 1 4 loop -> loop
dr-x------ 2 0 mixed
dr-x------ 1 0 people
lrwxrwxrwx 1 8 self -> people/3
dr-x------ 2 0 things
-r-------- 1 8 top" "the top"
is "$(listing people/3 2>"$T/ls")" "-r-------- 1 1000 big
l-wx------ 1 64 exe
-r-------- 1 9 name
lrwxrwxrwx 1 4 self -> name
-r-------- 1 0 status
dr-x------ 4 0 task" "a folder of a pattern"
is "$(listing people/3/task/31/fd)" "-r-------- 1 11 0
-r-------- 1 11 1
-r-------- 1 11 2" "a pattern in a pattern in a pattern"
is "$(cat "$mnt/people/3/task/31/fd/4000")" "fd 4000 of 31" "... answers what it does not list"
is "$(cd "$mnt/people/3/task/31/fd" && cat ../../../../2/name)" "person 2" "... and knows the way up"
is "$(find "$mnt" -type d | wc -l)" "$((1 + 4 + 4 + 4 + 8 + 8))" "find sees all folders"
is "$(find "$mnt" -type l | sed "s,$mnt/,," | sort | tr '\n' ' ')" \
	"away dangling loop people/1/exe people/1/self people/2/exe people/2/self people/3/exe people/3/self people/4/exe people/4/self self " "find tells links without stat"
is "$(find "$mnt" -printf '%i %y\n' | sort | uniq -d | grep -v ' f$')" "" "no two folders or links have one inode number"

is "$(readlink "$mnt/self") $(readlink "$mnt/people/2/self")" "people/3 name" "readlink"
is "$(cat "$mnt/self/name") $(cat "$mnt/people/2/self")" "person 3 person 2" "through links"
is "$(stat -L -c %i "$mnt/self")" "$(stat -c %i "$mnt/people/3")" "a link and what it leads to"
is "$(cat "$mnt/loop" 2>&1 | sed 's/.*: //')" "Too many levels of symbolic links" "a link to itself"
is "$(cat "$mnt/dangling" 2>&1 | sed 's/.*: //')" "No such file or directory" "a link to nothing"
is "$(sed 's/.*: //' "$T/ls")" "No such file or directory" "a link that is there, to nobody knows where"
is "$(readlink "$mnt/people/1/exe"; cat "$mnt/people/1/exe")" $'name\nperson 1' "... and one that is known"
is "$(stat -c '%u %g %Y' "$mnt/people/1" "$mnt/people/4" | tr '\n' ,)" "1001 100 1000000000,1004 100 1000000000," \
	"owner and time that a view has"
is "$(stat -c '%F %i %a' "$mnt/people/2/socket") $(stat -c %a "$mnt/top")" "socket 4713 400 400" "type and inode number, too"
is "$(stat -c %i "$mnt/people/2/socket" "$mnt/people/3/socket" | tr '\n' ' ')" "4713 4714 " "... each its own"
ok "a link is not written" bash -c '! ln -sf x "$1/self" 2>/dev/null && ! rm -f "$1/self" 2>/dev/null' - "$mnt"

is "$(wc -c <"$mnt/people/3/status") $(stat -c %s "$mnt/people/3/status")" "16 0" "size 0, and 16 bytes"
is "$(head -c 6 "$mnt/people/1/status") $(tail -c 3 "$mnt/people/1/status" | tr -d '\n')" "status 01" "... in pieces"
exec {fd}<"$mnt/people/4/big"
is "$(stat -L -c %s /proc/self/fd/$fd) $(stat -c %s "$mnt/people/4/big" "$mnt/people/2/big" | tr '\n' ' ')" "6 6 1000 " \
	"a costly text: its size once it is open"
exec {fd}<&-

is "$(cat "$mnt/things/Struct Page@0xFF.flags[3]")" "thing struct page@0xff.flags[3]" "any text as a name"
is "$(stat -c %i "$mnt/things/A+B")" "$(stat -c %i "$mnt/things/a+b")" "... one inode number for its spellings"
is "$(stat "$mnt/things/no" 2>&1 | sed 's/.*: //'), $(stat "$mnt/things/bad" 2>&1 | sed 's/.*: //'), $(stat "$mnt/things/cannot" 2>&1 |
	sed 's/.*: //')" "No such file or directory, Invalid argument, Bad address" "... and what is none"
is "$(cat "$mnt/boxes/red/label" "$mnt/boxes/Red/blue" "$mnt/boxes/green/blue" | tr '\n' ,)" "box red,blue in red,blue in green," \
	"... of folders too"
for i in $(seq 200); do echo "$mnt/things/number $i"; done | xargs -d '\n' cat >"$T/many"
is "$(tail -n 1 "$T/many")" "thing number 200" "many of them"

ok "it is unmounted" fusermount3 -u "$mnt"
wait $pid
is $? 0 "status 0"
is "$(cat "$T/errors")" "" "no word of trouble"
done_testing
