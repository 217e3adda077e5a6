#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 600
# list/: lists and trees of every kind, of five kernels and without a vmlinux, have the elements that drgn finds with one, in
# the same order: 20 heads of each struct that links by list_head, hlist, llist, rb_root and rb_root_cached, of maple trees,
# xarrays, radix trees and idrs.
. tests/real/lib.sh
need_root
need_fuse

names=(v510-512 v61-512 v612-512 v7-512 a64-512)
sets judges "${names[@]}"
newest_judges

for name in "${names[@]}"; do
	mount_judged "$name" || continue
	drgn_run "$dump" "$folder/vmlinux" "$top/tests/tools/drgn_lists.py" 20 1 $([[ $name != a64-512 ]] || echo addresses) >"$T/$name.lists" 2>"$T/err"
	is $? 0 "$name: drgn" || diag "$(tail -n 3 "$T/err")"
	tests/tools/compare_lists.py "$T/$name/list" "$T/$name.lists" >"$T/compared"
	result $? "$name: $(tail -n 1 "$T/compared")"
	head -n 20 "$T/compared" | cut -c 1-300 | while read -r line; do diag "$name: $line"; done
	unmount "$T/$name"
done
is "$(awk -F '\t' '$1 == "=" { kind = $2; next } !told[kind]++ { print kind }' "$T"/*.lists | sort | tr '\n' ' ')" \
	"hlist idr list llist maple radix rbtree rbtree-cached xarray " "none of them was empty everywhere"
done_testing
