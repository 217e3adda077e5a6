#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# level-N/dump and level-N/elf of 7.x: the pages that makedumpfile -d N keeps, with the same bytes, for all 32 levels.
. tests/real/levels.sh

sets v7-512 mdf-new
compare_levels v7-512 {0..31}

# What the man page says of a makedumpfile that does not know the new name: it drops pages, and keeps none more.
if [[ $(judged_copy v7-512) == */renamed ]]; then
	rm -f "$T/renamed" "$T/theirs"
	must "makedumpfile -d 31 of the original" mdf_new -d 31 "${set[v7-512]}/vmcore" "$T/theirs"
	"$VMCOREFS" --cat level-31/dump.none "${set[v7-512]}/vmcore" >"$T/our" 2>"$T/err" || fail "level-31/dump.none"
	like "$("$T/kdumpcmp" -v "$T/theirs" "$T/our" | sed -n 's/^pfn [^ ]* //p' | sort | uniq -c)" \
		"^ *[1-9][0-9]* only in the second$" "level 31: what differs without the old name, makedumpfile drops"
fi
done_testing
