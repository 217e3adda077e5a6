# SPDX-License-Identifier: GPL-2.0-or-later
# vmcorefs and makedumpfile run in a guest: in one that does not die, on its /proc/kcore, or in the crash kernel, on
# /proc/vmcore; or what the sandbox leaves on this kernel. The set is what they printed. Needs lib.sh and guest.sh, and
# KERNEL from kernels.sh.

LIVE_PROGRAM=$(readlink -m "${VMCOREFS:-$RIG/../../build/vmcorefs}")
MODULES_LIVE='fuse'

# What runs in the guests of a kind.
live_programs() {
	local tools=${LIVE_PROGRAM%/*}/tests/tools
	if [ "$1" = sandbox ]; then
		echo "$tools/sandbox_door $tools/server_door $RIG/../tools/sandbox-attempts $RIG/../tools/server-door"
	else
		echo "$LIVE_PROGRAM"
	fi
}

# What the set is made of besides the kernel: another program makes it anew.
live_stamp() {
	local program
	for program in $(live_programs "$1"); do
		[ -x "$program" ] || die "$program is not built"
	done
	# shellcheck disable=SC2046 # a list
	sha256sum $(live_programs "$1") "$RIG/initramfs/$1-init" | sha256sum | cut -c 1-16
}

# program_into FOLDER FILE: with the libraries it needs.
program_into() {
	local lib
	cp -L "$2" "$1/bin/"
	for lib in $(ldd "$2" | grep -o '/[^ ]*'); do
		mkdir -p "$1/${lib%/*}"
		[ -e "$1/$lib" ] || cp -L "$lib" "$1/$lib"
	done
}

make_live() {
	need_space 500
	mkdir -p tree/bin
	cp /bin/busybox tree/bin/
	cp "$RIG/initramfs/live-init" tree/init
	program_into tree "$LIVE_PROGRAM"
	program_into tree /usr/bin/makedumpfile
	# shellcheck disable=SC2086 # a list
	modules_into tree $MODULES_LIVE
	pack tree initrd.gz
	rm -rf tree
	guest_start "$MIB" qemu64,-cx16 "crashkernel=$(value crash)"
	guest_wait 1200 '^rig: live end' console.log
	guest_gone 120 console.log
	rm -f initrd.gz qmp.sock qmp.log qemu.log capture.log
}

# Nothing of the guest is needed but its kernel. It is ended when it has said all.
make_sandbox() {
	local program gcc
	need_space 500
	mkdir -p tree/bin
	cp /bin/busybox tree/bin/
	cp "$RIG/initramfs/sandbox-init" tree/init
	for program in $(live_programs sandbox); do
		case $program in
		*_door) program_into tree "$program" ;;
		*) cp "$program" tree/bin/ ;;
		esac
	done
	# who cancels threads loads it
	gcc=$(ldd "${LIVE_PROGRAM%/*}/tests/tools/sandbox_door" | sed -n 's|.* \(/[^ ]*\)/libc\.so.*|\1/libgcc_s.so.1|p')
	[ -e "tree/$gcc" ] || cp -L "$gcc" "tree/$gcc" || die "no $gcc"
	cp "$RIG/../corpus/tiny61.kdump" tree/dump
	chmod 644 tree/dump
	pack tree initrd.gz
	rm -rf tree
	guest_start "$MIB" qemu64,-cx16 ""
	guest_wait 1800 '^rig: sandbox end' console.log
	guest_kill
	rm -f initrd.gz qmp.sock qmp.log qemu.log
}

# programs_into FOLDER: what runs in a crash kernel, with a file system for what it writes.
programs_into() {
	program_into "$1" "$LIVE_PROGRAM"
	program_into "$1" /usr/bin/makedumpfile
	cp "$RIG/initramfs/measure-init" "$1/init"
	modules_into "$1" virtio_pci virtio_blk ext4
}

make_measure() {
	need_space $((MIB + 500))
	truncate -s "$((MIB + 128))M" dump.img
	# shellcheck disable=SC2046 # a list
	boot kdump $(disk dump)
	guest_wait 1200 '^rig: measured' capture.log
	guest_gone 120 capture.log
	rm -f initrd.gz dump.img qmp.sock qmp.log qemu.log
}
