#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# Facts from outside the dump with a vmlinux of real size, against makedumpfile -g and the dump's own VMCOREINFO; the
# log since the last clear, against makedumpfile --partial-dmesg.
. tests/real/lib.sh

sets v61-512 q61-512 q61-novmci v61-la57 v61-nokaslr v510-512 v612-512 mdf-new

vmlinux=${set[v61-512]}/vmlinux
vmcore=${set[v61-512]}/vmcore
view() { "$VMCOREFS" --cat "$@" 2>"$T/err" || diag "$*: $(cat "$T/err")"; }

# --- the text, line by line
must "makedumpfile -g" "${set[mdf-new]}/makedumpfile" -g "$T/theirs" -x "$vmlinux"
start=$(now_ms)
view vmcoreinfo -x "$vmlinux" "$vmcore" >"$T/our"
took=$(($(now_ms) - start))
[[ $took -lt 5000 ]]
result $? "a vmlinux of $(($(stat -c %s "$vmlinux") >> 20)) MiB takes less than 5 s" || diag "$took ms"

# What differs on purpose: FACTS FROM OUTSIDE in the man page. Addresses: as linked.
offset=$(view vmcoreinfo "$vmcore" | sed -n 's/^KERNELOFFSET=//p')
as_linked() {
	perl -e 'use bigint; my $d = hex shift; while (<>) {
		s/^(SYMBOL\(\w+\)=)(ffffffff[89ab]\w+)$/$1 . sprintf("%x", hex($2) - $d)/e; print; }' "$offset"
}
grep -v -e '^LENGTH(node_data)=' -e '^SRCFILE(pud_t)=' "$T/theirs" >"$T/expected"
as_linked <"$T/our" | grep -Fx -f "$T/expected" >"$T/got"
same "$T/got" "$T/expected" "each line of makedumpfile -g, in its order"
[[ $(lines "$T/expected") -ge 80 ]]
result $? "... which are some eighty" || diag "$(lines "$T/expected")"
# node_data, and the text's end, are the kernel's own words.
view vmcoreinfo "$vmcore" | sort >"$T/own"
is "$(sort "$T/our" | comm -23 "$T/own" - | sed 's/=.*//')" "SYMBOL(mem_section)" \
	"each line of the kernel's own, but mem_section: the variable, not what it points to"

# --- types from DWARF: BTF is read first where there is some
view report "$vmcore" -x "$vmlinux" >"$T/report"
must "objcopy" objcopy --rename-section .BTF=.nothing "$vmlinux" "$T/dwarf"
view vmcoreinfo -x "$T/dwarf" "$vmcore" >"$T/got"
same "$T/got" "$T/our" "without BTF, from DWARF: the same text"
view report -x "$T/dwarf" "$vmcore" >"$T/got"
same "$T/got" "$T/report" "... the same report"

# --- memory: at most 64 MiB and a byte a page, also for the type of a variable that only DWARF has
for file in "$vmlinux" "$T/dwarf"; do
	for v in info report; do
		/usr/bin/time -o "$T/time" -f %M "$VMCOREFS" --cat $v -x "$file" "$vmcore" >"$T/got" 2>"$T/err"
		ok "$v -x ${file##*/}: $(cat "$T/time") KiB" test "$(cat "$T/time")" -lt $((64 * 1024 + 128))
	done
done
rm -f "$T/dwarf"
echo "erase log_wait" >"$T/rules"
/usr/bin/time -o "$T/time" -f %M "$VMCOREFS" --cat eraseinfo -o "erase=$T/rules" -x "$vmlinux" "$vmcore" >"$T/got" 2>"$T/err"
is "$(cat "$T/got")" "erase log_wait size 24" "a rule over a variable that BTF does not know"
ok "... with $(tail -n 1 "$T/time") KiB" test "$(tail -n 1 "$T/time")" -lt $((64 * 1024 + 128))

