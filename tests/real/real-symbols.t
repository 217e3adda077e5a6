#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# Symbols and types out of real kernels: kallsyms and vmlinux against nm, drgn, the kernel's own table of exports and the
# guest; modules against crash, their files and /proc/modules; BTF against bpftool, DWARF against gdb and BTF.
. tests/real/lib.sh

names=(v510-512 v61-512 v612-512 v7-512)
declare -A kernel=([v510-512]=5.10 [v61-512]=6.1 [v612-512]=6.12 [v7-512]=7)
sets "${names[@]}" v61-nokaslr v61-la57 q61-novmci
FACTS=$BUILD/tests/tools/kernel_facts
for program in bpftool gdb crash drgn objdump xz zstd lz4; do
	command -v $program /usr/sbin/$program >/dev/null || fail "$program is installed"
done

# facts SET [OPTION...] <QUESTIONS
facts() {
	local dump=${set[$1]}/vmcore
	[[ -e $dump ]] || dump=${set[$1]}/elf
	shift
	"$FACTS" "$@" "$dump" 2>>"$T/facts.err"
}
# value SET KEY: of VMCOREINFO
value() { "$VMCOREFS" --cat vmcoreinfo "${set[$1]}/vmcore" | sed -n "s/^$2=//p"; }
# none FILE NAME: it is empty
none() { is "$(head -n 5 "$1")" "" "$2"; }
# kernels of the rig are in the folder next to its dumps
kernel_of() { echo "${set[$1]%/dumps/*}/kernels/${kernel[$1]}"; }

# --- symbols of the kernel

for name in "${names[@]}" v61-nokaslr v61-la57; do
	echo symbols | facts "$name" >"$T/$name.symbols"
	truth_of "$name" symbol | sort >"$T/truth"
	none <(sort "$T/$name.symbols" | comm -13 - "$T/truth") "$name: the symbols that the guest has told"
	is "$(lines "$T/truth")" 8 "$name: which are eight"
	none <(sort -c -s -k 1,1 "$T/$name.symbols" 2>&1) "$name: symbols are in order of addresses"
done

# exports: their addresses are in the image itself, in another table
for name in v510-512 v612-512 v7-512; do
	must "$name: the kernel unpacks" tests/tools/extract-vmlinux "$(kernel_of "$name")/vmlinuz" "$T/$name.elf"
	tests/tools/ksymtab "$T/$name.elf" "$(value "$name" KERNELOFFSET)" | sort -u >"$T/exports"
	ok "$name: there are thousands of exports" test "$(lines "$T/exports")" -gt 8000
	none <(awk '{ print $1, $3 }' "$T/$name.symbols" | sort -u | comm -13 - "$T/exports") "$name: all exported symbols"
done

# 6.1: the vmlinux that kallsyms were made from. shifted OFFSET: what nm prints, where KASLR has put it
VMLINUX=${set[v61-512]}/vmlinux
nm "$VMLINUX" >"$T/nm"
shifted() {
	python3 - "$1" "$T/nm" <<-'END'
	import sys
	offset = int(sys.argv[1], 16)
	symbols = [(int(a, 16), t, n) for a, t, n in map(str.split, open(sys.argv[2]))]
	text = next(a for a, t, n in symbols if n == "_text")
	for a, t, n in symbols:
	    print("%016x %s %s" % (a + offset if a >= text else a, t, n))
	END
}
cat >"$T/count.py" <<'END'
print(prog.read_u32(prog.symbol("kallsyms_num_syms").address))
END
cat >"$T/at.py" <<'END'
for name in ("schedule", "vfs_read", "do_syscall_64", "init_task"):
    s = prog.symbol(name)
    print("%#x: :%s+0x1" % (s.address + 1, name))
    print("%#x: :%s+%#x" % (s.address + s.size - 1, name, s.size - 1))
