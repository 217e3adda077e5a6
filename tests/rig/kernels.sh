# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels out of Debian packages: $CACHE/kernels/LABEL/{vmlinuz,vmlinux,config,modules/,tools/,release}. Needs
# arches.sh.
#
# Other suites than the machine's own need no change to the machine: apt gets its own folder of
# package lists and a sources.list with the same mirror and another suite name.

# label | architecture | suites to look in | release, as a regular expression | extras
# Extras: vmlinux; kexec=SUITE, that suite's kexec for the architecture. A foreign architecture's busybox comes without
# asking.
KERNELS='
6.1  | x86_64 | bookworm bookworm-security | 6\.1\.0-[0-9]+-cloud-amd64           | vmlinux
5.10 | x86_64 | bullseye bullseye-security | 5\.10\.0-[0-9]+-cloud-amd64          | vmlinux
6.12 | x86_64 | trixie trixie-security     | 6\.12\.[0-9]+\+deb13-amd64           | vmlinux
7    | x86_64 | sid                        | 7\.[0-9.]+\+deb[0-9]+-cloud-amd64    | vmlinux
6.1-dom0 | x86_64 | bookworm bookworm-security | 6\.1\.0-[0-9]+-amd64              | vmlinux
arm64    | arm64    | bookworm bookworm-security | 6\.1\.0-[0-9]+-cloud-arm64    | vmlinux kexec=trixie
armlpae  | armhf    | bookworm bookworm-security | 6\.1\.0-[0-9]+-armmp-lpae     | vmlinux
armmp    | armhf    | bookworm bookworm-security | 6\.1\.0-[0-9]+-armmp          | vmlinux
686pae   | i386     | bookworm bookworm-security | 6\.1\.0-[0-9]+-686-pae        | vmlinux kexec=bookworm
686      | i386     | bookworm bookworm-security | 6\.1\.0-[0-9]+-686            | vmlinux
ppc64el  | ppc64el  | bookworm bookworm-security | 6\.1\.0-[0-9]+-powerpc64le    | vmlinux
s390x    | s390x    | bookworm bookworm-security | 6\.1\.0-[0-9]+-s390x          | vmlinux
riscv64  | riscv64  | trixie trixie-security     | 6\.12\.[0-9]+\+deb13-riscv64  |
malta    | mips64el | bookworm bookworm-security | 6\.1\.0-[0-9]+-5kc-malta      | vmlinux
'

# mirror_of SUITE: URI of the archive that has it, from this machine's apt configuration.
mirror_of() {
	local own uri
	own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	case $1 in *-security) own=$own-security ;; esac
	uri=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
		awk -v own="$own" '$1 == own { print $2; exit }')
	[ -n "$uri" ] || die "apt's configuration on this machine names no Debian archive for $own"
	echo "$uri"
}

# suite_open SUITE...: sets APT to the apt options for these suites and $DEBIAN, and fetches their lists.
suite_open() {
	local dir=$CACHE/apt/$1-$DEBIAN suite keyring=/usr/share/keyrings/debian-archive-keyring.gpg opt=
	mkdir -p "$dir/lists/partial"
	[ ! -e "$keyring" ] || opt="[signed-by=$keyring] "
	for suite in "$@"; do
		echo "deb $opt$(mirror_of "$suite") $suite main"
	done >"$dir/sources.list"
	APT=(-oDir::State::Lists="$dir/lists" -oDir::Etc::sourcelist="$dir/sources.list"
		-oDir::Etc::sourceparts=/dev/null -oDir::Cache::pkgcache= -oDir::Cache::srcpkgcache=
		-oAcquire::Languages=none -oAPT::Sandbox::User=
		-oAPT::Architecture="$DEBIAN" -oAPT::Architectures="$DEBIAN")
	say "package lists of $*, $DEBIAN"
	# One of several suites may be gone from the mirror: the others will do.
	apt-get "${APT[@]}" -qq update </dev/null >&2 || say "some package lists could not be fetched"
}

