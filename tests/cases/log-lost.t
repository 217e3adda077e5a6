#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A page of the log that is damaged or cut off takes its own records and no others; info says so, and has panic and uptime.
. tests/lib.sh

real=tests/corpus/tiny61.kdump
"$VMCOREFS" --cat dmesg "$real" >"$T/whole"
[[ $(wc -l <"$T/whole") -ge 400 ]]
result $? "the whole log"
is "$("$VMCOREFS" --cat info "$real" | grep '^missing: dmesg:')" "" "info: nothing of it is missing"

# the descriptors tell where the texts are; each text has the number of its own in front of it
for page in 0x2aba000 0x2abb000 0x2abc000 0x2ad2000; do
	tests/tools/damage_page.py "$real" "$T/bad" $page >"$T/offset"
	"$VMCOREFS" --cat dmesg "$T/bad" >"$T/part" 2>"$T/err"
	same "$T/part" "$T/whole" "descriptors at $page: nothing is lost with them"
done

# Two kinds of pages of this dump's log. Each: its address, the records on it, panic and uptime of what is left.
lost() {	# NAME PADDR RECORDS WHAT
	local line got
	"$VMCOREFS" --cat dmesg "$T/bad" >"$T/part" 2>"$T/err"
	is $? 0 "$1: dmesg"
	line="vmcorefs: $3 records cannot be read: $4"
	is "$(grep -c vmcorefs: "$T/part")" 1 "... has one line for what is lost"
	is "$(sed -n 's/^\[ *[0-9.]*\] \(vmcorefs: .*\)/\1/p' "$T/part")" "$line" "... that says what"
	# a record may have several lines
	grep -v vmcorefs: "$T/part" | diff - "$T/whole" | grep '^[<>]' >"$T/diff"
	is "$(grep -c '^<' "$T/diff")" 0 "... and no line that is not in the whole log"
	[[ $(grep -c '^> \[' "$T/diff") == "$3" ]]
	result $? "... which has so many more records" || diag "$(grep -c '^> \[' "$T/diff")"
	got=$("$VMCOREFS" --cat info "$T/bad" 2>/dev/null)
	like "$got" "missing: dmesg: ${line#vmcorefs: }" "... info says it"
	like "$got" $'\npanic: ' "... and why the kernel died"
	like "$got" $'\nuptime: 3\.1' "... and when"
}
while read -r name paddr records; do
	tests/tools/damage_page.py "$real" "$T/bad" "$paddr" >"$T/offset" || { fail "$name: damage"; continue; }
	lost "$name" "$paddr" "$records" "page ${paddr%000} is damaged"
done <<'END'
text 0x32f9000 70
infos 0x2a65000 47
END

# cut off, as by a full disk, where the last part of the log's text would begin
tests/tools/damage_page.py "$real" "$T/bad" 0x32fb000 >"$T/offset"
head -c "$(cat "$T/offset")" "$real" >"$T/bad"
"$VMCOREFS" --cat dmesg "$T/bad" >"$T/part" 2>"$T/err"
is $? 0 "cut off: dmesg"
like "$(tail -n 1 "$T/part")" "vmcorefs: [0-9]+ records cannot be read: 2 pages from 0x32fb on are damaged or cut off" "... ends with a line for the rest"
head -n -1 "$T/part" | cmp -n "$(head -n -1 "$T/part" | wc -c)" - "$T/whole"
result $? "... in front of which all is there"
like "$("$VMCOREFS" --cat info "$T/bad" 2>/dev/null)" "missing: dmesg: .*"$'\nuptime: ' "info says it, and has uptime"

# the page with the log's head, printk_rb_static, and some of the records
tests/tools/damage_page.py "$real" "$T/bad" 0x2a62000 >"$T/offset"
"$VMCOREFS" --cat dmesg "$T/bad" >"$T/part" 2>"$T/err"
is $? 0 "the log's head is lost: dmesg"
head="the log's head cannot be read: page 0x2a62 is damaged; the records were found without it"
is "$(head -n 1 "$T/part")" "[    0.000000] vmcorefs: $head" "... begins with a line that says so"
like "$(cat "$T/err")" "warning: dmesg: $head" "... and warns"
is "$(grep -c vmcorefs: "$T/part")" 2 "... and has one line for the records that are lost"
grep -q '\] vmcorefs: 38 records cannot be read: page 0x2a62 is damaged$' "$T/part"
result $? "... that says what" || diag "$(grep vmcorefs: "$T/part")"
grep -v vmcorefs: "$T/part" | diff - "$T/whole" | grep '^[<>]' >"$T/diff"
is "$(grep -c '^<' "$T/diff") $(grep -c '^> \[' "$T/diff")" "0 38" "... and all lines but those of these records"
got=$("$VMCOREFS" --cat info "$T/bad" 2>/dev/null)
like "$got" "missing: dmesg: $head"$'\nmissing: dmesg: 38 records cannot be read: page 0x2a62 is damaged' "... info says it"
like "$got" $'\npanic: .*\nuptime: 3\\.1' "... and why the kernel died, and when"
for form in dmesg-raw kmsg; do
	"$VMCOREFS" --cat $form "$real" >"$T/form"
	"$VMCOREFS" --cat $form "$T/bad" 2>"$T/err" | grep -v vmcorefs: | diff - "$T/form" | grep '^[<>]' >"$T/diff"
	is "$(grep -c '^<' "$T/diff") $(grep -cE '^> (<[0-9]+>|[0-9]+,)' "$T/diff")" "0 38" "$form: all but these records"
done

# cut off in front of it: nothing is left, which is an error, and info says why
head -c "$(cat "$T/offset")" "$real" >"$T/bad"
"$VMCOREFS" --cat dmesg "$T/bad" >"$T/part" 2>"$T/err"
is "$? $(wc -c <"$T/part")" "32 0" "all of the log is lost: an error"
like "$(cat "$T/err")" "cannot read the log's head at 0x" "... with a message"
like "$("$VMCOREFS" --cat info "$T/bad" 2>/dev/null)" "missing: dmesg: the log cannot be read: Input/output error" "... info says it"
done_testing