END
for name in v61-512 v61-nokaslr; do
	shifted "$(value "$name" KERNELOFFSET)" | sort >"$T/expected"
	is "$(lines "$T/$name.symbols")" "$(drgn_run "${set[$name]}/vmcore" "$VMLINUX" "$T/count.py" 2>/dev/null)" \
		"$name: as many symbols as the kernel has"
	none <(awk '{ print $1, $3 }' "$T/$name.symbols" | sort | comm -23 - <(awk '{ print $1, $3 }' "$T/expected" | sort)) \
		"$name: each is in vmlinux, at this address"
	none <(grep ' [tTwW] ' "$T/expected" | comm -23 - <(sort "$T/$name.symbols")) "$name: all functions of vmlinux are there"
	echo symbols | facts "$name" -t "$VMLINUX" | sort >"$T/got"
	none <(diff "$T/expected" "$T/got") "$name: all symbols from vmlinux are those of nm"
done
echo symbols | facts q61-novmci -x "$VMLINUX" >"$T/got"
is "$(lines "$T/got")" "$(lines "$T/nm")" "q61-novmci: symbols from vmlinux"
printf 'find %s\n' init_task _stext linux_banner _end | facts q61-novmci -x "$VMLINUX" | sort >"$T/got"
none <(truth_of q61-novmci symbol | sort | comm -13 - "$T/got" | grep -v ' [rA] ') "q61-novmci: where the guest had them"

drgn_run "${set[v61-512]}/vmcore" "$VMLINUX" "$T/at.py" >"$T/at" 2>/dev/null
is "$(lines "$T/at")" 8 "drgn has symbols"
is "$(sed 's/:.*//; s/^/at /' "$T/at" | facts v61-512)" "$(cat "$T/at")" "v61-512: symbols by addresses inside them"

# --- modules

for name in "${names[@]}"; do
	proc_of "$name" modules >"$T/modules"
	is "$(echo modules | facts "$name")" "$(awk '{ print $1 }' "$T/modules")" "$name: the modules of /proc/modules"
	checked=0
	while read -r module _ _ _ _ base _; do
		ko=$(find "$(kernel_of "$name")/modules" -name "*.ko*" | grep -E "/${module//_/[-_]}\.ko(\.xz)?$")
		echo "symbols $module" | facts "$name" >"$T/module"
		ok "$name: functions of $module" tests/tools/module-symbols "$ko" "$base" "$T/module"
		checked=$((checked + $(cat "$T/.printed")))
	done <"$T/modules"
	ok "$name: thousands of functions" test "$checked" -gt 1000
done
# crash leaves out what compilers add to names
for module in dm_mod nf_tables overlay virtio; do
	must "crash on v61-512" crash_run "$T/crash" "$VMLINUX" "${set[v61-512]}/vmcore" "sym -m $module"
	sed -En 's/^([0-9a-f]{16}) \(([a-zA-Z])\) ([^ ]*).*/\1 \3/p' "$T/crash" | sort -u >"$T/expected"
	echo "symbols $module" | facts v61-512 | awk '{ print $1, $3 }' |
		sed -E 's/\.(isra|constprop|part|cold)[.0-9a-z]*$//' | sort -u >"$T/got"
	ok "v61-512: crash knows symbols of $module" test "$(lines "$T/expected")" -gt 10
	none <(comm -23 <(awk '{ print $1 }' "$T/expected" | sort -u) <(awk '{ print $1 }' "$T/got" | sort -u)) \
		"v61-512: symbols of $module where crash has them"
done

# --- types: BTF, all members of all structs, all enumerators, all variables, against bpftool

# questions SET [unique]
questions() {
	local elf=$T/$1.elf
	[[ $1 != v61-512 ]] || elf=$VMLINUX
	PATH=$PATH:/usr/sbin bpftool -j btf dump file "$elf" format raw |
		tests/tools/btf-questions "$T/questions" "$T/answers" "${2:-}"
}
for name in "${names[@]}"; do
	must "$name: bpftool reads its BTF" questions "$name"
	facts "$name" <"$T/questions" >"$T/got"
	ok "$name: tens of thousands of questions about types" test "$(lines "$T/questions")" -gt 40000
	none <(diff "$T/answers" "$T/got") "$name: BTF in memory says what bpftool reads"
