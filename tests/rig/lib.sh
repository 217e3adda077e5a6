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

# Debian packages, each with a file that proves it is there, and the architecture it is for if not for all.
DEPS='
kexec-tools         /sbin/kexec
busybox-static      /bin/busybox
makedumpfile        /usr/bin/makedumpfile
kmod                /sbin/depmod
cpio                /usr/bin/cpio
xz-utils            /usr/bin/xz
gcc                 /usr/bin/gcc
libc6-dev           /usr/include/stdio.h
libxen-dev          /usr/include/xenctrl.h          x86_64
python3             /usr/bin/python3
util-linux          /usr/bin/flock
qemu-system-x86     /usr/bin/qemu-system-x86_64     x86_64
qemu-system-x86     /usr/bin/qemu-system-i386       i386
libc6-dev-i386      /usr/lib32/libc.a               i386
lib32gcc-12-dev     /usr/lib/gcc/x86_64-linux-gnu/12/32/libgcc.a  i386
qemu-system-arm     /usr/bin/qemu-system-aarch64    arm64
gcc-aarch64-linux-gnu  /usr/bin/aarch64-linux-gnu-gcc  arm64
libc6-dev-arm64-cross  /usr/aarch64-linux-gnu/lib/libc.a  arm64
qemu-system-arm     /usr/bin/qemu-system-arm        armhf
gcc-arm-linux-gnueabihf  /usr/bin/arm-linux-gnueabihf-gcc  armhf
libc6-dev-armhf-cross  /usr/arm-linux-gnueabihf/lib/libc.a  armhf
qemu-system-ppc     /usr/bin/qemu-system-ppc64      ppc64el
gcc-powerpc64le-linux-gnu  /usr/bin/powerpc64le-linux-gnu-gcc  ppc64el
libc6-dev-ppc64el-cross  /usr/powerpc64le-linux-gnu/lib/libc.a  ppc64el
qemu-system-misc    /usr/bin/qemu-system-s390x      s390x
gcc-s390x-linux-gnu  /usr/bin/s390x-linux-gnu-gcc   s390x
libc6-dev-s390x-cross  /usr/s390x-linux-gnu/lib/libc.a  s390x
qemu-user-static    /usr/bin/qemu-s390x-static      s390x
qemu-system-misc    /usr/bin/qemu-system-riscv64    riscv64
opensbi             /usr/lib/riscv64-linux-gnu/opensbi  riscv64
gcc-riscv64-linux-gnu  /usr/bin/riscv64-linux-gnu-gcc  riscv64
libc6-dev-riscv64-cross  /usr/riscv64-linux-gnu/lib/libc.a  riscv64
qemu-system-mips    /usr/bin/qemu-system-mips64el   mips64el
gcc-mips64el-linux-gnuabi64  /usr/bin/mips64el-linux-gnuabi64-gcc  mips64el
libc6-dev-mips64el-cross  /usr/mips64el-linux-gnuabi64/lib/libc.a  mips64el
'

# install_deps: what is missing for $ARCH.
install_deps() {
	local package file arch missing=()
	while read -r package file arch; do
		[ -z "$package" ] || [ "${arch:-$ARCH}" != "$ARCH" ] || [ -e "$file" ] || missing+=("$package")
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
	apt-get install -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends "$@" </dev/null >&2
}

# lock NAME: one maker of a thing at a time. Held until the process ends.
lock() {
	mkdir -p "$CACHE/locks"
	exec 9>"$CACHE/locks/$1"
	flock 9
}
