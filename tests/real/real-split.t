#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# Split sets of a real kernel: makedumpfile's read here, ours read by makedumpfile --reassemble and crash.
. tests/real/lib.sh

sets v61-512
tool kdumpcmp -lz
dump=${set[v61-512]}/vmcore kernel=${set[v61-512]}/vmlinux
cat_() { "$VMCOREFS" --cat "$@" 2>"$T/err"; }

# --- makedumpfile's

# The block size decides on the ranges: the default of 1 GiB leaves two of three parts of this dump empty.
for level in 0 31; do
	must "makedumpfile -c -d $level" mdf -c -d $level "$dump" "$T/whole.$level"
	for kib in 1048576 65536 4; do
		name="makedumpfile --split -d $level, blocks of $kib KiB"
		rm -f "$T"/t.[123] "$T/joined" "$T/got"
		must "$name" mdf --split --splitblock-size $kib -c -d $level "$dump" "$T/t.1" "$T/t.2" "$T/t.3"
		must "$name: --reassemble" mdf --reassemble "$T/t.3" "$T/t.1" "$T/t.2" "$T/joined"
		cat_ kdump-compressed "$T/t.2" "$T/t.3" "$T/t.1" >"$T/got"
		is "$?$(cat "$T/err")" 0 "$name: kdump-compressed"
		ok "... has the pages that --reassemble has" "$T/kdumpcmp" -v "$T/joined" "$T/got"
		diag "$(tail -n 1 "$T/.printed")"
	done
done
is "$(cat_ dmesg "$T/t.3" "$T/t.2" "$T/t.1" | sha256sum)" "$(cat_ dmesg "$dump" | sha256sum)" "dmesg is that of the vmcore"
cat_ info "$T/t.1" >"$T/got"
is $? 32 "one part alone: status 32"
like "$(cat "$T/err")" "parts of the split set are missing: those with pages 0x[0-9a-f]+-0x1ffdc " "... names the pages"

# --- ours

commands=(sys log "bt -a" "vtop $(symbol v61-512 init_task)")
for level in 0 1 31; do
	cat_ level-$level/dump "$dump" >"$T/want" || fail "level-$level/dump"
	for k in 2 3 16; do
		files=()
		for ((i = k; i; i--)); do
			cat_ level-$level/split-$k/$i "$dump" >"$T/o.$i" || fail "level-$level/split-$k/$i"
			files+=("$T/o.$i")
		done
		name="level-$level/split-$k"
		rm -f "$T/joined"
		ok "$name: makedumpfile --reassemble" mdf --reassemble "${files[@]}" "$T/joined"
		ok "... has the pages of level-$level/dump" "$T/kdumpcmp" -v "$T/joined" "$T/want"
		diag "$(tail -n 1 "$T/.printed")"
		cat_ level-0/dump "${files[@]}" >"$T/got"
		is "$?$(cat "$T/err")" 0 "... read here"
		ok "... has the pages too" "$T/kdumpcmp" -v "$T/got" "$T/want"
		sizes=$(for ((i = 1; i <= k; i++)); do
			"$VMCOREFS" --cat info "$T/o.$i" -o degraded 2>/dev/null | sed -n 's/^missing-part: .*: \([0-9]*\) pages.*/\1/p' |
				awk '{ n += $1 } END { print n }'
		done | sort -n | sed -n '1p;$p' | tr '\n' ' ')
		read -r least most <<<"$sizes"
		[[ $((most - least)) -le 128 ]]
		result $? "... the parts differ by $((most - least)) pages" || diag "$sizes"
	done
	crash_run "$T/expected" "$kernel" "$T/want" "${commands[@]}"
	timeout -k 5 120 crash -s --no_scroll -i "$T/expected.in" "$kernel" "$T/o.2" "$T/o.1" "$T"/o.{3..16} </dev/null >"$T/got.all" 2>&1
	result $? "level-$level/split-16: crash reads it" || diag "$(tail -n 3 "$T/got.all")"
	grep -v "$T/o\.[0-9]" "$T/got.all" >"$T/got"
	same "$T/got" "$T/expected" "... and tells the same as of level-$level/dump" || diag "$(diff "$T/got" "$T/expected" | head)"
done

# level-31 of a set of level 1
cat_ level-31/dump "$dump" >"$T/want"
for ((i = 1; i <= 3; i++)); do cat_ level-1/split-3/$i "$dump" >"$T/o.$i"; done
cat_ level-31/dump "$T"/o.[123] >"$T/got"
is "$?$(cat "$T/err")" 0 "level-31/dump of a set of level 1"
ok "... is that of the vmcore" "$T/kdumpcmp" -v "$T/got" "$T/want"

done_testing
