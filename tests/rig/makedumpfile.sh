# SPDX-License-Identifier: GPL-2.0-or-later
# The newest makedumpfile in a folder of its own, with the libraries and the ld.so it was built for.

make_tool() {
	local packages deb
	need_space 200
	suite_open sid
	mapfile -t packages < <(needed_by makedumpfile)
	mkdir deb root
	fetch "$PWD/deb" "${packages[@]}" || die "cannot download makedumpfile"
	for deb in deb/*.deb; do
		dpkg-deb -x "$deb" root || die "cannot unpack $deb"
	done
	rm -rf deb root/usr/share
	cat >makedumpfile <<-'END'
		#!/bin/sh
		root=$(dirname "$(readlink -f "$0")")/root
		lib=/lib/x86_64-linux-gnu
		exec "$(ls "$root"/usr/lib64/ld-linux-x86-64.so.2 "$root"$lib/ld-linux-x86-64.so.2 \
			"$root"/usr$lib/ld-linux-x86-64.so.2 2>/dev/null | head -n 1)" \
			--library-path "$root$lib:$root/usr$lib" "$root/usr/bin/makedumpfile" "$@"
	END
	chmod +x makedumpfile
	./makedumpfile -v >version 2>&1 || die "the new makedumpfile does not start: $(head -n 1 version)"
	say "$(head -n 1 version)"
}
