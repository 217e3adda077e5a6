#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dmesg-raw and kmsg: dmesg(1) filters and decodes them, and they tell the same as dmesg.
. tests/lib.sh

real=tests/corpus/tiny61.kdump
for view in dmesg dmesg-raw kmsg; do
	"$VMCOREFS" --cat $view "$real" >"$T/$view" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$view"
done

# dmesg(1) escapes by its locale: lines with bytes that are not ASCII, or that are escaped, are left out of comparisons.
plain() { LC_ALL=C grep -av -e 'marker utf-8' -e 'marker control' -e 'marker not utf-8' "$@"; }
texts() { plain "$1" | cut -c 16-; }

# --- dmesg-raw
if have dmesg && dmesg -F "$T/dmesg-raw" >"$T/out" 2>"$T/err"; then
	# of more lines of a record dmesg has no time
	is "$(texts "$T/out")" "$(texts "$T/dmesg")" "dmesg -F dmesg-raw is dmesg"
	dmesg -F "$T/dmesg-raw" -x -l err,warn >"$T/out"
	is "$(sed 's/ *\[.*//' "$T/out" | tr -d ' ' | sort | uniq -c | awk '{ printf "%s %s ", $1, $2 }')" \
		"52 kern:warn: 1 user:err: 7 user:warn: " "dmesg -x -l err,warn: levels and facilities"
	is "$(dmesg -F "$T/dmesg-raw" -l info | wc -l)" "$(grep -c '^<6>' "$T/dmesg-raw")" "dmesg -l info"
	dmesg -F "$T/dmesg-raw" -r >"$T/out"
	is "$(plain "$T/out")" "$(plain "$T/dmesg-raw")" "dmesg -r gives it back"
else
	skip "dmesg -F dmesg-raw" "dmesg cannot read files here"
fi
is "$(sed -E 's/^<[0-9]+>//' "$T/dmesg-raw" | cut -c 16-)" "$(cut -c 16- "$T/dmesg")" "without levels it is dmesg"
is "$(grep -v '^ ' "$T/dmesg" | sed -n '$=')" "$(grep -c '^[0-9]' "$T/kmsg")" "as many records in kmsg"
is "$(grep -vcE '^<[0-9]{1,3}>\[ *[0-9]+\.[0-9]{6}\] ' "$T/dmesg-raw")" 0 "each line has a level and a time"
like "$(tail -n 1 "$T/dmesg-raw")" '^<0>\[    3\.100063\] ---\[ end Kernel panic' "the end of a panic is an emergency"

# --- kmsg
is "$(grep -vcE '^([0-9]+,[0-9]+,[0-9]+,[-c],caller=[TC][0-9]+;| (SUBSYSTEM|DEVICE)=)' "$T/kmsg")" 0 "each line of kmsg has its form"
is "$(awk -F, '/^[0-9]/ { if ($2 != n++) print }' "$T/kmsg" | head -n 1)" "" "its numbers count on"
like "$(cat "$T/kmsg")" $'\n6,[0-9]+,[0-9]+,-,caller=T1;[^\n]*\n SUBSYSTEM=pci\n DEVICE=\+pci:0000:00:0[^\n]*\n' "devices"
python3 - "$T/kmsg" >"$T/out" <<'END'
import re, sys
for line in open(sys.argv[1], "rb"):
    if line[:1] == b" ":
        continue
    head, text = line.split(b";", 1)
    level, _, usec = (int(x) for x in head.split(b",")[:3])
    text = re.sub(rb"\\x(..)", lambda m: bytes.fromhex(m[1].decode()), text.rstrip(b"\n"))
    for part in text.split(b"\n"):
        sys.stdout.buffer.write(b"<%d>[%5d.%06d] %s\n" % (level, usec // 1000000, usec % 1000000, part))
END
is "$(plain "$T/out")" "$(plain "$T/dmesg-raw")" "levels, times and texts are those of dmesg-raw"
# dmesg -K (util-linux 2.40) wants NUL between records, as the man page has it
if have dmesg && dmesg --help | grep -q -- --kmsg-file; then
	sed 's/^[0-9]/\x00&/' "$T/kmsg" >"$T/kmsg0"
	is "$(dmesg -K "$T/kmsg0" -l warn | wc -l)" 59 "dmesg -K"
else
	skip "dmesg -K" "this dmesg has no --kmsg-file"
fi
done_testing
