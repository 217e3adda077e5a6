#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# dmesg of dumps of real kernels, against makedumpfile, drgn and what the kernel wrote to its console.
. tests/real/lib.sh

sets v61-512 q61-512 q61-novmci v510-512 v612-512 v7-512 v61-la57 v61-nokaslr mdf-new

# our SET FILE: into $T/our
our() { "$VMCOREFS" --cat dmesg "${set[$1]}/$2" >"$T/our" 2>"$T/err" || diag "$1/$2: $(cat "$T/err")"; }

# makedumpfile prints a byte from 0x80 on as \xffffffNN, NN its value; dmesg has valid UTF-8 as it is and other bytes
# as \xNN.
by_our_rule() {
	python3 -c '
import re, sys
def convert(m):
    raw = bytes(int(x[-2:], 16) for x in re.findall(rb"[\\]xffffff([89a-f][0-9a-f])", m[0]))
    out = b""
    while raw:
        try:
            raw.decode()
            return out + raw
        except UnicodeDecodeError as e:
            end = e.start + 1
            out += raw[:e.start] + b"\\x%02x" % raw[e.start]
            raw = raw[end:]
    return out
sys.stdout.buffer.write(re.sub(rb"([\\]xffffff[89a-f][0-9a-f])+", convert, sys.stdin.buffer.read()))'
}

# --- against makedumpfile
our v61-512 vmcore
makedumpfile --dump-dmesg "${set[v61-512]}/vmcore" "$T/theirs" >"$T/log" 2>&1
result $? "makedumpfile --dump-dmesg" || diag "$(cat "$T/log")"
[[ $(lines "$T/theirs") -ge 300 ]]
result $? "v61-512: some hundred lines" || diag "$(lines "$T/theirs")"
grep -v '\\xffffff' "$T/theirs" >"$T/theirs.plain"
number=$(grep -n '\\xffffff' "$T/theirs" | sed 's/:.*/d/' | tr '\n' ';')
sed "$number" "$T/our" >"$T/our.plain"
same "$T/our.plain" "$T/theirs.plain" "v61-512: lines of ASCII are those of makedumpfile, byte for byte"
is "$(grep -c '\\xffffff' "$T/theirs")" 2 "v61-512: makedumpfile's other lines are the two markers"
by_our_rule <"$T/theirs" >"$T/expected"
same "$T/our" "$T/expected" "v61-512: with these converted it is makedumpfile's log, byte for byte"
grep -qF 'marker utf-8: Grüße, 世界, ✓' "$T/our"
result $? "v61-512: UTF-8 as it is"

# The newest makedumpfile also prints who wrote a record: "[    1.234567] [     T1] text". More lines of the record are
# indented by the width of this.
without_callers() {
	sed -E 's/^(\[ *[0-9]+\.[0-9]{6}\] )\[ *[TC][0-9]+\] /\1/; t; s/^( {15}) {11}/\1/'
}
for name in v510-512 v612-512 v7-512 v61-la57 v61-nokaslr; do
	our "$name" vmcore
	"${set[mdf-new]}/makedumpfile" -f --dump-dmesg "${set[$name]}/vmcore" "$T/theirs" >"$T/log" 2>&1 ||
		diag "$(cat "$T/log")"
	without_callers <"$T/theirs" | by_our_rule >"$T/expected"
	same "$T/our" "$T/expected" "$name: makedumpfile's log, byte for byte"
	[[ $(lines "$T/expected") -ge 300 ]]
	result $? "$name: some hundred lines" || diag "$(lines "$T/expected")"
done

# --- against the console

markers='vmcorefs-rig marker plain
vmcorefs-rig marker facility user, level err
vmcorefs-rig marker utf-8: Grüße, 世界, ✓
vmcorefs-rig marker two lines: first
vmcorefs-rig marker control byte: [\x1b] [\x01] backslash: [\]
vmcorefs-rig marker not utf-8: [\xff]'
whole() {	# SET FILE
	our "$1" "$2"
	like "$(head -n 1 "$T/our")" '^\[    0\.000000\] Linux version 6\.1\.' "$1/$2: begins with Linux version"
	console_lines "$1" >"$T/console"
	is "$(in_order "$T/console" "$T/our" | head -n 5)" "" "$1/$2: has each kernel line of the console, in this order"
	is "$(tail -n 1 "$T/our")" "$(tail -n 1 "$T/console")" "$1/$2: ends as the console does"
	is "$(grep -aoE 'vmcorefs-rig marker [pfutcn].*' "$T/our")" "$markers" "$1/$2: has the markers"
}
for file in elf elf-paging kdump-zlib; do
	whole q61-512 "$file"
	mv "$T/our" "$T/q.$file"
done
same "$T/q.elf-paging" "$T/q.elf" "q61-512: elf-paging and elf have the same log"
same "$T/q.kdump-zlib" "$T/q.elf" "q61-512: kdump-zlib and elf have the same log"
whole q61-novmci elf
for file in elf elf-paging kdump-zlib; do
	not_ok "makedumpfile cannot read q61-512/$file" makedumpfile -f --dump-dmesg "${set[q61-512]}/$file" "$T/theirs"
