#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No room for compressed pages: a clear error, never a short file, and another try when there is room.
. tests/lib.sh
need_root
need_fuse

dump=tests/corpus/tiny61.kdump mnt=$T/mnt small=$T/small
mkdir "$mnt" "$small"
mount -t tmpfs -o size=1m vmcorefs-test "$small" || skip_all "no tmpfs"
cleanup_small() { mountpoint -q "$small" && umount -l "$small"; }
trap 'cleanup_small' EXIT

TMPDIR=$small "$VMCOREFS" --cat level-31/dump.lzo "$dump" 2>"$T/errors" | wc -c >"$T/count"
is "${PIPESTATUS[0]}" 32 "--cat into a pipe: status 32"
is "$(cat "$T/count")" 0 "and nothing comes out"
like "$(cat "$T/errors")" "$small.*No space left.*TMPDIR" "the message names the folder and what helps"
TMPDIR=$small "$VMCOREFS" --cat level-31/dump.lzo "$dump" >"$T/direct" 2>"$T/errors"
is $? 0 "--cat into a file needs no room there"

(cd "$T" && exec env TMPDIR="$small" "$VMCOREFS" -f "$OLDPWD/$dump" "$mnt" 2>"$T/log") &
daemon=$!
ok "it mounts" retry mountpoint -q "$mnt"
cp "$mnt/level-31/dump.lzo" "$T/copy" 2>"$T/errors"
is $? 1 "cp of a view that does not fit fails"
like "$(cat "$T/errors")" "No space left on device" "with ENOSPC"
is "$(stat -c %s "$T/copy" 2>/dev/null || echo none)" none "and leaves no copy"
ok "other views work" grep -q "Linux version" "$mnt/dmesg"
like "$(cat "$T/log")" "No space left" "the daemon says why"
mount -o remount,size=64m "$small"
ok "with room it works, in the same mount" cp "$mnt/level-31/dump.lzo" "$T/copy"
ok "and is the same file" cmp "$T/copy" "$T/direct"
ok "umount" umount "$mnt"
wait "$daemon"
is $? 0 "the daemon ends well"
cleanup_small
done_testing
