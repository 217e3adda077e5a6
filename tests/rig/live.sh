# SPDX-License-Identifier: GPL-2.0-or-later
# A guest that does not die: vmcorefs and makedumpfile run in it, on its /proc/kcore. The set is what they printed.
# Needs lib.sh and guest.sh, and KERNEL from kernels.sh.

LIVE_PROGRAM=$(readlink -m "${VMCOREFS:-$RIG/../../build/vmcorefs}")
MODULES_LIVE='fuse'

# What the set is made of besides the kernel: another program makes it anew.
live_stamp() {
	[ -x "$LIVE_PROGRAM" ] || die "$LIVE_PROGRAM is not built"
	sha256sum "$LIVE_PROGRAM" "$RIG/initramfs/live-init" | sha256sum | cut -c 1-16
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
