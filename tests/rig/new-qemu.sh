# SPDX-License-Identifier: GPL-2.0-or-later
# A newer QEMU than the machine's in a folder of its own, with its libraries, their ld.so, and its firmware. QEMU and
# guest.sh need nothing else to boot a PC without a screen. Needs kernels.sh.

make_newqemu() {
	local packages deb
	need_space 1000
	suite_open trixie
	# What it is linked with, and not the desktop that parts of those would like to have.
	mapfile -t packages < <(needed_by qemu-system-x86)
	mkdir deb root
	fetch "$PWD/deb" "${packages[@]}" qemu-system-common qemu-system-data seabios || die "cannot download QEMU"
	for deb in deb/*.deb; do
		dpkg-deb -x "$deb" root || die "cannot unpack $deb"
	done
	rm -rf deb root/usr/share/doc root/usr/share/man root/usr/share/locale
	cat >qemu-system-x86_64 <<-'END'
		#!/bin/sh
		root=$(dirname "$(readlink -f "$0")")/root
		lib=/usr/lib/x86_64-linux-gnu
		export QEMU_MODULE_DIR="$root$lib/qemu"
		exec "$root$lib/ld-linux-x86-64.so.2" --library-path "$root$lib:$root/lib/x86_64-linux-gnu" \
			"$root/usr/bin/qemu-system-x86_64" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" "$@"
	END
	chmod +x qemu-system-x86_64
	./qemu-system-x86_64 --version >version 2>&1 || die "the new QEMU does not start: $(head -n 1 version)"
	say "$(head -n 1 version)"
}
