#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# addr/: 300 random addresses of each kind are what drgn says with the kernel's DWARF: stacks and tasks, objects of slabs in use
# and free, vmalloc areas, modules, per-CPU variables and objects, pages, files. Without a vmlinux. crash finds the same objects.
. tests/real/lib.sh
need_root
need_fuse

names=(v510-512 v61-512 v612-512 v7-512 a64-512)
sets judges "${names[@]}"
newest_judges

for name in "${names[@]}"; do
	mount_judged "$name" || continue
	drgn_run "$dump" "$folder/vmlinux" "$top/tests/tools/drgn_addr.py" 300 1 >"$T/$name.addresses" 2>"$T/err"
	is $? 0 "$name: drgn" || diag "$(tail -n 3 "$T/err")"
	# a kernel that has no symbols of data does not tell where its lists of what alloc_percpu() gave are
	[[ $name != a64-512 ]] || sed -i '/^allocated/d' "$T/$name.addresses"
	is "$(cut -f 1 "$T/$name.addresses" | sort | uniq -c | awk '{ print $1, $2 }')" \
		"$([[ $name == a64-512 ]] || printf "300 %s\n" allocated; printf '300 %s\n' direct file module object percpu slab stack task vmalloc)" \
		"$name: 300 of each kind"
	ok "$name: free objects, and others" test "$(grep -c ', free\$$' "$T/$name.addresses")" -gt 50
	tests/tools/compare_addr.py "$T/$name/addr" "$T/$name.addresses" >"$T/compared"
	result $? "$name: $(tail -n 1 "$T/compared")"
	head -n 20 "$T/compared" | cut -c 1-400 | while read -r line; do diag "$name: $line"; done
	# level 31: the same, or it says what is not in the dump
	if [[ $name == v61-512 || $name == v7-512 ]]; then
		# a copy: a mount is its owner's, and the process that reads a dump is somebody else
		cp "$T/$name/level-31/dump" "$T/dump.31"
		mount_dump "$T/dump.31" "$T/$name.31" || fail "$name: mount of level 31"
		tests/tools/compare_addr.py --lost "$T/$name.31/addr" "$T/$name.addresses" >"$T/compared"
		result $? "$name: level 31: $(tail -n 1 "$T/compared")"
		head -n 20 "$T/compared" | cut -c 1-400 | while read -r line; do diag "$name: $line"; done
		cut -f 2 "$T/$name.addresses" | while read -r address; do grep '^physical: 0x' "$T/$name.31/addr/$address"; done >"$T/physical"
		sed 's/.* \(0x[0-9a-f]*\).*/\1/' "$T/physical" |
			drgn_run "$T/dump.31" "$folder/vmlinux" "$top/tests/tools/drgn_stored.py" >"$T/theirs" 2>"$T/err"
		same <(sed -n 's/.* \(0x[0-9a-f]*\), .*/\1/p' "$T/physical") "$T/theirs" \
			"$name: level 31: of $(lines "$T/physical") addresses those $(lines "$T/theirs") are not in it that drgn cannot read" ||
			diag "$(cat "$T/err")"
		ok "$name: ... and there are such" grep -q ', not in the dump$' "$T/physical"
		unmount "$T/$name.31"
	fi
	unmount "$T/$name"
done

# crash: the cache, the object, and whether it is in use
name=v61-512 dump=${set[v61-512]}/vmcore
mapfile -t addresses < <({ grep ', free\$$' "$T/$name.addresses" | head -n 30; grep ', in use\$$' "$T/$name.addresses" | head -n 30; } | cut -f 2)
crash_run "$T/crash" "${set[$name]}/vmlinux" "$dump" "${addresses[@]/#/kmem }"
is $? 0 "crash looks for ${#addresses[@]} objects"
perl -ne 'if (/^CACHE/) { $_ = <>; $cache = (split)[-1] }
	elsif (m{FREE / \[ALLOC}) { $_ = <>; printf "%s %s %s\n", $cache, /([0-9a-f]{8,})/, /\[/ ? "in use" : "free" }' "$T/crash" >"$T/theirs"
for address in "${addresses[@]}"; do "$VMCOREFS" --cat "addr/$address" "$dump"; done |
	perl -ne '$cache = $1 if /^slab: ([^,]*),/; print "$cache $1 $2\n" if /^object: 0x([0-9a-f]+)\+\S+, (.*)/' >"$T/ours"
is "$(lines "$T/theirs")" ${#addresses[@]} "... and finds them"
same "$T/ours" "$T/theirs" "... where we do" || diag "$(diff "$T/ours" "$T/theirs" | head)"
done_testing
