#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Calls go downwards only, as includes do: between folders by the table of tests/folders.sh, and inside a folder without
# circles, but for a table that calls its rows.
. tests/lib.sh
. tests/folders.sh
need_tool nm
need_tool python3

# The tables. Their files hold nothing else.
tables="formats/formats.c formats/source/containers.c fs/families.c"

# bad_calls: of lines "caller called symbol", those that go upwards
bad_calls() {
	local from to symbol
	while read -r from to symbol; do
		may_use "${from%/*}" "${to%/*}" || echo "$from calls $symbol of $to"
	done
}

# bad_circles: of such lines, the circles that do not go through a table
bad_circles() {
	local from to symbol
	while read -r from to symbol; do
		[[ " $tables " == *" $from "* ]] || echo "$from $to $symbol"
	done | tests/tools/calls --circles
}

# --- does this test see what is wrong?
is "$(bad_calls <<'END'
base/a.c base/b.c b
base/a.c arch/a.c up
formats/elf/elf.c formats/kdump/kdump.c aside
formats/elf/elf.c formats/open.c up2
formats/open.c formats/elf/elf.c down
kernel/kernel.c kernel/opening/open.c up3
kernel/opening/open.c kernel/kernel.c down2
nowhere/x.c base/a.c x
END
)" "base/a.c calls up of arch/a.c
formats/elf/elf.c calls aside of formats/kdump/kdump.c
formats/elf/elf.c calls up2 of formats/open.c
kernel/kernel.c calls up3 of kernel/opening/open.c
nowhere/x.c calls x of base/a.c" "calls upwards, aside and from unknown folders are seen"
is "$(bad_circles <<'END'
base/a.c base/b.c x
base/b.c base/c.c x
base/c.c base/a.c x
base/c.c base/d.c x
base/d.c base/e.c x
base/x.c base/y.c x
base/y.c base/x.c x
formats/formats.c formats/row.c x
formats/row.c formats/formats.c x
END
)" "base/a.c base/b.c base/c.c
base/x.c base/y.c" "circles are seen, but for those through a table"
mkdir -p "$T/obj"
echo 'int there(void); extern int data; int *from = &data; int here(void) { return there() + *from; }' >"$T/obj/a.c"
echo 'int data; int there(void) { return 1; }' >"$T/obj/b.c"
if have cc; then
	(cd "$T/obj" && cc -c a.c b.c)
	is "$(tests/tools/calls "$T/obj" a.c b.c)" "a.c b.c data
a.c b.c there" "functions and variables of another file are seen"
fi

# --- the table
is "$(printf '%s\n' "${order[@]}")" "$(make -s --no-print-directory -f Makefile -f <(echo 'print-folders: ; @printf "%s\n" $(FOLDERS)') print-folders 2>/dev/null)" \
	"the Makefile has the folders of the table, in its order"
for i in "${!order[@]}"; do
	for dir in ${sees[${order[i]}]}; do
		[[ " ${order[*]:0:i} " == *" $dir "* ]] || echo "${order[i]} sees $dir"
	done
done >"$T/upwards"
is "$(cat "$T/upwards")" "" "a folder sees only what stands above it in the table"
is "$(find base arch formats kernel filter fs -name '*.c' | sed 's,/[^/]*$,,' | sort -u)" "$(printf '%s\n' "${order[@]}" | sort)" \
	"the table has all folders, and no others"

# --- the source
mapfile -t files < <(for dir in "${order[@]}"; do ls "$dir"/*.c; done)
tests/tools/calls "$BUILD" "${files[@]}" >"$T/calls" 2>"$T/err"
is "$?" 0 "all objects are there" || diag "$(tail -n 3 "$T/err")"
is "$(bad_calls <"$T/calls")" "" "calls go downwards only"
bad_circles <"$T/calls" >"$T/circles"
is "$(cat "$T/circles")" "" "no circles but of a table and its rows"
for row in "formats/source/containers.c formats/source/compressed/gzip.c gzip_container" \
	"formats/formats.c formats/elf/elf.c elf_dump_ops" "kernel/opening/open.c kernel/opening/texts.c texts_choose"; do
	ok "seen: $row" grep -qxF "$row" "$T/calls"
done

done_testing
