# SPDX-License-Identifier: GPL-2.0-or-later
# Things every part of the rig needs: messages, the cache, dependencies, free space.

# Raise this when a changed rig should make its dumps again.
RIG_VERSION=2

CACHE=${VMCOREFS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmcorefs}

say() { printf 'rig: %s\n' "$*" >&2; }
die() { printf 'rig: error: %s\n' "$*" >&2; exit 1; }

# need_space MIB: stop before the disk is full, not when it is.
need_space() {
	local free
	mkdir -p "$CACHE"
	free=$(df -Pm "$CACHE" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$1" ] || die "$CACHE: $1 MiB needed, $free MiB free"
}

# Debian packages, each with a file that proves it is there.
DEPS='
qemu-system-x86     /usr/bin/qemu-system-x86_64
kexec-tools         /sbin/kexec
busybox-static      /bin/busybox
makedumpfile        /usr/bin/makedumpfile
kmod                /sbin/depmod
cpio                /usr/bin/cpio
xz-utils            /usr/bin/xz
gcc                 /usr/bin/gcc
libc6-dev           /usr/include/stdio.h
python3             /usr/bin/python3
util-linux          /usr/bin/flock
'

install_deps() {
	local package file missing=()
	while read -r package file; do
		[ -z "$package" ] || [ -e "$file" ] || missing+=("$package")
	done <<<"$DEPS"
	# /bin/busybox may be the dynamic one of another package.
	if [ -e /bin/busybox ] && ! dpkg -s busybox-static >/dev/null 2>&1; then
		missing+=(busybox-static)
	fi
	[ ${#missing[@]} -gt 0 ] || return 0

	[ "$(id -u)" = 0 ] || die "not installed (and not root): ${missing[*]}"
	say "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	if ! apt_install "${missing[@]}"; then
		apt-get -q update </dev/null >&2 || die "apt-get update failed"
		apt_install "${missing[@]}" || die "cannot install: ${missing[*]}"
	fi
}

apt_install() {
	apt-get install -q -y --no-install-recommends "$@" </dev/null >&2
}

# lock NAME: one maker of a thing at a time. Held until the process ends.
lock() {
	mkdir -p "$CACHE/locks"
	exec 9>"$CACHE/locks/$1"
	flock 9
}
