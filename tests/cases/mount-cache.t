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

# never_asked OPCODE NAME COMMAND...: the command causes no such request. The kernel may drop what it knows when it is short
# of memory, so one of three times is enough: who forgets to let it keep something is asked each time.
never_asked() {
	local opcode=$1 name=$2 got try
	shift 2
	for try in 1 2 3; do
		got=$(asked "$opcode" "$@")
		[[ $got == 0 ]] && break
		diag "try $try: $got times $opcode"
	done
	is "$got" 0 "$name"
}

reads=$(asked READ cat "$mnt/raw" "$mnt/elf" "$mnt/vmcoreinfo")
[[ $reads -gt 0 ]]
result $? "the first cat reads" || diag "$reads"
never_asked READ "the second cat causes no READ" cat "$mnt/raw" "$mnt/elf" "$mnt/vmcoreinfo"
never_asked READ "nor does cp" cp "$mnt/raw" "$T/copy"
never_asked GETATTR "nothing asks for attributes again" cat "$mnt/raw"
never_asked LOOKUP "nor for names" cat "$mnt/raw"
never_asked FLUSH "close does not wait for an answer" cat "$mnt/raw"

ls -l "$mnt" >/dev/null
for opcode in READDIR READDIRPLUS LOOKUP; do
	never_asked $opcode "a second ls -l causes no $opcode" ls -l "$mnt"
done
cat "$mnt/info" >/dev/null		# what costs something has a bound for a size until it is open
never_asked GETATTR "attributes that are final are not asked for" stat "$mnt"/{README,info,raw,vmcoreinfo,pfn,notes}
stat "$mnt/nothing" >/dev/null 2>&1
never_asked LOOKUP "a name that is missing is asked for once" stat "$mnt/nothing"
stat "$mnt/pfn/99999999" >/dev/null 2>&1
never_asked LOOKUP "the same in pfn/" stat "$mnt/pfn/99999999"
getfattr -d "$mnt/raw" >/dev/null 2>&1
never_asked GETXATTR "extended attributes are asked for once, if at all" ls -l "$mnt"

# progress changes: always asked
is "$(asked READ cat "$mnt/progress" | sed 's/^[1-9][0-9]*$/some/')" some "progress is read"
is "$(asked READ cat "$mnt/progress" | sed 's/^[1-9][0-9]*$/some/')" some "... each time"
is "$(stat -c %s "$mnt/progress")" 0 "progress has no size"
ok "... and can be read" test -n "$(cat "$mnt/progress"; echo x)"

unmount "$mnt"
is $? 0 "unmounts with status 0"
done_testing
