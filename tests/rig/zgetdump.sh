# SPDX-License-Identifier: GPL-2.0-or-later
# zgetdump of s390-tools, which is for s390x only, with its libraries: qemu-user runs it. It asks block devices for the
# size of their blocks before it reads compressed dumps: the library beside it answers that for files.

make_zgetdump() {
	local deb
	need_space 200
	arch_use s390x
	install_deps
	mkdir root
	fetch_needed "$PWD/deb" s390-tools trixie sid || die "cannot download zgetdump"
	for deb in deb/*.deb; do
		dpkg-deb -x "$deb" root || die "cannot unpack $deb"
	done
	rm -rf deb root/usr/share
	# as usrmerge does it
	[ -e root/lib ] || ln -s usr/lib root/lib
	s390x-linux-gnu-gcc -shared -fPIC -O2 -x c -o blocks.so - <<-'END' || die "cannot compile for s390x"
		#include <stdarg.h>
		int ioctl(int fd, unsigned long request, ...)
		{
			va_list args;
			int *size;

			va_start(args, request);
			size = va_arg(args, int *);
			va_end(args);
			if ((request & 0xffff) != 0x1268 || !size)	/* BLKSSZGET */
				return -1;
			*size = 4096;
			return 0;
		}
	END
	cat >zgetdump <<-'END'
		#!/bin/sh
		dir=$(dirname "$(readlink -f "$0")")
		exec qemu-s390x-static -L "$dir/root" -E "LD_PRELOAD=$dir/blocks.so" "$dir/root/usr/sbin/zgetdump" "$@"
	END
	chmod +x zgetdump
	./zgetdump --version >version 2>&1 || die "zgetdump does not start: $(head -n 1 version)"
	say "$(head -n 1 version)"
}
