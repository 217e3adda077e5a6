#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 900
# crash.cmd, gdb.cmd and drgn.cmd start the real tools on dumps with KASLR, and these find the kernel; info's facts of the
# kernel are those that the guest printed, and crash.
. tests/real/lib.sh
need_root
need_fuse

sets v510-512 v61-512 v612-512 v7-512 a64-512

has() {		# TEXT PART NAME
	[[ $1 == *"$2"* ]]
	result $? "$3" || { diag "got:      $1"; diag "expected: $2"; }
}
printf 'print(prog["init_uts_ns"].name.release.string_().decode(), hex(prog.symbol("_stext").address))\n' >"$T/script"
for name in v61-512 v612-512; do
	export VMLINUX=${set[$name]}/vmlinux
	mount_dump "${set[$name]}/vmcore" "$T/$name" || fail "mount of $name"
	release=$(sed -n 's/^release: //p' "$T/$name/info")
	stext=$(sed -n 's/^SYMBOL(_stext)=//p' "$T/$name/vmcoreinfo")
	out=$(timeout 120 sh "$T/$name/gdb.cmd" -q -batch -ex 'x/s init_uts_ns.name.release' -ex 'p &_stext' </dev/null 2>&1)
	has "$out" "\"$release\"" "$name: gdb.cmd: gdb reads the kernel's name"
	has "$out" "0x$stext <" "... and knows where it is"
	out=$(timeout 120 sh "$T/$name/drgn.cmd" "$T/script" </dev/null 2>&1)
	has "$out" "$release 0x$stext" "$name: drgn.cmd"
	if [[ $name == v61-512 ]]; then		# the distribution's crash is too old for 6.12
		printf '%s\n' sys 'sym _stext' quit >"$T/in"
		out=$(timeout 120 sh "$T/$name/crash.cmd" -s -i "$T/in" </dev/null 2>&1)
		has "$out" "RELEASE: $release" "$name: crash.cmd"
		has "$out" "$stext " "... knows where the kernel is"
		has "$out" "CPUS: $(sed -n 's/^cpus: //p' "$T/$name/info")" "... and counts the CPUs that info has"
	fi
	ok "$name: unmount" unmount "$T/$name"
done

# What is in /proc/cmdline of the guests, and what of the machine.
for name in v510-512 v61-512 v612-512 v7-512; do
	"$VMCOREFS" --cat info "${set[$name]}/vmcore" >"$T/info" 2>"$T/err"
	like "$(sed -n 's/^cmdline: //p' "$T/info")" "^console=ttyS0 .*rig_profile=full" "$name: cmdline"
	is "$(grep -E '^(cpus|taint): ' "$T/info")" $'cpus: 2\ntaint: none' "$name: cpus, taint"
	like "$(sed -n 's/^build-id: //p' "$T/info")" "^$(readelf -n "${set[$name]}/vmlinux" 2>/dev/null | sed -n 's/.*Build ID: //p')" \
		"$name: build-id of the vmlinux"
done
like "$("$VMCOREFS" --cat info "${set[a64-512]}/elf" 2>/dev/null | grep -E '^debug-package')" \
	"linux-image-[^ ]*-cloud-arm64-dbg" "arm64: debug package"

done_testing
