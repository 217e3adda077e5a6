#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 600
# vmcorefs and makedumpfile in a crash kernel, on /proc/vmcore: what they took, side by side. See
# tests/rig/initramfs/measure-init. Time is shown, not judged: the machine of the test is no quiet one.
. tests/real/lib.sh

sets cap-v61
tr -d '\r' <"${set[cap-v61]}/capture.log" >"$T/log"

# of NAME FIELD: status, seconds, user, system, KiB or bytes of "measure NAME: ..."
of() { sed -nE "s/^measure $1: status ([0-9]+), ([0-9.]+) seconds, ([0-9.]+) user, ([0-9.]+) system, ([0-9]+) KiB, ([0-9-]+) bytes/\\$2/p" "$T/log"; }

is "$(grep -a '^vmcorefs: ' "$T/log")" "" "no complaints"
diag "free: $(sed -n 's/^measure free: //p' "$T/log")"
for codec in lzo zlib; do
	for level in 31 0; do
		ours=ours-$codec-$level theirs=theirs-$codec-$level
		is "$(of $ours 1) $(of $theirs 1)" "0 0" "$codec, level $level: status 0"
		diag "vmcorefs $(of $ours 2) s ($(of $ours 3) + $(of $ours 4)), $(of $ours 5) KiB, $(of $ours 6) bytes;" \
			"makedumpfile $(of $theirs 2) s ($(of $theirs 3) + $(of $theirs 4)), $(of $theirs 5) KiB, $(of $theirs 6) bytes"
		[[ $(of $ours 5) -le $(($(of $theirs 5) + 8192)) ]]
		result $? "... at most 8 MiB more memory: $(of $ours 5) KiB, $(of $theirs 5) KiB"
		[[ $(of $ours 6) -gt $(($(of $theirs 6) * 9 / 10)) && $(of $ours 6) -lt $(($(of $theirs 6) * 11 / 10)) ]]
		result $? "... about the same bytes: $(of $ours 6), $(of $theirs 6)"
	done
done
# with the same library, and pages of zeroes as one: all pages are the same
size=$(($(of ours-lzo-31 6) - $(of theirs-lzo-31 6)))
[[ ${size#-} -lt 4096 ]]
result $? "lzo, level 31: $size bytes more"
for name in device piped; do
	is "$(of $name 1)" 0 "$name: status 0"
	[[ $(of $name 5) -le $(($(of theirs-zlib-31 5) + 8192)) ]]
	result $? "... memory: $(of $name 5) KiB"
done
like "$(cat "$T/log")" "measure device-begins: KDUMP" "the disk holds a dump"
done_testing
