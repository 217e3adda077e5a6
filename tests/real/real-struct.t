#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# Values by json/: 1000 random members of random live objects of each kernel are what drgn reads there with the kernel's DWARF,
# bit fields, pointers, enums and both byte orders among them. Without a vmlinux, where the dump has types. list/ has drgn's tasks.
. tests/real/lib.sh
need_root
need_fuse

names=(v510-512 v61-512 v612-512 v7-512 a64-512 s390x)
sets judges "${names[@]}"
newest_judges

for name in "${names[@]}"; do
	vmlinux=${set[$name]}/vmlinux options=()
	[[ $name != s390x ]] || options=(-x "$vmlinux")
	mount_judged "$name" "${options[@]}" || continue
	drgn_run "$dump" "$vmlinux" "$top/tests/tools/drgn_values.py" 1000 1 >"$T/$name.values" 2>"$T/err"
	is $? 0 "$name: drgn" || diag "$(tail -n 3 "$T/err")"
	diag "$name: $(grep ^drgn: "$T/err")"
	is "$(lines "$T/$name.values")" 1000 "$name: 1000 members"
	# a list: drgn's tasks, without threads and the idle task, which is the head
	sed -n 's/^task //p' "$T/err" | sort >"$T/expected"
	cut -f 1,2 "$T/$name/list/task_struct.tasks@init_task,pid" | tr '\t' ' ' | sort >"$T/tasks"
	ok "$name: more than 30 tasks" test "$(lines "$T/tasks")" -gt 30
	same "$T/tasks" "$T/expected" "$name: list/ has drgn's tasks"
	tests/tools/compare_values.py "$T/$name/json" "$T/$name.values" >"$T/compared"
	result $? "$name: $(tail -n 1 "$T/compared")"
	head -n 20 "$T/compared" | cut -c 1-300 | while read -r line; do diag "$name: $line"; done
	# level 31 has the same, or says that it has not
	if [[ $name == v61-512 || $name == v7-512 ]]; then
		mount_dump "$T/$name/level-31/dump" "$T/$name.31" || fail "$name: mount of level 31"
		tests/tools/compare_values.py --lost "$T/$name.31/json" "$T/$name.values" >"$T/compared"
		result $? "$name: level 31: $(tail -n 1 "$T/compared")"
		head -n 20 "$T/compared" | cut -c 1-300 | while read -r line; do diag "$name: $line"; done
		unmount "$T/$name.31"
	fi
	unmount "$T/$name"
done
done_testing
