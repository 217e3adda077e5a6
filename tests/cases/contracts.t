#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What page sources and inputs are asked goes through the functions that check it, and arrays grow in one place.
. tests/lib.sh

# sources_of TREE: all C files, tests included
sources_of() {
	find "$1" \( -name .git -o -name 'build*' -o -name corpus \) -prune -o -name '*.[ch]' -printf '%P\n' | sort
}

# direct_calls TREE: "FILE:LINE" of what calls or looks at an operation of a source by itself
direct_calls() {
	(cd "$1" && sources_of . | grep -vxE 'base/(pages\.[ch]|source\.c)' | xargs -r grep -nHE 'ops(->|\.)(read|run|places|lost|compressed|stored)[[:space:]]*[(&|;)]' |
		grep -vE '^tests/unit/[^:]*:[0-9]+:.*ops\.[a-z]+ = ' | cut -d: -f1,2)
}

# own_growth TREE: files that grow memory by themselves instead of with base/vector.h
own_growth() {
	(cd "$1" && sources_of . | grep -vE '^(tests/|base/vector\.c$)' | xargs -r grep -lE '\brealloc(array)?[[:space:]]*\(')
}

# own_bisection TREE: the same of base/bisect.h
own_bisection() {
	(cd "$1" && sources_of . | grep -vE '^(tests/|base/bisect\.h$)' |
		xargs -r grep -lE '\b(\w+) \+ \((\w+) - \1( \+ 1)?\) / 2|\((lo|low|left|first|from|start) \+ (hi|high|right|last|to|end)\) / 2')
}

# bare_headers TREE: headers of base/ that need others read before them
bare_headers() {
	local h
	for h in "$1"/base/*.h; do
		[ "${h##*/}" = banned.h ] || echo "#include \"base/${h##*/}\"" | ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -I"$1" -fsyntax-only -x c - 2>/dev/null || echo "${h#"$1"/}"
	done
}

mkdir -p "$T/tree"/{base,kernel,tests/unit}
cd "$T/tree" || exit 1
echo 'r = ps->ops->read(ps, pfn, 1, page);' >kernel/a.c
echo 'm->pages.ops->run (&m->pages, pfn, out);' >kernel/b.h
echo 'if (!ps->ops->places) return;' >kernel/c.c
echo 'return f->ops.lost(ps, 1, 2);' >tests/unit/d.c
echo 'f->ops.run = bad_run; c->ops->decode(c); ops->open(d);' >tests/unit/good.c
echo 'ps->ops->read(ps, pfn, 1, page);' | tee base/pages.c base/pages.h base/source.c >base/pages2.c
is "$(direct_calls .)" "base/pages2.c:1
kernel/a.c:1
kernel/b.h:1
kernel/c.c:1
tests/unit/d.c:1" "direct calls are seen"
is "$(own_growth .)$(own_bisection .)" "" "there is nothing where there is nothing"
echo 'p = realloc (p, 2 * n); a = my_realloc(a);' >kernel/grow.c
echo 'p = reallocarray(p, 2, n);' | tee base/vector.c >base/vector2.c
echo 'size_t middle = lo + (up - lo) / 2;' >kernel/bisect.c
echo 'mid = (low + high) / 2;' | tee base/bisect.h >base/bisect.c
is "$(own_growth .)" "base/vector2.c
kernel/grow.c" "arrays that grow elsewhere are seen"
is "$(own_bisection .)" "base/bisect.c
kernel/bisect.c" "bisections elsewhere are seen"
rm base/pages.h base/bisect.h
echo '#include "base/good.h"' >base/alone.h
echo 'int f(size_t n);' >base/bare.h
echo 'struct x; int f(struct x *x);' >base/good.h
is "$(bare_headers .)" "base/bare.h" "headers that need others are seen"
cd "$top" || exit 1

ok "there are sources" test "$(sources_of . | wc -l)" -gt 200
is "$(direct_calls .)" "" "page sources and inputs are asked through pages_*() and source_*()"
is "$(own_growth .)" "" "arrays grow by base/vector.h alone"
is "$(own_bisection .)" "" "bisections are those of base/bisect.h"
is "$(bare_headers .)" "" "the headers of base/ stand alone"

done_testing
