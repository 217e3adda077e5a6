#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mount -t fuse.vmcorefs, and the same from a line of fstab.
. tests/lib.sh
need_fuse
need_root
need_tool mount.fuse3
[[ -e /sbin/mount.fuse || -e /usr/sbin/mount.fuse ]] || skip_all "no mount.fuse"

# mount(8) clears the environment: the program must be in a folder of the default PATH. In a table of mounts of our own
# it is, without touching the system.
if [[ -z ${PRIVATE_MOUNTS:-} ]]; then
	unshare -m true 2>/dev/null || skip_all "no private table of mounts"
	exec unshare -m --propagation private env PRIVATE_MOUNTS=1 bash "$0"
fi
mkdir "$T/bin"
cp "$VMCOREFS" "$T/bin/vmcorefs" && VMCOREFS=$T/bin/vmcorefs
mount --bind "$T/bin" /usr/local/bin || skip_all "cannot bind-mount"

dump="$T/a dump" mnt="$T/a folder"
small_dump "$dump"
mkdir "$mnt"

ok "mount -t fuse.vmcorefs DUMP DIR" mount -t fuse.vmcorefs "$dump" "$mnt"
ok "... it answers" cmp "$mnt/vmcoreinfo" <("$VMCOREFS" --cat vmcoreinfo "$dump")
is "$(findmnt -n -o FSTYPE -T "$mnt")" fuse.vmcorefs "... type fuse.vmcorefs"
ok "umount" umount "$mnt"
ok "... the daemon ends" retry test -z "$(vmcorefs_pids)"

ok "mount -o with many options" mount -t fuse.vmcorefs -o ro,noauto,user,nofail,_netdev,noatime,x-test.option=1,excluded=error "$dump" "$mnt"
ok "... it answers" test -s "$mnt/README"
like "$(cat "$mnt/raw" 2>&1 >/dev/null)" "No data available" "... with the options of ours"
umount "$mnt"
retry not_mounted "$mnt"

ok "mount -t fuse vmcorefs#DUMP DIR" mount -t fuse "vmcorefs#$dump" "$mnt"
ok "... it answers" test -s "$mnt/README"
umount "$mnt"
retry not_mounted "$mnt"

escape() { sed 's/ /\\040/g' <<<"$1"; }
echo "$(escape "$dump") $(escape "$mnt") fuse.vmcorefs noauto,allow_other,user,nofail 0 0" >"$T/fstab"
ok "mount DIR, from fstab" mount -T "$T/fstab" "$mnt"
ok "... it answers" test -s "$mnt/README"
is "$(stat -c %a "$mnt/README")" 444 "... allow_other came through"
umount "$mnt"
retry not_mounted "$mnt"

# the status of mount(8) is ours
mount -t fuse.vmcorefs "$T/none" "$mnt" 2>"$T/err"
is $? 32 "no dump: mount gives status 32"
like "$(cat "$T/err")" "vmcorefs: .*none.*No such file" "... and our message"
mount -t fuse.vmcorefs -o nonsense "$dump" "$mnt" 2>"$T/err"
is $? 1 "wrong option: mount gives status 1"
like "$(cat "$T/err")" "vmcorefs: -o nonsense: no such option" "... and our message"

if mount -t fuse.vmcorefs -o drop_privileges "$dump" "$mnt" 2>"$T/err"; then
	ok "drop_privileges: it answers" test -s "$mnt/README"
	umount "$mnt"
	retry not_mounted "$mnt"
else
	skip "drop_privileges" "$(head -n 1 "$T/err")"
fi
umount /usr/local/bin

done_testing
