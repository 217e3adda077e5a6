#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# Symbols by names without a vmlinux: proc/kallsyms is what the guest's own said, and nm of the vmlinux; CPUs' copies of variables
# are where drgn has them; names in virt/ lead to what the addresses lead to.
. tests/real/lib.sh
need_root

names=(v510-512 v61-512 v612-512 v7-512)
sets judges a64-512 a64-kexec "${names[@]}"
newest_judges

cat_() { "$VMCOREFS" -q --cat "$1" "$dump"; }

for name in a64-512 a64-kexec; do
	dump=${set[$name]}/elf
	[[ -e $dump ]] || dump=${set[$name]}/vmcore
	same <(cat_ proc/kallsyms) <(zcat "${set[$name]}/truth/kallsyms.gz") "$name: proc/kallsyms is that of the live kernel"
done

for name in "${names[@]}"; do
	dump=${set[$name]}/vmcore vmlinux=${set[$name]}/vmlinux
	cat_ proc/kallsyms >"$T/all"
	grep -v '\[' "$T/all" >"$T/kernel"
	nm "$vmlinux" >"$T/nm"
	is "$(tests/tools/kallsyms_nm.py "$T/kernel" "$T/nm" 2>"$T/err")" "$(lines "$T/kernel") symbols, 0 wrong" \
		"$name: proc/kallsyms is what nm says of the vmlinux" || diag "$(cat "$T/err")"
	ok "$name: there are many" test "$(lines "$T/kernel")" -gt 80000
	# those of the console
	truth_of "$name" symbol | sort >"$T/console"
	is "$(sort "$T/kernel" | comm -13 - "$T/console")" "" "$name: ... with what the guest printed of its own"
	same <(sed -n 's/.*\t\[\(.*\)\]$/\1/p' "$T/all" | uniq) <(proc_of "$name" modules | awk '{ print $1 }') "$name: its modules, in their order"

	# those of modules: drgn reads the tables of each; crash shortens names, and leaves out what it takes for no address
	grep '\[' "$T/all" >"$T/modules"
	drgn_run "$dump" "$vmlinux" "$top/tests/tools/drgn_module_symbols.py" >"$T/drgn" 2>"$T/err"
	same "$T/modules" "$T/drgn" "$name: the $(lines "$T/drgn") symbols of modules are drgn's" || diag "$(tail -n 3 "$T/err")"
	ok "$name: there are many of modules" test "$(lines "$T/drgn")" -gt 4000
	if [[ $name != v7-512 ]]; then
		crash_run "$T/crash" "$vmlinux" "$dump" "sym -M"
		sed -n 's/^\([0-9a-f]*\) (\(.\)) \([^.]*\).*/\1 \3/p' "$T/crash" | sort -u >"$T/theirs"
		ok "$name: crash has as many" test "$(lines "$T/theirs")" -gt 4000
		is "$(awk '{ sub(/\..*/, "", $3); print $1, $3 }' "$T/modules" | sort -u | comm -13 - "$T/theirs" | head -n 5)" "" "$name: ... which all are ours"
	fi
	drgn_run "$dump" "$vmlinux" "$top/tests/tools/drgn_percpu.py" >"$T/drgn" 2>"$T/err"
	is $? 0 "$name: drgn" || diag "$(tail -n 3 "$T/err")"
	while read -r variable cpu _; do
		echo "$variable $cpu $(cat_ "percpu/$variable/$cpu" | sed -n 's/^address: //p')"
	done <"$T/drgn" >"$T/ours"
	ok "$name: some per-CPU variables" test "$(lines "$T/drgn")" -gt 8
	same "$T/ours" "$T/drgn" "$name: percpu/ is where drgn has them"

	while read -r address _ symbol; do
		cmp -s <(cat_ "virt/$symbol+64") <(cat_ "virt/0x$address+64") || echo "$symbol"
	done < <(grep -E ' (_stext|linux_banner|jiffies_64|init_task)$' "$T/kernel") >"$T/differ"
	is "$(cat "$T/differ")" "" "$name: virt/SYMBOL"
	begin=$(now_ms)
	cat_ symbols/schedule >"$T/symbol"
	diag "$name: symbols/schedule after $(($(now_ms) - begin)) ms"
	is "$(sed -n 's/^address: 0x//p' "$T/symbol")" "$(awk '$3 == "schedule" { print $1 }' "$T/kernel")" "$name: symbols/schedule"
done
done_testing
