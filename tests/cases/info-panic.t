#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# info's panic: is the cause, not the least that is said of it, and healthy machines have none. The log of the bundled dump
# with other texts in it, and the log beside a dump.
. tests/lib.sh

real_dump "$T/dump"
"$VMCOREFS" --cat elf "$T/dump" >"$T/elf" 2>"$T/err"
result $? "the bundled dump as elf"
last='Kernel panic - not syncing: sysrq triggered crash'
boot=$("$VMCOREFS" --cat dmesg "$T/elf" | grep -m1 -o 'Dentry cache hash.*')

# with OLD NEW [OLD NEW]...: the keys of info that tell why, of a dump with other texts, blanks behind them
with() {
	python3 - "$T/elf" "$T/edited" "$@" <<-'END'
	import sys
	text = open(sys.argv[1], "rb").read()
	for old, new in zip(sys.argv[3::2], sys.argv[4::2]):
	    old, new = old.encode(), new.encode()
	    assert len(new) <= len(old) and old in text, new
	    text = text.replace(old, new.ljust(len(old)))
	open(sys.argv[2], "wb").write(text)
	END
	"$VMCOREFS" --cat info "$T/edited" | grep -E '^(panic|oops):'
}
# a machine that is well, but for what is said
healthy() { with 'sysrq: Trigger a crash' 'x' "$last" 'x' "$boot" "$1"; }

is "$(with "$last" "$last")" "panic: sysrq: Trigger a crash" "as it is"
is "$(with 'sysrq: Trigger a crash' 'kernel BUG at mm/sl.c!' "$last" 'Kernel panic - not syncing: Fatal exception')" \
	"panic: kernel BUG at mm/sl.c!" "a generic panic: the line before"
is "$(with 'sysrq: Trigger a crash' 'Oops: 0002 [#1] SMP' "$last" 'Kernel panic - not syncing: Fatal exception')" \
	"panic: Oops: 0002 [#1] SMP" "... when it has a number only"
is "$(with 'sysrq: Trigger a crash' 'INFO: task a blocked 2' "$last" 'Kernel panic - not syncing: hung_task: blocked')" \
	"panic: INFO: task a blocked 2" "a hung task"
is "$(with 'sysrq: Trigger a crash' 'INFO: task a blocked 2' "$last" 'Kernel panic - not syncing: No init found.')" \
	"panic: Kernel panic - not syncing: No init found." "a panic that tells more itself"
is "$(with 'sysrq: Trigger a crash' 'kernel BUG at mm/sl.c!' "$last" x)" "oops: kernel BUG at mm/sl.c!" \
	"a hypervisor's dump of a machine that was not at its end"
for line in 'mce: [Hardware Error]: Machine check events logged' 'x kernel BUG at mm/slub.c:3!' \
	'traps: ls[12] general protection fault ip:7f12 sp:7ffc error:0' 'INFO: task a:7 blocked for more than 120 seconds.'; do
	is "$(healthy "$line")" "" "no panic: $line"
done

marker=$("$VMCOREFS" --cat dmesg "$T/elf" | grep -m1 -o 'vmcorefs-rig marker long: .\{40\}')
is "$(with 'sysrq: Trigger a crash' 'x' "$last" 'x' "$marker" 'Kernel panic - not syncing: from a program')" "" \
	"no panic: what a program wrote to /dev/kmsg"

# A folder of /var/crash whose dump has lost its log.
mkdir "$T/folder"
small_dump "$T/folder/vmcore"
printf '%s\n' '[    1.000000] kernel BUG at mm/slub.c:3!' '[    1.000001] invalid opcode: 0000 [#1] SMP' \
	'[    1.500000] Kernel panic - not syncing: Fatal exception' >"$T/folder/vmcore-dmesg.txt"
is "$("$VMCOREFS" --cat info "$T/folder" | grep -E '^(panic|uptime):')" "panic: kernel BUG at mm/slub.c:3!
uptime: 1.500000 s (time of the last message)" "the log that was saved beside the dump"

done_testing
