# SPDX-License-Identifier: GPL-2.0-or-later
# What the guest of a set with the option "proc" saves for tests to compare with:
#   copies/proc/   /proc: files, links as links; kcore, kallsyms, mem and the like are left out. <pid>/net of those with
#                  another network than pid 1's only
#   copies/sys/    module/, block/, class/net/, devices/system/
#   copies/tools/  what programs of the host printed there: NAME, and NAME.status: exit status and command
#   copies/last/   files of /proc that all this has changed, once more, right before the panic

PROC_TOOLS='ps pstree top lsof fuser pmap free vmstat uptime lsmod mount findmnt ss netstat slabtop ipcs lscpu swapon lslocks lsns'

# tools_into FOLDER: programs of the host with their libraries, apart from busybox.
tools_into() {
	local name file lib
	mkdir -p "$1/host"
	for name in $PROC_TOOLS; do
		file=$(PATH=$PATH:/sbin:/usr/sbin type -P "$name") || die "no $name here: it is to be run in the guest"
		cp -L "$file" "$1/host/$name"
		for lib in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*'); do
			mkdir -p "$1/${lib%/*}"
			[ -e "$1/$lib" ] || cp -L "$lib" "$1/$lib"
		done
	done
}

copies_write() {
	mkdir copies copies/last
	tar -xf proc.img -C copies || die "the guest has saved no copies"
	dd if=proc.img bs=1M skip=96 2>/dev/null | tar -xf - -C copies/last || die "the guest has saved no last copies"
	rm proc.img
	[ -s copies/last/stat ] || die "no copy of /proc/stat"
	[ -s copies/proc/1/stat ] || die "no copy of /proc/1/stat"
}