# --- without VMCOREINFO in the dump
bare=$T/bare
bare() {	# SET FILE
	cp "${set[$1]}/$2" "$bare"
	chmod u+w "$bare"
	must "$1/$2 loses its VMCOREINFO" tests/tools/wipe-vmcoreinfo "$bare"
}
# Reports by what they count: types make zones known, and sizes of files depend on that of the notes.
view_for_comparison() {	# VIEW ARGUMENTS...
	case $1 in
	*report) view "$@" | grep -v '^node\|^Nodes\|^Zones' | cut -c 1-50 ;;
	*) view "$@" ;;
	esac
}
for name in v61-512/vmcore q61-512/elf q61-novmci/elf v61-la57/vmcore v61-nokaslr/vmcore; do
	bare "${name%/*}" "${name#*/}"
	for v in dmesg report level-31/report; do
		view_for_comparison "$v" "${set[${name%/*}]}/${name#*/}" >"$T/expected"
		[[ -s $T/expected ]] || fail "$name: $v"
		for option in -x -i; do
			file=$vmlinux
			[[ $option == -i ]] && file=$T/theirs
			view_for_comparison "$v" "$option" "$file" "$bare" >"$T/got"
			same "$T/got" "$T/expected" "$name: $v with $option"
			view_for_comparison "$v" "$option" "$file" "${set[${name%/*}]}/${name#*/}" >"$T/got"
			same "$T/got" "$T/expected" "$name: $v with $option over the dump's own"
		done
	done
	keys='^(KERNELOFFSET|NUMBER\((phys_base|pgtable_l5_enabled)\))='
	is "$(view vmcoreinfo -x "$vmlinux" "$bare" | grep -E "$keys" | sort)" \
		"$(view vmcoreinfo "${set[${name%/*}]}/${name#*/}" | grep -E "$keys" | sort)" \
		"$name: the kernel is found where it says that it is"
done

# --- crash needs VMCOREINFO for KASLR: elf of such a dump has it
bare q61-novmci elf
view elf -x "$vmlinux" "$bare" >"$T/elf"
crash_run "$T/crash" "$vmlinux" "$T/elf" sys "p init_uts_ns.name.release"
result $? "crash opens elf of a dump without VMCOREINFO" || diag "$(tail -n 5 "$T/crash.all")"
like "$(cat "$T/crash")" '6\.1\.' "... and reads its memory"
mdf -d 31 "$T/elf" "$T/filtered" >"$T/log" 2>&1
result $? "makedumpfile filters it" || diag "$(cat "$T/log")"

# --- another kernel
for name in v510-512 v612-512; do
	release=$(view vmcoreinfo "${set[$name]}/vmcore" | sed -n 's/^OSRELEASE=//p')
	"$VMCOREFS" --cat info -x "$vmlinux" "${set[$name]}/vmcore" >/dev/null 2>"$T/err"
	is $? 32 "$name: refused"
	like "$(cat "$T/err")" "vmlinux: is of kernel 6\.1\..*, but .*/vmcore of kernel ${release//+/\\+}" "... naming both"
done

# --- the log since the last clear. These were never cleared; the newest makedumpfile adds who wrote a record.
for name in v61-512 v510-512 v612-512; do
	view dmesg-partial "${set[$name]}/vmcore" >"$T/got"
	view dmesg "${set[$name]}/vmcore" >"$T/expected"
	same "$T/got" "$T/expected" "$name: dmesg-partial is dmesg"
	"${set[mdf-new]}/makedumpfile" -f --dump-dmesg --partial-dmesg "${set[$name]}/vmcore" "$T/partial" >"$T/log" 2>&1 ||
		diag "$(cat "$T/log")"
	is "$(lines "$T/got")" "$(lines "$T/partial")" "$name: as many lines as makedumpfile --partial-dmesg"
done

# As after dmesg -C: clear_seq of a copy gets another value.
cp "$vmcore" "$bare"
chmod u+w "$bare"
clear_seq=$(view vmcoreinfo "$vmcore" | sed -n 's/^SYMBOL(clear_seq)=/0x/p')
paddr=$(view "vtop/$clear_seq" "$vmcore" | tail -n 1 | grep -o '0x[0-9a-f]*' | tail -n 1)
set_clear_seq() {	# SEQ: both copies of the latch
	python3 - "$bare" "$paddr" "$1" <<-'END'
	import struct, sys
	path, paddr, seq = sys.argv[1], int(sys.argv[2], 0), int(sys.argv[3])
	with open(path, "r+b") as f:
	    head = f.read(64)
	    phoff, = struct.unpack_from("<Q", head, 32)
	    for i in range(struct.unpack_from("<H", head, 56)[0]):
	        f.seek(phoff + i * 56)
	        kind, _, offset, _, start, size, _, _ = struct.unpack("<IIQQQQQQ", f.read(56))
	        if kind == 1 and start <= paddr < start + size:
	            f.seek(offset + paddr - start + 8)
	            f.write(struct.pack("<QQ", seq, seq))
	            sys.exit(0)
	sys.exit("no segment")
	END
}
previous=$(view dmesg "$bare" | wc -l)
for seq in 1 100 300; do
	must "clear_seq = $seq" set_clear_seq "$seq"
	view dmesg-partial "$bare" >"$T/got"
	view dmesg "$bare" | tail -n "$(lines "$T/got")" >"$T/tail"
	same "$T/got" "$T/tail" "clear_seq = $seq: the end of dmesg"
	"${set[mdf-new]}/makedumpfile" -f --dump-dmesg --partial-dmesg "$bare" "$T/partial" >"$T/log" 2>&1 || diag "$(cat "$T/log")"
	is "$(lines "$T/got")" "$(lines "$T/partial")" "... as many lines as makedumpfile --partial-dmesg"
	is "$(sed 's/\].*//' "$T/got" | head -n 1)" "$(sed 's/\].*//' "$T/partial" | head -n 1)" "... from the same time on"
	[[ $(lines "$T/got") -lt $previous && -s $T/got ]]
	result $? "... fewer than before" || diag "$(lines "$T/got"), before $previous"
	previous=$(lines "$T/got")
done
must "clear_seq = 100000" set_clear_seq 100000
is "$(view dmesg-partial "$bare")" "" "cleared after the last record: empty"

done_testing
