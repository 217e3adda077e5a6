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
rm base/pages.h
echo '#include "base/good.h"' >base/alone.h
echo 'int f(size_t n);' >base/bare.h
echo 'struct x; int f(struct x *x);' >base/good.h
is "$(bare_headers .)" "base/bare.h" "headers that need others are seen"
cd "$top" || exit 1

ok "there are sources" test "$(sources_of . | wc -l)" -gt 200
is "$(direct_calls .)" "" "page sources and inputs are asked through pages_*() and source_*()"
is "$(bare_headers .)" "" "the headers of base/ stand alone"

done_testing
