#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# vtop/<pgd>:<addr> of dumps that tell nothing of their kernel: the tables' form is seen by their look, and what comes out is
# what comes out with the kernel known.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets a64-512 a64-kexec armlpae-512 riscv64 ppc64el ppc64el-hash

# kernel_addresses SET ROOT: some that kallsyms has, and some that are of nothing, in the kernel's own tables
kernel_addresses() {
	zcat "${set[$1]}/truth/kallsyms.gz" | awk -v root="$2" '!seen[$1]++ && n++ % 499 == 7 { print root, "0x" $1 }'
	printf '%s %s\n' "$2" 0x1000 "$2" 0xffffffffffffe000
}

# process_addresses SET DUMP: of processes, by drgn, which is given our ELF
process_addresses() {
	drgn -q -c "$T/known/elf" -s "${set[$1]}/vmlinux" tests/tools/user_pages.py 300 2>"$T/err" || diag "$(tail -n 5 "$T/err")"
}

# bare SET DUMP LEAST COMMAND...: what the command and kernel_addresses() list is the same in a copy without VMCOREINFO, at least
# LEAST are mapped
bare() {
	local name=$1 dump=$2 least=$3 kind right wrong mapped=0
	shift 3
	rm -f "$T/bare.elf"
	cp "${set[$name]}/$dump" "$T/bare.elf" && chmod 600 "$T/bare.elf" && tests/tools/wipe-vmcoreinfo "$T/bare.elf"
	result $? "$name: a copy without VMCOREINFO"
	must "mount $name" mount_dump "${set[$name]}/$dump" "$T/known"
	must "mount $name without VMCOREINFO" mount_dump "$T/bare.elf" "$T/bare"
	not_ok "$name: no kernel, no virt/" ls "$T/bare/virt"
	symbol=$("$VMCOREFS" --cat vmcoreinfo "${set[$name]}/$dump" | sed -n 's/^SYMBOL(swapper_pg_dir)=/0x/p')
	root=$(sed -n 's/^paddr //p' "$T/known/vtop/$symbol")
	{ kernel_addresses "$name" "$root"; "$@" "$name" "$dump"; } >"$T/addresses"
	python3 tests/tools/same_walks.py "$T/known" "$T/bare" <"$T/addresses" >"$T/found" 2>"$T/err"
	result $? "$name: walks are compared" || diag "$(tail -n 20 "$T/err")"
	while read -r kind right wrong; do
		is "$wrong" 0 "$name: $kind: $right as with the kernel, none else" || diag "$(cat "$T/err")"
		[[ $kind == unmapped ]] || mapped=$right
	done <"$T/found"
	((mapped >= least))
	result $? "$name: at least $least are mapped" || diag "$mapped"
	like "$(cat "$T/bare/vtop/0x1000:0x1000" 2>&1)" "not known: what is at the root fits no form" "$name: what is no table is none"
	ok "$name: unmount" unmount "$T/bare"
	ok "$name: unmount" unmount "$T/known"
}

bare a64-512 elf 60 process_addresses
bare a64-kexec vmcore 60 process_addresses
bare armlpae-512 elf 60 process_addresses
bare ppc64el elf 60 process_addresses

# riscv64 has no vmlinux; what its processes map is told by their tables
bare riscv64 elf 60 :
must "mount riscv64" mount_dump "$T/bare.elf" "$T/bare"
python3 tests/tools/riscv_pgds.py "$T/bare.elf" "$root" 5 40 >"$T/pages"
ok "riscv64: pages of processes" test "$(lines "$T/pages")" -ge 200
awk '{ print $1, $2, sprintf("%s", substr($3, 1, length($3) - 3)) }' "$T/pages" >"$T/frames"
python3 tests/tools/page_truth.py "$T/bare" frame <"$T/frames" >"$T/found"
is "$(awk '{ print $1, $3 }' "$T/found")" "frame 0" "riscv64: each is where its tables say"
# satp says itself how many levels there are
pgd=$(awk 'NR == 1 { print $1 }' "$T/pages") address=$(awk 'NR == 1 { print $2 }' "$T/pages")
same <(cat "$T/bare/vtop/$(printf '0xa%015x' $((pgd >> 12))):$address") <(cat "$T/bare/vtop/$pgd:$address") "riscv64: by satp"
ok "riscv64: unmount" unmount "$T/bare"

# tables from which a hashed page table is filled have nothing that tells their form
cp "${set[ppc64el-hash]}/elf" "$T/bare.elf" && chmod 600 "$T/bare.elf" && tests/tools/wipe-vmcoreinfo "$T/bare.elf"
result $? "ppc64el-hash: a copy without VMCOREINFO"
pgd=$("$VMCOREFS" --cat vmcoreinfo "${set[ppc64el-hash]}/elf" | sed -n 's/^SYMBOL(swapper_pg_dir)=c00/0x000/p')
like "$("$VMCOREFS" --cat "vtop/$pgd:0xc008000000000000" "$T/bare.elf" 2>&1)" "not known: .*"$'\n'".*Bad address" "ppc64el-hash: refused"
done_testing
