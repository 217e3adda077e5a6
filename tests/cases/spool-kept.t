#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What had to be compressed and nobody has open any more is bounded, and comes back the same.
. tests/lib.sh
need_fuse

dump=tests/corpus/tiny61.kdump mnt=$T/mnt
spools() { find "/proc/$(server_of "$mnt")/fd" -lname "$T/tmp/*" 2>/dev/null | wc -l; }
descriptors() { ls "/proc/$(server_of "$mnt")/fd" | wc -l; }
at_most() { [[ $($2) -le $1 ]]; }
mkdir "$T/tmp"
export TMPDIR=$T/tmp
for codec in lzo zlib; do
	"$VMCOREFS" --cat "level-0/dump.$codec" -o compress=keep "$dump" >"$T/$codec"
done
size=$(stat -c %s "$T/lzo")
[[ $(stat -c %s "$T/zlib") -lt $((size * 2)) ]] || fail "the test wants files of about the same size"

# one fits, two do not
SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt" -o spool=$((size + size / 2)) || skip_all "no mount"
ok "a file that is compressed is opened" cmp "$mnt/level-0/dump.lzo" "$T/lzo"
ok "... and is kept" retry grep -q '^  level-0/dump.lzo: [0-9]* bytes$' "$mnt/progress"
# all but the bitmaps, which are computed
like "$(cat "$mnt/progress")" "temporary files: 1, $((size - 2 * 4096)) bytes; .* and $((size + size / 2)) bytes are kept at most" \
	"... progress says how much, and what the limit is"
inode=$(stat -c '%i %s' "$mnt/level-0/dump.lzo")
exec {fd}<"$mnt/level-0/flattened"
ok "another one that is open does not count" grep -q '^  level-0/dump.lzo' "$mnt/progress"
like "$(cat "$mnt/progress")" "  level-0/flattened: [0-9]* bytes, open" "... and is said to be open"
ok "a third one" cmp "$mnt/level-0/flattened" <("$VMCOREFS" --cat level-0/flattened "$dump")
exec {fd}<&-
ok "closed, it takes the place of the older one" retry eval '! grep -q level-0/dump.lzo "$mnt/progress"'
ok "... whose temporary file is gone" retry at_most 1 spools
is "$(stat -c '%i %s' "$mnt/level-0/dump.lzo")" "$inode" "what is gone has the same inode and the exact size"
ok "... and comes back" cmp "$mnt/level-0/dump.lzo" "$T/lzo"
ok "... also without the kernel's cache" dd if="$mnt/level-0/dump.lzo" iflag=direct bs=64k of="$T/direct" status=none
ok "... the same" cmp "$T/direct" "$T/lzo"
unmount "$mnt"

# a part of a split set has a hole for the descriptors of the others, which takes no room
SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt" -o compress=lzo
cat "$mnt/level-0/split-8/8" >"$T/part"
size=$(stat -c %s "$T/part")
ok "a part of a split set is kept" retry grep -q '^  level-0/split-8/8: [0-9]* bytes$' "$mnt/progress"
kept=$(sed -n 's|^  level-0/split-8/8: \([0-9]*\) bytes$|\1|p' "$mnt/progress")
ok "... its hole does not count: $kept of $size" test "$kept" -lt $((size - 2 * 4096 - 64 * 1024))
ok "... what is stored does" test "$kept" -gt $((size / 2))
unmount "$mnt"

SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt" -o spool=0
for i in 1 2; do
	ok "spool=0: a file" cmp "$mnt/level-0/dump.lzo" "$T/lzo"
	ok "spool=0: nothing stays" retry at_most 0 spools
	ok "spool=0: progress is idle" retry eval '[[ $(cat "$mnt/progress") == idle ]]'
done
exec {fd}<"$mnt/level-0/dump.lzo"
is "$(spools)" 1 "spool=0: what is open is there"
ok "spool=0: ... and is whole" cmp /proc/self/fd/$fd "$T/lzo"
exec {fd}<&-
unmount "$mnt"

# few descriptors: each file in turn, more than there may be open
ulimit -S -n 16
SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt"
ulimit -S -n 1024
bad=
for level in {0..31}; do
	for form in dump.none dump.lzo dump.zlib dump.snappy dump.zstd flattened elf raw lime split-3/2; do
		head -c 100 "$mnt/level-$level/$form" >"$T/head" 2>>"$T/errors" && [[ -s $T/head ]] || bad+=" level-$level/$form"
	done
done
is "$bad" "" "all forms of all levels, with 16 descriptors" || diag "$(sort -u "$T/errors" | head)"
ok "... few of them are kept" retry at_most 12 descriptors
for parts in {2..64}; do
	head -c 100 "$mnt/level-31/split-$parts/1" >/dev/null 2>&1 || [[ ! -d $mnt/level-31/split-$parts ]] || bad+=" $parts"
done
is "$bad" "" "all split sets"
ok "... few of them are kept" retry at_most 12 descriptors
unmount "$mnt"
done_testing
