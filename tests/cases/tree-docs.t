#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The table of names, --help, the README in the mount, README.md and the man page tell of the same names and options.
. tests/lib.sh

dump=$T/dump
small_dump "$dump"
"$VMCOREFS" --help >"$T/help"
sed '1,/^In the mount:/d' "$T/help" | awk '{ print $1 }' | sort >"$T/names"
[[ $(wc -l <"$T/names") -ge 10 ]]
result $? "--help has a table of names"

# The names at the top of the tree, and the placeholders are spelled the same everywhere.
readme_names() {
	sed -n '/^## What is in the mount/,/^## /s/^| \(`[^|]*\) |.*/\1/p' README.md | grep -o '`[^`]*`' |
		sed 's/^`\([^`/]*\).*/\1/' | sort -u
}
man_names() {
	awk '/^\.SH/ { files = $2 == "FILES" } files && last == ".TP" && $1 != ".IB" { sub("/.*", "", $2); print $2 } { last = $0 }' \
		man/vmcorefs-files.7 | sed 's/^level-$/level-<0..31>/' | sort -u
}
is "$(readme_names)" "$(cat "$T/names")" "README.md: the same names as --help"
is "$(man_names)" "$(cat "$T/names")" "man page: the same names as --help"
is "$("$VMCOREFS" --cat README "$dump" | awk '/^  [a-zA-Z]/ && NF > 2 && !/^  (cat|cp|grep|sh) / { print $1 }' | sort)" \
	"$(cat "$T/names")" "README in the mount: the same names as --help"
"$VMCOREFS" --list "$dump" | tr -d / | grep -v '^level-' | sort >"$T/list"
is "$(comm -23 "$T/list" "$T/names")" "" "what --list shows is in --help"
is "$(grep -v '^level-' "$T/names" | comm -13 "$T/list" - | while read -r n; do
	"$VMCOREFS" --cat info "$dump" | grep -q "^missing: $n: " || echo "$n"; done)" "" "what it does not show, info explains"

for option in $(grep -o -e '^  *-[a-z], --[a-z-]*\|^  *--[a-z-]*' "$T/help" | tr -d ,); do
	grep -qF -e "${option//-/\\-}" man/vmcorefs.8
	result $? "man page has $option"
done
for option in $(sed -n '/^Mount options:/,/^Those of/p' "$T/help" | sed -n 's/^  \([a-z_]*\).*/\1/p'); do
	grep -q "^\.B[IR]* \"\{0,1\}$option" man/vmcorefs.8
	result $? "man page has -o $option"
done

if have man; then
	for page in man/*.[0-9]; do
		man --warnings -l "$page" >"$T/page" 2>"$T/err" </dev/null
		is "$(cat "$T/err")" "" "$page is without warnings"
	done
else
	skip "man page" "man is not installed"
fi
[[ $(grep -vc '^|' README.md) -le 105 ]]
result $? "README.md is short, but for its tables"
is "$(packaging/docs --check "$BUILD/tests/tools/print_rows" 2>&1)" "" "README.md and the man page are as the rows are"
is "$(awk 'length > 120 && !/^\|/' README.md man/*.[0-9] NEWS)" "" "no line of the documents but rows of tables is longer than 120"

done_testing
