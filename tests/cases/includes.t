#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Includes go downwards only, fuse is known to fs/*.c alone, and no file grows beyond 800 lines.
. tests/lib.sh
. tests/folders.sh

# bad_includes TREE: "FILE includes HEADER" for each one that goes upwards, or that no folder has
bad_includes() {
	local dir file header
	while read -r file; do
		dir=${file%/*}
		while read -r header; do
			may_use "$dir" "${header%/*}" || echo "$file includes $header"
		done < <(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$1/$file")
	done < <(cd "$1" && find base arch formats kernel filter fs -name '*.[ch]' | sort -u) | sort
}

# bad_fuse TREE: files that include fuse's headers and are not fs/*.c
bad_fuse() {
	(cd "$1" && grep -rlE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]fuse' base arch formats kernel filter fs 2>/dev/null |
		grep -vxE 'fs/[^/]*\.c' | sort -u)
}

# long_files TREE: files with more than 800 lines, of those that people write
long_files() {
	(cd "$1" && find . \( -name .git -o -name 'build*' -o -name tests \) -prune -o -type f -not -name COPYING -print0 |
		xargs -0 -r grep -Ic '' | awk -F: '$NF > 800 { print $1 }' | sort)
}

# a tree made to be wrong: does this test see it?
mkdir -p "$T/tree"/{base,arch,formats/elf,kernel,filter,fs/views,tests}
cd "$T/tree" || exit 1
echo '#include "arch/arch.h"' >base/up.c
echo ' #  include	"formats/reader/dump.h"' >kernel/up.h
echo '#include "kernel/kernel.h"' >formats/up.c
echo '#include "kernel/log/printk.h"' >formats/elf/up.c
echo '#include "fs/tree.h"' >fs/views/up.c
echo '#include "../base/log.h"' >filter/dots.c
echo '#include "log.h"' >arch/bare.c
printf '#include <stdio.h>\n#include "fs/views/view.h"\n#include "base/log.h"\n#include "filter/level.h"\n' >fs/good.c
is "$(bad_includes .)" "arch/bare.c includes log.h
base/up.c includes arch/arch.h
filter/dots.c includes ../base/log.h
formats/elf/up.c includes kernel/log/printk.h
formats/up.c includes kernel/kernel.h
fs/views/up.c includes fs/tree.h
kernel/up.h includes formats/reader/dump.h" "upward includes are seen"
echo '#include <fuse_lowlevel.h>' | tee fs/ops.c fs/ops.h fs/views/bad.c >base/bad.c
is "$(bad_fuse .)" "base/bad.c
fs/ops.h
fs/views/bad.c" "includes of fuse are seen"
seq 801 >fs/long.c
seq 800 >fs/ok.c
seq 900 >tests/long.c
is "$(long_files .)" "./fs/long.c" "long files are seen"
cd "$top" || exit 1

for dir in "${order[@]}"; do
	ok "$dir has files" test -n "$(ls "$dir"/*.c 2>/dev/null)"
done
is "$(ls -d */ | grep -vE '^(base|arch|formats|kernel|filter|fs|man|packaging|tests|build.*|doc.*)/$')" "" "no folder that this test does not know"
is "$(bad_includes .)" "" "includes go downwards only"
is "$(bad_fuse .)" "" "only fs/*.c includes fuse"
is "$(long_files .)" "" "no file outside tests has more than 800 lines"

done_testing
