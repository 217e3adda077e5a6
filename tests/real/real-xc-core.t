#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# Cores of Xen domains with the memory of a real kernel: what tests/mkformat writes, crash and libkdumpfile read as the
# core of the domain too. crash finds its way only without KASLR: such a core tells it nothing of the kernel's place.
. tests/real/lib.sh
need_root
need_tool crash

sets q61-512 v61-nokaslr
elf=${set[q61-512]}/elf
tool kdumpfile_pages -lkdumpfile -lz
cat_of() { "$VMCOREFS" --cat "$1" "$2" 2>>"$T/err"; }

must "mkformat" python3 tests/mkformat xc-core "$elf" "$T/hvm"
must "mkformat" python3 tests/mkformat xc-core-pv "$elf" "$T/pv" machine=shuffled

# --- the same memory, the same kernel

is "$(cat_of raw "$T/hvm" | sha256sum)" "$(cat_of raw "$elf" | sha256sum)" "HVM: memory"
for view in dmesg level-31/report; do
	cat_of "$view" "$elf" >"$T/want"
	for dump in hvm pv; do
		cat_of "$view" "$T/$dump" >"$T/got"
		same "$T/got" "$T/want" "$dump: $view as of the ELF"
	done
done
# With other machine frames the page tables differ, and lead to the same pages: the direct map, image and vmemmap.
start=$(cat_of info "$elf" | sed -n 's/^direct-map: //p')
image=$(cat_of vmcoreinfo "$elf" | sed -n 's/^SYMBOL(_stext)=//p')
for address in "$start" $((start + 0x100000)) $((start + 0x1fff000)) "0x$image"; do
	"$VMCOREFS" --cat "virt/$(printf '%#x' "$address")+64" "$elf" >"$T/want" 2>/dev/null
	"$VMCOREFS" --cat "virt/$(printf '%#x' "$address")+64" "$T/pv" >"$T/got" 2>"$T/err"
	is "$(wc -c <"$T/got")$(cmp "$T/got" "$T/want" 2>&1)" 64 "pv: 64 bytes at $address"
	want=$(cat_of "vtop/$(printf '%#x' "$address")" "$elf") got=$(cat_of "vtop/$(printf '%#x' "$address")" "$T/pv")
	is "${got##*paddr}" "${want##*paddr}" "pv: vtop of $address"
	[[ $got != "$want" ]]
	result $? "pv: by other entries"
done

# --- registers

for note in CORE-1 QEMU-0; do
	n=0
	for name in $("$VMCOREFS" --list notes "$elf" | grep -- "-$note\$"); do
		n=$((n + 1))
		other=$("$VMCOREFS" --list notes "$T/hvm" 2>/dev/null | grep -- "-$note\$" | sed -n "${n}p")
		if [[ $note == CORE-1 ]]; then	# r15 to rdi, then rip, cs, flags, rsp, ss, segment registers
			got=$(cat_of "notes/$other" "$T/hvm" | tail -c +113 | head -c 216 | sha256sum)
			want=$(cat_of "notes/$name" "$elf" | tail -c +113 | head -c 216 | sha256sum)
		else				# cr0 to cr4
			got=$(cat_of "notes/$other" "$T/hvm" | tail -c +393 | head -c 40 | sha256sum)
			want=$(cat_of "notes/$name" "$elf" | tail -c +393 | head -c 40 | sha256sum)
		fi
		is "$got" "$want" "HVM: $name"
	done
done

# --- the judges

is "$(pages -m 0x40000 "$T/hvm")" "$(pages -m 0x40000 "$elf")" "libkdumpfile: HVM"
cat_of elf "$T/pv" >"$T/pv.elf"
is "$(pages -m 0x40000 "$T/pv")" "$(pages -m 0x40000 "$T/pv.elf")" "libkdumpfile: paravirtualised"
cat_of elf "${set[v61-nokaslr]}/vmcore" >"$T/elf"
must "mkformat" python3 tests/mkformat xc-core "$T/elf" "$T/hvm"
kernel=${set[v61-nokaslr]}/vmlinux
crash_run "$T/want" "$kernel" "${set[v61-nokaslr]}/vmcore" sys log ps
crash_run "$T/got" "$kernel" "$T/hvm" sys log ps
sed -i '/^crash: cannot read vmcoreinfo_data/d' "$T/got"
same "$T/got" "$T/want" "crash: sys, log and ps"
is "$(cat_of raw "$T/hvm" | sha256sum)" "$(cat_of raw "${set[v61-nokaslr]}/vmcore" | sha256sum)" "what crash reads: memory"
done_testing