done

# modules have BTF of their own: what the module was compiled with is in its file. 5.10 has none for modules.
for name in v61-512 v612-512 v7-512; do
	printf '%s\n' 'type mapped_device dm_mod' 'type mapped_device' 'type task_struct dm_mod' | facts "$name" >"$T/got"
	like "$(sed -n 1p "$T/got")" '^mapped_device: struct [1-9][0-9]+$' "$name: a type of a module"
	is "$(sed -n 2p "$T/got")" "mapped_device: No such file or directory" "$name: which the kernel has not"
	is "$(sed -n 3p "$T/got")" "$(echo 'type task_struct' | facts "$name")" "$name: the kernel's types through a module"
done

# --- types: DWARF

export TYPES='task_struct mm_struct page zone pglist_data module super_block inode sock sk_buff net file dentry kmem_cache
	cred rq tcp_sock vm_area_struct iphdr signal_struct' QUESTIONS=$T/questions ANSWERS=$T/answers
# without BTF, which comes first
must "objcopy" objcopy --rename-section .BTF=.nothing "$VMLINUX" "$T/dwarf"
must "gdb reads the types" gdb -nx -batch -x tests/tools/gdb-members.py "$VMLINUX"
ok "more than a thousand members" test "$(lines "$T/questions")" -gt 1000
facts v61-512 -t "$T/dwarf" <"$T/questions" >"$T/got"
none <(diff "$T/answers" "$T/got") "v61-512: DWARF says what gdb reads"

# BTF has arrays of arrays as one, and types that are known in one function only.
must "bpftool again" questions v61-512 unique
facts v61-512 -t "$T/dwarf" <"$T/questions" | python3 -c '
import re, sys
for line in sys.stdin:
    while m := re.search(r"array (\d+) of (\d+) array \d+ of (\d+)", line):
        line = "%sarray %s of %d%s" % (line[:m.start()], m[1], int(m[2]) * int(m[3]), line[m.end():])
    sys.stdout.write(line)' >"$T/got"
none <(diff "$T/answers" "$T/got" | sed -n 's/^> //p' | grep -v ': No such file or directory') \
	"v61-512: DWARF says what BTF says"
diff "$T/answers" "$T/got" | sed -n 's/^> \([^.]*\)\..*/\1/p' | sort -u >"$T/missing"
ok "v61-512: but for types of functions' own" test "$(lines "$T/missing")" -le 20
sed 's/^/type /' "$T/missing" | facts v61-512 -t "$T/dwarf" >"$T/got"
is "$(grep -vc ': No such file' "$T/got")" 0 "v61-512: of which DWARF has nothing at all"

# the table of well-known variables
sed -n '/^} wellknown/,/^};/p' kernel/debuginfo/types_wellknown.c | grep -o '{ "[a-z_0-9]*", "' | tr -d '{", ' | sed 's/^/variable /' >"$T/questions"
facts v61-512 -t "$T/dwarf" <"$T/questions" | grep -v ': No such file' >"$T/expected"
ok "most well-known variables are in 6.1" test "$(lines "$T/expected")" -ge $(($(lines "$T/questions") - 2))
facts v61-512 <"$T/questions" | grep -v ': No such file' >"$T/got"
same "$T/got" "$T/expected" "v61-512: well-known variables have the types that DWARF tells"

# with both: variables that BTF knows nothing of
printf 'variable %s\n' linux_banner log_wait vm_node_stat runqueues >"$T/questions"
facts v61-512 -t "$T/dwarf" <"$T/questions" >"$T/expected"
facts v61-512 -t "$VMLINUX" <"$T/questions" >"$T/got"
same "$T/got" "$T/expected" "v61-512: BTF, and DWARF for variables"
is "$(grep -c ': No such file' "$T/got")" 0 "... which are all known"
done_testing
