#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the kernel knows it does not ask for again. Counted in what -d prints.
. tests/lib.sh
need_fuse

dump=$T/dump mnt=$T/mnt
small_dump "$dump"
SUSPICIOUS_LOG=1 mount_dump "$dump" "$mnt" -d || skip_all "no mount"
log=$T/log.0

# asked OPCODE COMMAND...: how many such requests the command causes
asked() {
	local opcode=$1 before
	shift
	sleep 0.05
	before=$(grep -c "opcode: $opcode " "$log")
	"$@" >/dev/null 2>&1
	sleep 0.05
	echo $(($(grep -c "opcode: $opcode " "$log") - before))
}

reads=$(asked READ cat "$mnt/raw" "$mnt/elf" "$mnt/vmcoreinfo")
[[ $reads -gt 0 ]]
result $? "the first cat reads" || diag "$reads"
is "$(asked READ cat "$mnt/raw" "$mnt/elf" "$mnt/vmcoreinfo")" 0 "the second cat causes no READ"
is "$(asked READ cp "$mnt/raw" "$T/copy")" 0 "nor does cp"
is "$(asked GETATTR cat "$mnt/raw")" 0 "nothing asks for attributes again"
is "$(asked LOOKUP cat "$mnt/raw")" 0 "nor for names"
is "$(asked FLUSH cat "$mnt/raw")" 0 "close does not wait for an answer"

ls -l "$mnt" >/dev/null
for opcode in READDIR READDIRPLUS LOOKUP; do
	is "$(asked $opcode ls -l "$mnt")" 0 "a second ls -l causes no $opcode"
done
is "$(asked GETATTR stat "$mnt"/{README,info,raw,vmcoreinfo,pfn,notes})" 0 "attributes that are final are not asked for"
stat "$mnt/nothing" >/dev/null 2>&1
is "$(asked LOOKUP stat "$mnt/nothing")" 0 "a name that is missing is asked for once"
stat "$mnt/pfn/99999999" >/dev/null 2>&1
is "$(asked LOOKUP stat "$mnt/pfn/99999999")" 0 "the same in pfn/"
getfattr -d "$mnt/raw" >/dev/null 2>&1
is "$(asked GETXATTR ls -l "$mnt")" 0 "extended attributes are asked for once, if at all"

# progress changes: always asked
is "$(asked READ cat "$mnt/progress" | sed 's/^[1-9][0-9]*$/some/')" some "progress is read"
is "$(asked READ cat "$mnt/progress" | sed 's/^[1-9][0-9]*$/some/')" some "... each time"
is "$(stat -c %s "$mnt/progress")" 0 "progress has no size"
ok "... and can be read" test -n "$(cat "$mnt/progress"; echo x)"

unmount "$mnt"
is $? 0 "unmounts with status 0"
done_testing
