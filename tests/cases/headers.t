#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# The kernel's name in what we write when VMCOREINFO does not tell its place (before 5.11): the bundled dump without that
# line. tests/real/real-headers.t compares all fields with makedumpfile's.
. tests/lib.sh

dump=$top/tests/corpus/tiny61.kdump
cat_() { "$VMCOREFS" --cat "$@" 2>"$T/err"; }
fields() { tests/tools/dump_headers.py "$1" >"$2" || diag "$1"; }

# the text is in the file's header; the header has no name either
LC_ALL=C sed 's/OFFSET(uts_namespace\.name)/OFFSET(uts_namespace.mane)/' "$dump" >"$T/untold"
dd if=/dev/zero of="$T/untold" bs=1 seek=12 count=$((6 * 65)) conv=notrunc status=none
ok "the dump does not tell where the name is" test -z "$(cat_ vmcoreinfo "$T/untold" | grep 'uts_namespace.name')"
for line in release version host architecture; do
	is "$(cat_ info "$T/untold" | grep "^$line: ")" "$(cat_ info "$dump" | grep "^$line: ")" "info: $line"
done
for view in kdump-compressed level-1/dump; do
	cat_ $view "$dump" >"$T/told.dump"
	cat_ $view "$T/untold" >"$T/untold.dump"
	for file in told untold; do fields "$T/$file.dump" "$T/$file.fields"; done
	is "$(diff "$T/told.fields" "$T/untold.fields" | grep '^[<>]' | grep -v '^[<>] \(note\|vmcoreinfo\): ')" "" \
		"$view: the same headers"
	like "$(cat "$T/untold.fields")" "utsname.version: '#1 SMP " "... with a version"
done

# what is erased in memory is erased in the header
echo "erase init_uts_ns.name.nodename" >"$T/rules"
cat_ kdump-compressed -o "erase=$T/rules" "$T/untold" >"$T/erased"
fields "$T/erased" "$T/erased.fields"
like "$(cat "$T/erased.fields")" "utsname.nodename: 'X{64}'" "erased: the name in the header too" || diag "$(cat "$T/err")"

done_testing
