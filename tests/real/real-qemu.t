#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# QEMU's migration stream of guests with memory above 4 GiB, of both types of PC, against QEMU's own ELF dump of the same
# stop: memory, registers, log and level 31; and against crash, which reads the stream when it is told what it cannot
# find. With RIG_ALL=yes the same by a newer QEMU, which has mapped-ram and plain kdump files, and machines of other
# architectures.
. tests/real/lib.sh
need_root
need_fuse

foreign=(a64-migrate s390x-migrate ppc64el-migrate riscv64-migrate)
sets q61-hole q61-hole-pc ${RIG_ALL:+q61-migrate "${foreign[@]}"}
tool kdumpfile_pages -lkdumpfile -lz

cat_() { "$VMCOREFS" -q --cat "$1" "$2"; }
# Registers: the notes of all CPUs of one kind, in the order of the CPUs.
registers() {
	local note
	for note in $("$VMCOREFS" -q --list notes "$1" | awk '{ print $NF }' | grep "$2"); do
		cat_ "notes/$note" "$1"
	done
}
# Physical memory as the headers of the elf view have it. (That of raw, sparse and 5 GiB, would take long to compare.)
memory_of() { readelf -lW "$1/elf" | awk '$1 == "LOAD" { print $4, $5, $6 }' | sort; }

# as_elf SET NAME...: those files of the set have what its ELF dump has, which is mounted at $T/elf
as_elf() {
	local of=$1 elf=${set[$1]}/elf name file form
	shift
	mount_dump "$elf" "$T/elf" || { fail "mount of $of elf"; return; }
	like "$(memory_of "$T/elf" | wc -l)" '^[2-9]' "$of: the elf view has memory"
	for form in level-1 level-31; do
		pages "$T/elf/$form/dump.none" >"$T/expected.$form"
		like "$(cat "$T/expected.$form")" '^[1-9][0-9]* pages, ' "$of: pages of $form by libkdumpfile"
	done
	for name; do
		file=${set[$of]}/$name
		mount_dump "$file" "$T/mnt" || { fail "mount of $of $name"; continue; }
		like "$(cat "$T/mnt/info")" $'\nincomplete: no\n' "$of $name: complete"
		same "$T/mnt/dmesg" "$T/elf/dmesg" "$of $name: dmesg"
		same "$T/mnt/vmcoreinfo" "$T/elf/vmcoreinfo" "$of $name: vmcoreinfo"
		is "$(memory_of "$T/mnt")" "$(memory_of "$T/elf")" "$of $name: ranges of memory"
		for form in level-1 level-31; do
			is "$(pages "$T/mnt/$form/dump.none")" "$(cat "$T/expected.$form")" "$of $name: pages of $form"
		done
		[[ $name == kdump* ]] || for form in CORE-1 QEMU-0; do
			cmp -s <(registers "$file" $form) <(registers "$elf" $form)
			result $? "$of $name: registers ($form)"
		done
		unmount "$T/mnt"
	done
	unmount "$T/elf"
}

is "$(registers "${set[q61-hole]}/elf" QEMU-0 | wc -c)" 880 "the ELF dump has registers of two CPUs"
as_elf q61-hole savevm
as_elf q61-hole-pc savevm
if [[ -n ${RIG_ALL:-} ]]; then
	as_elf q61-migrate savevm mapped-ram kdump-raw-zlib
	cmp -s <(cat_ raw "${set[q61-migrate]}/mapped-ram") <(cat_ raw "${set[q61-migrate]}/elf")
	result $? "q61-migrate mapped-ram: raw is that of the ELF dump"
	for name in "${foreign[@]}"; do
		for view in raw dmesg level-31/raw; do
			cmp -s <(cat_ $view "${set[$name]}/savevm") <(cat_ $view "${set[$name]}/elf")
			result $? "$name: $view"
		done
		like "$(cat_ info "${set[$name]}/savevm")" $'\nregisters: none: the stream has no x86 CPU\n' "$name: info"
	done
fi

# --- a run of pages is leapt over: opening reads little of the file

if have strace; then
	strace -f -y -e trace=pread64 -o "$T/trace" "$VMCOREFS" --cat info "${set[q61-hole-pc]}/savevm" >/dev/null 2>&1
	read=$(sed -n 's/.*savevm>.* = \([0-9]*\)$/\1/p' "$T/trace" | awk '{ n += $1 } END { print n + 0 }')
	size=$(stat -c %s "${set[q61-hole-pc]}/savevm")
	ok "info reads less than a quarter of the stream ($((read >> 20)) of $((size >> 20)) MiB)" test $((read * 4)) -lt "$size"
fi

# --- crash has a reader of its own. It must be told where the kernel is, and of the hole below 4 GiB: here 1 GiB.

savevm=${set[q61-hole-pc]}/savevm kernel=${set[q61-hole-pc]}/vmlinux
mount_dump "$savevm" "$T/mnt" || { fail "mount"; done_testing; }
offset=$(sed -n 's/^kernel-offset: //p' "$T/mnt/info")
base=$(sed -n 's/^phys-base: //p' "$T/mnt/info")
printf '%s\n' log "rd -8 linux_banner 64" "vtop init_task" "rd -p 0x100000000 512" "rd -p 0x119ffe000 512" quit >"$T/commands"
timeout -k 5 300 crash -s --no_scroll --kvmio 0x40000000 --kaslr "$offset" -m phys_base="$base" -i "$T/commands" "$kernel" \
	"$savevm" </dev/null 2>&1 | grep -v '^WARNING\|^NOTE\|^ *cannot\|^$' >"$T/theirs"
timeout -k 5 300 crash -s --no_scroll -i "$T/commands" "$kernel" "$T/mnt/elf" </dev/null 2>&1 |
	grep -v '^WARNING\|^NOTE\|^ *cannot\|^$' >"$T/ours"
like "$(cat "$T/ours")" 'sysrq: Trigger a crash' "crash reads the log from the elf view"
like "$(cat "$T/ours")" '11[9]ffeff0: ' "... and memory above 4 GiB"
same "$T/ours" "$T/theirs" "crash reads the same from the stream by itself" || diag "$(diff "$T/ours" "$T/theirs" | head -n 20)"
unmount "$T/mnt"

done_testing
