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

# what nobody has open makes room for what somebody wants
spools() { find "/proc/$(server_of "$mnt")/fd" -lname "$small/*" 2>/dev/null | wc -l; }
none_left() { [[ $(spools) == 0 ]]; }
mount -o remount,size=$(($(stat -c %s "$T/direct") * 3 / 2 / 4096 * 4096)) "$small"
export TMPDIR=$small
SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt" -o spool=1G
ok "a file that fits" cmp "$mnt/level-31/dump.lzo" "$T/direct"
ok "... is kept" retry grep -q '^  level-31/dump.lzo: [0-9]* bytes$' "$mnt/progress"
ok "one that does not fit beside it is made" cmp "$mnt/level-31/dump.zstd" <(TMPDIR=/tmp "$VMCOREFS" --cat level-31/dump.zstd "$dump")
unlike "$(cat "$mnt/progress")" "level-31/dump.lzo" "... in place of it"
exec {fd}<"$mnt/level-31/dump.zstd"
not_ok "beside one that is open there is no room" cp "$mnt/level-31/dump.lzo" "$T/copy"
ok "... which stays whole" cmp /proc/self/fd/$fd <(TMPDIR=/tmp "$VMCOREFS" --cat level-31/dump.zstd "$dump")
is "$(spools)" 1 "... and what failed leaves nothing"
exec {fd}<&-
unmount "$mnt"

# a limit on the size of files
(ulimit -f 1000; SUSPICIOUS_LOG=1; mount_dump "$dump" "$mnt" -o spool=1G; declare -p daemons mounts >"$T/state")
. <(sed 's/declare /declare -g /' "$T/state")
not_ok "with ulimit -f a file that is larger is not made" cp "$mnt/level-31/dump.lzo" "$T/copy"
like "$(cat "$T"/log.*)" "temporary file in $small: File too large; there is a limit" "... the daemon says why"
ok "... what was written is given back" retry none_left
ok "... other views work" grep -q "Linux version" "$mnt/dmesg"
umount "$mnt"
retry not_mounted "$mnt"
cleanup_small
done_testing
