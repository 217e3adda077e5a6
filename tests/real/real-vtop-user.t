#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# vtop/<pgd>:<addr> of processes is what drgn finds by mm->pgd: pages that are mapped, and pages that are not.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets v61-512 a64-kexec

cat >"$T/pgd.py" <<'END'
from drgn.helpers.linux.pid import for_each_task
for task in for_each_task(prog):
    if task.mm:
        print(task.pid.value_(), hex(task.mm.pgd.value_()))
END
for name in v61-512 a64-kexec; do
	drgn -q -c "${set[$name]}/vmcore" -s "${set[$name]}/vmlinux" tests/tools/user_pages.py 800 >"$T/pages" 2>"$T/err"
	result $? "$name: drgn tells what is mapped" || diag "$(tail -n 5 "$T/err")"
	[[ $(grep -vc -- ' -$' "$T/pages") -ge 200 ]]
	result $? "$name: 200 pages of processes"
	pages_agree "$name" vmcore user "$T/pages" 700

	# What the guest said of some pages, swapped ones among them, by its own pagemap.
	drgn -q -c "${set[$name]}/vmcore" -s "${set[$name]}/vmlinux" "$T/pgd.py" >"$T/pgds" 2>"$T/err" || diag "$(cat "$T/err")"
	truth_of "$name" page | tr = ' ' | grep -v 'hwpoison soft' | awk 'NR == FNR { pgd[$1] = $2; next }
		!($2 in pgd) { next }
		$8 { print pgd[$2], $4, $6 }
		$10 { print pgd[$2], $4, $6 == "0" ? "swap" : "swap:" $6 }' "$T/pgds" - >"$T/frames"
	grep -q ' swap$' "$T/frames"
	result $? "$name: a page that is swapped out"
	pages_agree "$name" vmcore frame "$T/frames" 9
done

# The same by what the register holds: a physical address, with the number of the address space beside it.
read -r pgd address _ < <(grep -v -- ' -$' "$T/pages" | head -n 1)
"$VMCOREFS" --cat "vtop/$pgd:$address" "${set[a64-kexec]}/vmcore" >"$T/by-pgd"
root=$(sed -n 's/^root  0x0000//p' "$T/by-pgd")
"$VMCOREFS" --cat "vtop/0x0012$root:$address" "${set[a64-kexec]}/vmcore" >"$T/by-ttbr0"
same "$T/by-ttbr0" "$T/by-pgd" "a64-kexec: by TTBR0"
# and an address with a tag
"$VMCOREFS" --cat "vtop/$pgd:$(printf '0x2a%014x' "$address")" "${set[a64-kexec]}/vmcore" | grep ^paddr >"$T/tagged"
is "$(<"$T/tagged")" "$(grep ^paddr "$T/by-pgd")" "a64-kexec: an address with a tag"
like "$("$VMCOREFS" --cat "vtop/$pgd:0x0" "${set[a64-kexec]}/vmcore" 2>&1)" "Bad address" "a64-kexec: nothing is mapped at 0"
done_testing