# fetch DIR PACKAGE...: downloads into DIR with the suite opened last.
fetch() {
	local dir=$1
	shift
	say "fetching $*"
	(cd "$dir" && apt-get "${APT[@]}" -qq download "$@" </dev/null >&2)
}

# needed_by PACKAGE...: these and the libraries they depend on, and theirs.
needed_by() {
	local todo=("$@") seen=' ' package
	while [ ${#todo[@]} -gt 0 ]; do
		package=${todo[0]}
		todo=("${todo[@]:1}")
		case $seen in *" $package "*) continue ;; esac
		seen+="$package "
		echo "$package"
		# Only libraries: not the shell, perl and what else scripts of a package want.
		mapfile -t -O "${#todo[@]}" todo < <(apt-cache "${APT[@]}" depends "$package" |
			awk '/ Depends:/ && $2 ~ /^(lib|zlib1g)/ { print $2 }')
	done
}

# fetch_needed DIR PACKAGE SUITE...: it and the libraries that it needs, from the first of the suites that has all of them: a
# mirror may be half way between two states of one.
fetch_needed() {
	local dir=$1 package=$2 packages suite
	shift 2
	for suite; do
		suite_open "$suite"
		mapfile -t packages < <(needed_by "$package")
		rm -rf "$dir"
		mkdir -p "$dir"
		! fetch "$dir" "${packages[@]}" || return 0
	done
	return 1
}

# releases REGEX: the kernels apt knows, the newest first.
releases() {
	apt-cache "${APT[@]}" pkgnames linux- |
		sed -En "s/^linux-(image|binary)-($1)(-unsigned)?\$/\2/p" | sort -Vur
}

# kernel_use LABEL: sets what the table has of it, and its architecture.
kernel_use() {
	local label arch suites regex extras
	while IFS='|' read -r label arch suites regex extras; do
		[ "${label// /}" = "$1" ] || continue
		SUITES=$suites REGEX=${regex// /} EXTRAS=" $extras "
		arch_use "${arch// /}"
		return 0
	done <<<"$KERNELS"
	die "no kernel with the label $1"
}

# kernel_get LABEL: makes $CACHE/kernels/LABEL unless it is there; sets KERNEL to it. After kernel_use LABEL.
kernel_get() {
	local release work
	KERNEL=$CACHE/kernels/$1
	# an older rig may have left it without
	[ ! -e "$KERNEL/release" ] || { extra vmlinux && [ ! -e "$KERNEL/vmlinux" ]; } || return 0
	need_space 3500
	# shellcheck disable=SC2086 # a list
	suite_open $SUITES

	# A mirror may name a package that it no longer has: an older kernel will do.
	work=$KERNEL.tmp
	for release in $(releases "$REGEX" | head -n 8); do
		rm -rf "$work"
		mkdir -p "$work/deb"
		! kernel_fetch "$work/deb" "$release" || break
		release=
	done
	[ -n "${release:-}" ] || die "no kernel like $REGEX to be had from: $SUITES"

	kernel_unpack "$work" "$release"
	! extra vmlinux || kernel_debug "$work"
	[ "$ARCH" = x86_64 ] || kernel_tools "$work"
	rm -rf "$work/deb" "$KERNEL"
	echo "$release" >"$work/release"
	mv "$work" "$KERNEL"
	say "kernel $1 is $release"
}

extra() { case $EXTRAS in *" $1 "*) ;; *) return 1 ;; esac; }

# kernel_fetch FOLDER RELEASE: the packages of the kernel, by their names of today and of 7.x.
kernel_fetch() {
	if apt-cache "${APT[@]}" show "linux-binary-$2" >/dev/null 2>&1; then
		fetch "$1" "linux-binary-$2" "linux-modules-$2" "linux-base-$2" || return
	else
		fetch "$1" "linux-image-$2" || fetch "$1" "linux-image-$2-unsigned" || return
	fi
	! extra vmlinux || fetch "$1" "linux-image-$2-dbg"
}

