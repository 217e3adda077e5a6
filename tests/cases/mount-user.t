#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may look: the one who mounted, and nobody else unless asked for.
. tests/lib.sh
need_fuse
need_root
need_tool setpriv
need_tool fusermount3

fuse_for_users "$0" || skip_all "users cannot open /dev/fuse here"

# an ordinary user who can read the dump, and the program
program=$T/vmcorefs
cp "$VMCOREFS" "$program" && chmod 755 "$program"
dump=$T/dump mnt=$T/mnt
small_dump "$dump"
chmod 644 "$dump"
mkdir "$mnt"
chown 65534:65534 "$mnt"
user test -r "$dump" || skip_all "another user cannot reach $T"

user "$program" "$dump" "$mnt" 2>"$T/err"
status=$?
if [[ $status != 0 ]] && grep -Eq 'fusermount3|not permitted|Permission denied' "$T/err"; then
	skip_all "users cannot mount here: $(head -n 1 "$T/err")"
fi
is "$status" 0 "an ordinary user mounts" || diag "$(cat "$T/err")"
ok "... and reads" user test -s "$mnt/README"
is "$(user stat -c '%u:%g %a' "$mnt/README")" "65534:65534 400" "files are his, 0400"
is "$(user stat -c '%u:%g %a' "$mnt")" "65534:65534 500" "folders are his, 0500"
like "$(cat "$mnt/README" 2>&1)" "Permission denied" "root is refused"
like "$(setpriv --reuid=65533 --regid=65533 --clear-groups cat "$mnt/README" 2>&1)" "Permission denied" "another user too"
ok "... the user unmounts" user fusermount3 -u "$mnt"
retry not_mounted "$mnt"

# allow_other is for root to permit, in /etc/fuse.conf
if grep -q '^user_allow_other' /etc/fuse.conf 2>/dev/null; then
	skip "a user's allow_other" "/etc/fuse.conf permits it"
else
	for option in allow_other allow_root; do
		user "$program" "$dump" "$mnt" -o $option 2>"$T/err"
		is $? 32 "a user's $option is refused: status 32"
		like "$(cat "$T/err")" "user_allow_other" "... and fuse.conf is named"
	done
fi

# root's mounts
mount_dump "$dump" "$mnt"
like "$(user cat "$mnt/README" 2>&1)" "Permission denied" "a user cannot see root's mount"
ok "unmounts with status 0" unmount "$mnt"
mount_dump "$dump" "$mnt" -o allow_other
is "$(user stat -c '%u %a' "$mnt/README")" "0 444" "allow_other: files are 0444"
is "$(user stat -c '%u %a' "$mnt/pfn")" "0 555" "allow_other: folders are 0555"
ok "... others read" user cmp "$mnt/vmcoreinfo" "$mnt/vmcoreinfo"
like ",$(findmnt -n -o OPTIONS -T "$mnt")," ",default_permissions,.*allow_other," "... and the kernel checks the permissions"
ok "unmounts with status 0" unmount "$mnt"

# whom it belongs to, and who may do what
other() { setpriv --reuid=65533 --regid=65533 --clear-groups "$@"; }
member() { setpriv --reuid=65533 --regid=65532 --clear-groups "$@"; }
mount_dump "$dump" "$mnt" -o allow_other,uid=65534,gid=65532,umask=027
is "$(user stat -c '%u:%g %a' "$mnt")" "65534:65532 550" "uid=, gid=, umask=: folders"
is "$(user stat -c '%u:%g %a' "$mnt/README")" "65534:65532 440" "... files"
is "$(user stat -c '%a' "$mnt/level-1/dump")" 440 "... in folders"
ok "... the owner reads" user test -s "$mnt/README"
ok "... the group reads" member cmp "$mnt/vmcoreinfo" "$mnt/vmcoreinfo"
like "$(other cat "$mnt/README" 2>&1)" "Permission denied" "... and others do not"
like "$(other ls "$mnt" 2>&1)" "Permission denied" "... list nothing either"
ok "unmounts with status 0" unmount "$mnt"
mount_dump "$dump" "$mnt" -o uid=65534,gid=65532,umask=0
is "$(stat -c '%u:%g %a' "$mnt/README")" "65534:65532 444" "without allow_other the same is shown"
like "$(user cat "$mnt/README" 2>&1)" "Permission denied" "... and lets nobody in"
ok "unmounts with status 0" unmount "$mnt"

# what others may not read they do not get by a mount
private=$T/private
mkdir -p "$private" "$T/crash"
cp "$dump" "$T/secret" && chmod 640 "$T/secret"
cp "$dump" "$private/dump" && chmod 644 "$private/dump" && chmod 700 "$private"
cp "$dump" "$T/crash/vmcore" && chmod 600 "$T/crash/vmcore"
for closed in "$T/secret" "$private/dump" "$T/crash"; do
	"$VMCOREFS" "$closed" "$mnt" -o allow_other 2>"$T/err"
	is $? 32 "allow_other of ${closed##*/}, which others may not read: status 32"
	like "$(cat "$T/err")" "$closed: others may not read it.*-o expose" "... says why, and what to do"
	ok "... nothing is mounted" not_mounted "$mnt"
	mount_dump "$closed" "$mnt" -o allow_root
	ok "... allow_root is fine" test -s "$mnt/README"
	ok "... unmounts" unmount "$mnt"
	mount_dump "$closed" "$mnt" -o allow_other,expose
	ok "... with -o expose others read" user test -s "$mnt/README"
	ok "... unmounts" unmount "$mnt"
done
"$VMCOREFS" "$dump" "$T/secret" "$mnt" -o allow_other 2>"$T/err"
like "$(cat "$T/err")" "$T/secret: others may not read it" "one of several is enough"
"$VMCOREFS" - "$mnt" -o allow_other <"$T/secret" 2>"$T/err"
like "$(cat "$T/err")" "standard input: others may not read it" "standard input"
for url in http://user:word@127.0.0.1:1/vmcore http://127.0.0.1:1/vmcore?key=1; do
	"$VMCOREFS" "$url" "$mnt" -o allow_other 2>"$T/err"
	like "$(cat "$T/err")" "others may not read it" "an address with a secret: $url"
	unlike "$(cat "$T/err")" "word|key=1" "... which is not printed"
done

mount_dump "$dump" "$mnt" -o allow_root
ok "allow_root: root reads" test -s "$mnt/README"
like "$(user cat "$mnt/README" 2>&1)" "Permission denied" "... and others do not"
ok "unmounts with status 0" unmount "$mnt"

done_testing
