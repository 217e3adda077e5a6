# SPDX-License-Identifier: GPL-2.0-or-later
# A machine that runs Xen with the kernel of the set as dom0. Needs kernels.sh and guest.sh.

XEN_PACKAGE=xen-hypervisor-4.17-amd64
MODULES_XEN='xen-privcmd xenfs'
# Their static libraries, for the program that makes a domU.
XEN_LIBS='xenctrl xenforeignmemory xendevicemodel xenevtchn xengnttab xencall xentoollog xentoolcore'

# xen_get: makes $CACHE/kernels/xen417/{xen,xen-syms} unless they are there; sets XEN to it.
xen_get() {
	local work
	XEN=$CACHE/kernels/xen417
	[ ! -e "$XEN/release" ] || return 0
	suite_open bookworm bookworm-security
	work=$XEN.tmp
	rm -rf "$work"
	mkdir -p "$work/deb"
	fetch "$work/deb" $XEN_PACKAGE $XEN_PACKAGE-dbg || die "no $XEN_PACKAGE to be had"
	for deb in "$work"/deb/*.deb; do
		dpkg-deb -x "$deb" "$work/deb/root" || die "cannot unpack $deb"
	done
	gzip -dc "$work"/deb/root/boot/xen-*.gz >"$work/xen" || die "no xen in its package"
	cp "$work"/deb/root/usr/lib/debug/boot/xen-syms-*-amd64 "$work/xen-syms" || die "no xen-syms in its package"
	dpkg-deb -f "$work/deb/${XEN_PACKAGE}_"*.deb Version >"$work/release"
	rm -rf "$work/deb" "$XEN"
	mv "$work" "$XEN"
}

# xen_into FOLDER: what makes a domU.
xen_into() {
	local lib libs=()
	for lib in $XEN_LIBS; do libs+=("-l$lib"); done
	gcc -std=gnu11 -O2 -Wall -static -s -o "$1/bin/xen-domu" "$RIG/xen-domu.c" "${libs[@]}" ||
		die "cannot compile xen-domu"
}

# xen_command WORDS-OF-DOM0: QEMU's options that boot Xen, and by it the kernel. QEMU wants commas twice.
xen_command() {
	XEN_COMMAND=(-kernel "$XEN/xen"
		-append "com1=115200,8n1 console=com1 loglvl=warning noreboot=0 crashkernel=$(value crash) dom0_mem=$(value dom0)M dom0_max_vcpus=2 $(value xen)"
		-initrd "$KERNEL/vmlinuz ${1//,/,,},initrd.gz")
}

make_xen() {
	xen_get
	# Xen has the first serial line, and dom0's console comes out of it
	CONSOLE=hvc0
	make_kexec
	ln "$XEN/xen-syms" xen-syms || die "cannot link xen-syms"
}