kernel_unpack() {
	local root=$1/deb/root release=$2 deb
	for deb in "$1"/deb/*.deb; do
		case $deb in *-dbg_*) continue ;; esac
		dpkg-deb -x "$deb" "$root" || die "cannot unpack $deb"
	done
	# In /boot, or since 7.x among the modules. Where there is no compressed form it is named vmlinux.
	find "$root" -name 'vmlinu[xz]*' -type f -exec mv {} "$1/vmlinuz" \;
	[ -e "$1/vmlinuz" ] || die "no vmlinuz in the packages of $release"
	find "$root/boot" -name 'config-*' -exec mv {} "$1/config" \; 2>/dev/null
	# The layout that depmod and modprobe want: modules/lib/modules/RELEASE.
	mkdir -p "$1/modules/lib/modules"
	find "$root" -path "*/modules/$release" -prune -exec mv {} "$1/modules/lib/modules/" \;
	/sbin/depmod -b "$1/modules" "$release" || die "no modules in the packages of $release"
}

# Only vmlinux is taken out of the package: all of it would be several GB. It lies in boot, near the start, where it ends
# the reading, or since 7.x among the modules.
kernel_debug() {
	local where=boot/vmlinux-*
	[ ! -e "$(echo "$1"/deb/linux-binary-*.deb)" ] || where=lib/modules/*/vmlinux
	dpkg-deb --fsys-tarfile "$1"/deb/*-dbg_*.deb 2>/dev/null |
		tar -xf - -C "$1" --occurrence=1 --wildcards --transform='s,.*/vmlinux.*,vmlinux,' "./usr/lib/debug/$where"
	[ -s "$1/vmlinux" ] || die "no vmlinux in the -dbg package"
}

# The programs of the initramfs that an architecture other than ours needs: tools/busybox, and tools/kexec with its
# libraries in tools/lib.
kernel_tools() {
	local deb=$1/deb/tools tools=$1/tools name suite
	mkdir -p "$deb" "$tools/lib"
	fetch "$deb" busybox-static || die "no busybox for $ARCH"
	suite=$(sed -n 's/.* kexec=\([^ ]*\) .*/\1/p' <<<"$EXTRAS")
	[ -z "$suite" ] || fetch_needed "$deb/kexec" kexec-tools "$suite" sid || die "no kexec for $ARCH"
	for name in "$deb"/*.deb "$deb"/kexec/*.deb; do
		[ -e "$name" ] || continue
		dpkg-deb -x "$name" "$deb/root" || die "cannot unpack $name"
	done
	# /bin and /sbin moved into /usr.
	find "$deb/root" -path '*/bin/busybox' -exec cp {} "$tools/" \;
	[ -e "$tools/busybox" ] || die "no busybox in its package"
	[ -z "$suite" ] || tool_with_libraries "$deb/root" "$(cd "$deb/root" && find . -path '*/sbin/kexec')" "$tools"
}

# tool_with_libraries ROOT FILE FOLDER: ldd is for our own architecture only. They are told by name; the loader is
# copied to where the program looks for it.
tool_with_libraries() {
	local root=$1 folder=$3 todo=("$1/$2") file name
	cp "$root/$2" "$folder/"
	name=$(readelf -lW "$root/$2" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
	echo "$name" >"$folder/loader"
	while [ ${#todo[@]} -gt 0 ]; do
		file=${todo[0]}
		todo=("${todo[@]:1}")
		for name in $(readelf -dW "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
			[ ! -e "$folder/lib/$name" ] || continue
			file=$(find "$root" -name "$name" | head -n 1)
			[ -n "$file" ] || die "no $name for $2"
			cp -L "$file" "$folder/lib/$name"
			todo+=("$file")
		done
	done
	file=$(find "$root" -name "$(basename "$(cat "$folder/loader")")" | head -n 1)
	cp -L "$file" "$folder/lib/" || die "no $(cat "$folder/loader") for $2"
}
