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
mount_dump "$dump" "$mnt" -o allow_root
ok "allow_root: root reads" test -s "$mnt/README"
like "$(user cat "$mnt/README" 2>&1)" "Permission denied" "... and others do not"
ok "unmounts with status 0" unmount "$mnt"

done_testing
