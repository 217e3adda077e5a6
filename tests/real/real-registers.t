#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# The tables of registers: places in struct pt_regs are those of the debug information, values of notes those that drgn finds
# where it tells them; info says where each CPU was.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets v510-512 v61-512 v612-512 v7-512 a64-kexec ppc64el s390x armlpae-512 i386pae

# stack_pointer SET: the name of the register
stack_pointer() {
	case $1 in
	v*) echo rsp ;;
	i386*) echo esp ;;
	ppc64*) echo r1 ;;
	s390x) echo r15 ;;
	*) echo sp ;;
	esac
}

# registers SET DUMP CORE FRAMES [values]: so many registers in struct pt_regs; drgn is given CORE
registers() {
	local name=$1 dump=$2 core=$3 frames=$4 kind right wrong
	shift 4
	"$BUILD/tests/tools/cpu_registers" "${set[$name]}/$dump" >"$T/registers" 2>"$T/err"
	result $? "$name: registers by the tables" || diag "$(cat "$T/err")"
	drgn -q -c "$core" -s "${set[$name]}/vmlinux" tests/tools/drgn_registers.py "$T/registers" "$@" >"$T/found" 2>"$T/err"
	result $? "$name: compared with drgn" || diag "$(tail -n 5 "$T/err")"
	while read -r kind right wrong; do
		is "$wrong" 0 "$name: $kind: $right right, none wrong" || diag "$(cat "$T/err")"
		[[ $kind == value ]] || is "$right" "$frames" "$name: all of struct pt_regs"
		[[ $kind == frame ]] || ok "$name: registers of each CPU" test "$right" -ge 40
	done <"$T/found"
	is "$(awk '{ print $1 }' "$T/found" | xargs)" "frame${*:+ value}" "$name: all is compared"
	# the same by the program itself
	"$VMCOREFS" --cat info "${set[$name]}/$dump" | sed -n 's/^stopped-at: 0x\(.*\), stack 0x\(.*\)$/\1 \2/p' >"$T/info"
	awk '$1 == "cpu" { if (pc) print pc, sp } $1 ~ /^(rip|eip|pc|nip|psw.addr)$/ { pc = $2 }
		$1 == stack { sp = $2 } END { print pc, sp }' stack="$(stack_pointer "$name")" "$T/registers" >"$T/expected"
	same "$T/info" "$T/expected" "$name: info has pc and sp" || diag "$(diff "$T/info" "$T/expected")"
}

# of a newer kernel this drgn cannot read the unwind tables, and so has no registers
registers v510-512 vmcore "${set[v510-512]}/vmcore" 21 values
registers v61-512 vmcore "${set[v61-512]}/vmcore" 21 values
registers v612-512 vmcore "${set[v612-512]}/vmcore" 21
registers v7-512 vmcore "${set[v7-512]}/vmcore" 21
registers a64-kexec vmcore "${set[a64-kexec]}/vmcore" 34 values
for foreign in ppc64el:44 s390x:19 armlpae-512:18 i386pae:17; do
	must "mount ${foreign%:*}" mount_dump "${set[${foreign%:*}]}/elf" "$T/mnt"
	registers "${foreign%:*}" elf "$T/mnt/elf" "${foreign#*:}"
	ok "${foreign%:*}: unmount" unmount "$T/mnt"
done
done_testing
