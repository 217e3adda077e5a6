#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Nothing can be written, not even after mount -o remount,rw.
. tests/lib.sh
need_fuse

dump=$T/dump mnt=$T/mnt
small_dump "$dump"
sum=$(sha256sum "$dump")

# refuses COMMAND...: fails with EROFS
refuses() {
	local out
	out=$("$@" 2>&1)
	[[ $? != 0 && $out == *"Read-only file system"* ]]
	result $? "${when}$(printf '%s ' "${@//$mnt\//}")" || diag "$out"
}

all() {
	refuses touch "$mnt/new"
	refuses touch "$mnt/raw"
	refuses rm -f "$mnt/raw"
	refuses mkdir "$mnt/new"
	refuses rmdir "$mnt/pfn"
	refuses chmod 600 "$mnt/raw"
	refuses chown 1 "$mnt/raw"
	refuses truncate -s 0 "$mnt/raw"
	refuses mv "$mnt/raw" "$mnt/elf2"
	refuses ln "$mnt/raw" "$mnt/raw2"
	refuses ln -s raw "$mnt/raw2"
	refuses mkfifo "$mnt/fifo"
	refuses dd if=/dev/zero of="$mnt/raw" count=1 conv=notrunc
	refuses dd if=/dev/zero of="$mnt/raw" oflag=append count=1
	refuses cp /dev/null "$mnt/new"
	refuses sh -c 'echo x >>"$1"' - "$mnt/raw"
	refuses perl -e 'open(F, "+<", $ARGV[0]) or die $!' "$mnt/raw"
	have setfattr && refuses setfattr -n user.x -v y "$mnt/raw"
	not_ok "${when}test -w" perl -MPOSIX -e 'exit !POSIX::access($ARGV[0], POSIX::W_OK)' "$mnt/raw"
	not_ok "${when}nothing can be executed" "$mnt/raw"
}

when=
mount_dump "$dump" "$mnt" || skip_all "no mount"
all
if [[ $(id -u) == 0 ]] && mount -o remount,rw "$mnt" 2>/dev/null; then
	when="remounted rw: "
	all
fi
ok "unmounts with status 0" unmount "$mnt"
mount_dump "$dump" "$mnt" -o rw
when="-o rw: "
refuses touch "$mnt/new"
ok "unmounts with status 0" unmount "$mnt"
is "$(sha256sum "$dump")" "$sum" "the dump is as it was"

done_testing
