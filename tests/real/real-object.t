#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# The kernel's objects by kernel/object/: all tasks with their open files, by one source text for all kernels and without a
# vmlinux, are those that drgn finds with one.
. tests/real/lib.sh
need_root

names=(v510-512 v61-512 v612-512 v7-512 v61-la57 q61-512 a64-512 a64-kexec)
sets judges "${names[@]}"
newest_judges
LIST=$BUILD/tests/tools/list_tasks

ok "the tool is short" test "$(lines tests/tools/list_tasks.c)" -le 60

# by_task FILE: each line with the pid of its task, in order
by_task() { awk '/^ / { print pid $0; next } { pid = $1; print }' "$1" | sort; }

# tasks_agree NAME EXPECTED DUMP [OPTION...]
tasks_agree() {
	local name=$1 expected=$2 dump=$3
	shift 3
	"$LIST" "$@" "$dump" >"$T/list" 2>"$T/list.err"
	is $? 0 "$name: all tasks" || diag "$(cat "$T/list.err")"
	same <(by_task "$T/list") <(by_task "$expected") "$name: tasks, states and files are drgn's" ||
		diag "$(diff <(by_task "$T/list") <(by_task "$expected") | head)"
}

for name in "${names[@]}"; do
	folder=${set[$name]} vmlinux=${set[$name]}/vmlinux
	dump=$folder/vmcore
	[[ -e $dump ]] || dump=$folder/elf
	[[ -e $vmlinux ]] || vmlinux=${set[v61-512]}/vmlinux
	drgn_run "$dump" "$vmlinux" "$top/tests/tools/drgn_files.py" >"$T/$name.drgn" 2>"$T/err"
	is $? 0 "$name: drgn" || diag "$(tail -n 3 "$T/err")"
	tasks=$(grep -c '^[0-9]' "$T/$name.drgn") files=$(grep -c '^ ' "$T/$name.drgn")
	diag "$name: $tasks tasks, $files files"
	ok "$name: there are some" test "$tasks" -gt 30 -a "$files" -gt 20
	tasks_agree "$name" "$T/$name.drgn" "$dump"
	[[ ! -e $folder/kdump-zlib ]] || tasks_agree "$name/kdump-zlib" "$T/$name.drgn" "$folder/kdump-zlib"
done

# types by DWARF instead of by BTF
tasks_agree "v61-512 -x" "$T/v61-512.drgn" "${set[v61-512]}/vmcore" -x "${set[v61-512]}/vmlinux"
done_testing