done

# --- against drgn, from the records of the log
cat >"$T/dmesg.py" <<'END'
import sys
from drgn.helpers.linux.printk import get_printk_records
out = b""
for r in get_printk_records(prog):
    stamp = b"[%5d.%06d] " % (r.timestamp // 1000000000, r.timestamp // 1000 % 1000000)
    for i, line in enumerate(r.text.split(b"\n")):
        out += (stamp if i == 0 else b" " * len(stamp)) + line + b"\n"
sys.stdout.buffer.write(out)
END
# Control bytes and what is no UTF-8, by the rule of dmesg.
escape() {
	python3 -c '
import sys
text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
print("".join("\\x%02x" % (ord(c) & 255) if ord(c) < 32 and not c.isspace() or ord(c) == 127 or
              "\udc80" <= c <= "\udcff" else c for c in text), end="")'
}
for name in v61-512/vmcore q61-512/elf-paging; do
	drgn_run "${set[${name%/*}]}/${name#*/}" "${set[v61-512]}/vmlinux" "$T/dmesg.py" >"$T/records" 2>"$T/err" ||
		diag "$(cat "$T/err")"
	escape <"$T/records" >"$T/expected"
	our "${name%/*}" "${name#*/}"
	same "$T/our" "$T/expected" "$name: drgn's records of the log, byte for byte"
done

# --- kmsg: level, facility, number, time, caller and device of each record
cat >"$T/kmsg.py" <<'END'
import sys
from drgn.helpers.linux.printk import get_printk_records
def escape(b):
    return b"".join(b"\\x%02x" % c if c < 32 or c >= 127 or c == 92 else bytes([c]) for c in b)
out = b""
for r in get_printk_records(prog):
    caller = b"T%d" % r.caller_tid if r.caller_tid is not None else b"C%d" % r.caller_cpu
    out += b"%d,%d,%d,%c,caller=%s;%s\n" % (r.facility << 3 | r.level, r.seq, r.timestamp // 1000,
                                             b"c" if r.continuation else b"-", caller, escape(r.text))
    out += b"".join(b" %s=%s\n" % (key, escape(value)) for key, value in r.context.items())
sys.stdout.buffer.write(out)
END
for name in v510-512 v61-512 v612-512 v7-512; do
	drgn_run "${set[$name]}/vmcore" "${set[$name]}/vmlinux" "$T/kmsg.py" >"$T/expected" 2>"$T/err" ||
		diag "$(cat "$T/err")"
	"$VMCOREFS" --cat kmsg "${set[$name]}/vmcore" >"$T/our" 2>"$T/err" || diag "$(cat "$T/err")"
	same "$T/our" "$T/expected" "$name: kmsg: drgn's records of the log, byte for byte"
	[[ $(grep -c '^ DEVICE=' "$T/our") -ge 10 ]]
	result $? "$name: many records have a device"
done
# the markers of the rig: facility user, level err
like "$(grep -a 'marker facility user' "$T/our")" '^11,[0-9]+,[0-9]+,-,caller=T[0-9]+;' "kmsg: facility and level of the marker"

# --- the page with the log's head is damaged: all records but those whose data is on it
for name in v510-512 v61-512 v612-512 v7-512; do
	"$VMCOREFS" --cat level-31/dump "${set[$name]}/vmcore" >"$T/dump" 2>"$T/err" || diag "$(cat "$T/err")"
	address=$("$VMCOREFS" --cat vmcoreinfo "$T/dump" | sed -n 's/^SYMBOL(printk_rb_static)=//p')
	page=$("$VMCOREFS" --cat "vtop/0x$address" "$T/dump" | sed -n 's/^paddr *\(.*\)...$/\1/p')
	"$VMCOREFS" --cat kmsg "$T/dump" >"$T/whole"
	must "damage" tests/tools/damage_page.py "$T/dump" "$T/bad" "${page}000"
	"$VMCOREFS" --cat kmsg "$T/bad" >"$T/part" 2>"$T/err"
	result $? "$name: without the log's head" || diag "$(cat "$T/err")"
	lost=$(sed -n "s/^[^;]*;vmcorefs: \([0-9]*\) records cannot be read: .*/\1/p" "$T/part")
	is "$(grep -ac ';vmcorefs: ' "$T/part")" 2 "$name: a line for the head, and one for the records"
	[[ ${lost:-0} -gt 0 && $lost -lt 50 ]]
	result $? "$name: few records are lost" || diag "$lost"
	grep -av ';vmcorefs: ' "$T/part" | diff -a - "$T/whole" | grep -a '^[<>]' >"$T/diff"
	is "$(grep -ac '^<' "$T/diff") $(grep -acE '^> [0-9]+,' "$T/diff")" "0 $lost" "$name: the others are all there"
	tail -n 50 "$T/whole" >"$T/whole.end"
	tail -n 50 "$T/part" >"$T/part.end"
	same "$T/part.end" "$T/whole.end" "$name: up to the end"
done

done_testing
