#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The file of a mounted dump changes: the log says so once, and what is lost is an error.
. tests/lib.sh
need_fuse

mnt=$T/mnt
said() { grep -c "$T/dump: the file $1" "$T/log.$((mounts - 1))"; }

change() {	# NAME REGEX COMMAND...
	local name=$1 regex=$2
	shift 2
	small_dump "$T/dump"
	SUSPICIOUS_LOG=1 mount_dump "$T/dump" "$mnt"
	cat "$mnt/vmcoreinfo" >/dev/null
	is "$(said "")" 0 "$name: nothing is said before"
	is "$(grep -c ^changed: "$mnt/info")" 0 "... nor in info"
	"$@"
	cat "$mnt/README" >/dev/null
	is "$(said "$regex")" 1 "... the next open(2) says it"
	cat "$mnt/vmcoreinfo" "$mnt/README" >/dev/null
	is "$(said "")" 1 "... once"
	like "$(grep ^changed: "$mnt/info")" "^changed: $T/dump ${regex%%;*}" "... info says it, which was read before"
	ok "... and has what it had" grep -q "^format: " "$mnt/info"
}

append() { echo more >>"$T/dump"; }
write() { printf x | dd of="$T/dump" bs=1 seek=5000 conv=notrunc status=none; }
replace() { cp "$T/dump" "$T/other" && mv "$T/other" "$T/dump"; }
cut() { truncate -s 8192 "$T/dump"; }

change "longer" "is longer than when it was opened; views may be wrong" append
ok "unmount" unmount "$mnt"
change "written to" "was written to since it was opened; views may be wrong" write
ok "unmount" unmount "$mnt"
change "replaced" "was deleted or replaced since it was opened; views show what it was" replace
cat "$mnt/raw" | cmp - <("$VMCOREFS" --cat raw "$T/dump")
result $? "... they do"
ok "unmount" unmount "$mnt"
change "deleted" "was deleted or replaced" rm "$T/dump"
ok "unmount" unmount "$mnt"
change "shorter" "is shorter than when it was opened" cut
not_ok "... what is lost cannot be read" cat "$mnt/raw"
like "$(cat "$T/.printed")" "Input/output error" "... it is an error"
ok "... and the mount is still there" grep -q OSRELEASE "$mnt/vmcoreinfo"
ok "unmount" unmount "$mnt"

# many readers at the moment: the daemon is not killed by a signal
small_dump "$T/dump"
SUSPICIOUS_LOG=1 mount_dump "$T/dump" "$mnt"
readers=()
for i in 1 2 3 4; do
	cat "$mnt/elf" "$mnt/raw" "$mnt/level-1/raw" >/dev/null 2>&1 & readers+=($!)
done
cut
wait "${readers[@]}"
ok "shorter while it is read: the mount is still there" grep -q OSRELEASE "$mnt/vmcoreinfo"
ok "unmount" unmount "$mnt"
done_testing
