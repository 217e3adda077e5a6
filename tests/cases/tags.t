#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A struct, union or enum tag means one thing in all of the tree outside tests.
. tests/lib.sh

# tags TREE: "TAG FILE" for each definition of a tag. A compound literal, "(struct x){", is none.
tags() {
	(cd "$1" && find . \( -name .git -o -name 'build*' -o -name tests \) -prune -o -name '*.[ch]' -print |
		xargs -r grep -HoP '(?<!\()\b(struct|union|enum)\s+[A-Za-z_]\w*(?=\s*\{|\s*$)' |
		sed -E 's/^\.\/([^:]*):(struct|union|enum)[[:space:]]+/\1 /' | awk '{ print $2, $1 }' | sort)
}

# doubles TREE: tags that are defined more than once, with the files
doubles() {
	tags "$1" | awk '{ files[$1] = files[$1] " " $2; n[$1]++ } END { for (tag in n) if (n[tag] > 1) print tag ":" files[tag] }' | sort
}

mkdir -p "$T/tree"/{base,kernel/log,tests,build}
cd "$T/tree" || exit 1
printf 'struct one {\n\tint a;\n};\nstatic struct two { int a; } two;\nenum three { A };\n' >base/a.c
printf 'static const struct one x = *&(struct one){ 1 };\nstruct one *f(struct two *b);\nenum four { B };\n' >base/b.h
printf '\tstruct three {\n\t\tint b;\n\t};\nunion four\n{\n\tint c;\n};\nstruct one *g(void)\n{\n' >kernel/log/c.c
printf 'struct one {\nstruct two {\n' | tee tests/a.c >build/a.c
is "$(doubles .)" "four: base/b.h kernel/log/c.c
three: base/a.c kernel/log/c.c" "tags that stand twice are seen"
cd "$top" || exit 1

ok "the tree has tags" test "$(tags . | wc -l)" -gt 100
is "$(doubles .)" "" "no tag stands twice"

done_testing
