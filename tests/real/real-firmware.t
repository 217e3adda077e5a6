#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# The memory of a real guest as sadump and as a VMware saved state: crash reads what tests/mkformat wrote, and says the
# same of it as of the ELF dump; makedumpfile keeps the same pages of the sadump; our ELF view has the registers.
. tests/real/lib.sh
need_root
need_fuse

sets q61-512
tool kdumpcmp -lz
Q=${set[q61-512]}
kernel=$Q/vmlinux

# --- what crash says of QEMU's dump
commands=(sys log "bt -a" "help -r")
crash_run "$T/expected" "$kernel" "$Q/elf" "${commands[@]}"
result $? "crash reads the ELF dump"
# texts FILE: sys and log; traces FILE: bt -a; registers FILE: the general ones
texts() { sed '/^PID: /,$d' "$1"; }
traces() { sed -n '/^PID: /,/^CPU 0:/p' "$1"; }
registers() { sed -n '/^CPU 0:/,$p' "$1" | grep -o '\(R[A-Z0-9]*\|CR[0-4]\): *[0-9a-f]\{8,\}' | tr -d ' '; }
for what in texts traces registers; do
	[[ $($what "$T/expected" | wc -l) -ge 20 ]]
	result $? "... $what: 20 lines or more"
done
same_in() {	# KIND FILE NAME
	$1 "$T/expected" >"$T/expected.$1"
	$1 "$2" >"$T/got.$1"
	same "$T/got.$1" "$T/expected.$1" "$3" || diag "$(diff "$T/got.$1" "$T/expected.$1" | head)"
}

# --- VMware. crash knows three regions, and wants the table of groups to be followed by much more.
must "mkformat vmss" python3 tests/mkformat vmss "$Q/elf" "$T/guest.vmss" merge=3 room=100000 blocks=yes
mv "$T/guest.vmss.vmem" "$T/guest.vmem"
crash_run "$T/got" "$kernel" "$T/guest.vmss" "${commands[@]}"
result $? "VMware: crash reads the writer's file"
for what in texts traces registers; do
	same_in $what "$T/got" "VMware: crash prints the same $what as of the ELF dump"
done
mount_dump "$T/guest.vmss" "$T/mnt" || { fail "VMware: mount"; done_testing; }
crash_run "$T/got" "$kernel" "$T/mnt/elf" "${commands[@]}"
result $? "VMware: crash reads our elf view"
for what in texts traces registers; do
	same_in $what "$T/got" "VMware: crash prints the same $what of the elf view"
done

# --- gdb: a thread for each CPU, where QEMU saw it
threads() {	# FILE: rip and rsp of each
	timeout 120 gdb -nx -batch -ex "core-file $1" -ex 'thread apply all -ascending printf "%lx %lx\n", $rip, $rsp' 2>/dev/null |
		grep -E '^[0-9a-f]+ [0-9a-f]+$'
}
threads "$Q/elf" >"$T/expected.threads"
is "$(lines "$T/expected.threads")" 2 "gdb: two threads in the ELF dump"
threads "$T/mnt/elf" >"$T/got.threads"
same "$T/got.threads" "$T/expected.threads" "VMware: gdb: the same threads in the elf view"
ok "unmount" unmount "$T/mnt"
rm "$T"/guest.*
must "mkformat vmware-guest" python3 tests/mkformat vmware-guest "$Q/elf" "$T/debug.guest" packed=yes
mv "$T/debug.guest.vmem" "$T/debug.vmem"
crash_run "$T/got" "$kernel" "$T/debug.guest" "${commands[@]}"
result $? "debug.guest: crash reads the writer's file"
sed -i '/^vmw: /d; /./,$!d' "$T/got"
for what in texts traces registers; do
	same_in $what "$T/got" "debug.guest: crash prints the same $what as of the ELF dump"
done
for packed in yes ""; do
	[[ $packed ]] || must "mkformat vmware-guest" python3 tests/mkformat vmware-guest "$Q/elf" "$T/debug.guest"
	"$VMCOREFS" --cat elf "$T/debug.guest" >"$T/elf"
	threads "$T/elf" >"$T/got.threads"
	same "$T/got.threads" "$T/expected.threads" "debug.guest ($packed): gdb: the same threads in the elf view"
done
rm "$T"/debug.* "$T/elf"

# --- sadump. makedumpfile sees no VMCOREINFO there: it does not know balloon pages, and keeps them.
must "mkformat sadump" python3 tests/mkformat sadump "$Q/elf" "$T/sadump"
crash_run "$T/got" "$kernel" "$T/sadump" sys log
result $? "sadump: crash reads the writer's file"
same_in texts "$T/got" "sadump: crash prints the same texts as of the ELF dump"
mount_dump "$T/sadump" "$T/mnt" || { fail "sadump: mount"; done_testing; }
threads "$T/mnt/elf" >"$T/got.threads"
same "$T/got.threads" "$T/expected.threads" "sadump: gdb: the same threads in the elf view"
offline=$(awk '$1 == "offline" { print $2 }' "$T/mnt/report")
like "$offline" "^[1-9][0-9]*$" "sadump: the guest had a balloon"
for n in 1 31; do
	rm -f "$T/theirs"
	must "makedumpfile -d $n" mdf -x "$kernel" -d $n "$T/sadump" "$T/theirs"
	"$T/kdumpcmp" "$T/theirs" "$T/mnt/level-$n/dump.none" >"$T/compared"
	[[ $n == 1 ]] && more=0 || more=$offline
	like "$(cat "$T/compared")" \
		"^[1-9][0-9]{3,} pages the same, 0 differ, $more only in the first, 0 only in the second; first bitmaps differ in 0" \
		"sadump: level $n: makedumpfile -x keeps the same pages, and those of the balloon"
done
ok "unmount" unmount "$T/mnt"
done_testing
