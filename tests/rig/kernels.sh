# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels out of Debian packages: $CACHE/kernels/LABEL/{vmlinuz,vmlinux,modules/,release}.
#
# Other suites than the machine's own need no change to the machine: apt gets its own folder of
# package lists and a sources.list with the same mirror and another suite name.

# label | suites to look in | release, as a regular expression | with debug info
KERNELS='
6.1  | bookworm bookworm-security | 6\.1\.0-[0-9]+-cloud-amd64           | vmlinux
5.10 | bullseye bullseye-security | 5\.10\.0-[0-9]+-cloud-amd64          |
6.12 | trixie trixie-security     | 6\.12\.[0-9]+\+deb13-amd64           |
7    | sid                        | 7\.[0-9.]+\+deb[0-9]+-cloud-amd64    |
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

# suite_open SUITE...: sets APT to the apt options for these suites, and fetches their lists.
suite_open() {
	local dir=$CACHE/apt/${1} suite keyring=/usr/share/keyrings/debian-archive-keyring.gpg opt=
	mkdir -p "$dir/lists/partial"
	[ ! -e "$keyring" ] || opt="[signed-by=$keyring] "
	for suite in "$@"; do
		echo "deb $opt$(mirror_of "$suite") $suite main"
	done >"$dir/sources.list"
	APT=(-oDir::State::Lists="$dir/lists" -oDir::Etc::sourcelist="$dir/sources.list"
		-oDir::Etc::sourceparts=/dev/null -oDir::Cache::pkgcache= -oDir::Cache::srcpkgcache=
		-oAcquire::Languages=none -oAPT::Sandbox::User=)
	say "package lists of $*"
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

# releases REGEX: the kernels apt knows, the newest first.
releases() {
	apt-cache "${APT[@]}" pkgnames linux- |
		sed -En "s/^linux-(image|binary)-($1)(-unsigned)?\$/\2/p" | sort -Vur
}

kernel_row() {
	local label suites regex debug
	while IFS='|' read -r label suites regex debug; do
		[ "${label// /}" = "$1" ] || continue
		SUITES=$suites REGEX=${regex// /} DEBUG=${debug// /}
		return 0
	done <<<"$KERNELS"
	die "no kernel with the label $1"
}

# kernel_get LABEL: makes $CACHE/kernels/LABEL unless it is there; sets KERNEL to it.
kernel_get() {
	local release work
	KERNEL=$CACHE/kernels/$1
	[ ! -e "$KERNEL/release" ] || return 0
	kernel_row "$1"
	need_space 1500
	# shellcheck disable=SC2086 # a list
	suite_open $SUITES

	# A mirror may name a package that it no longer has: an older kernel will do.
	work=$KERNEL.tmp
	for release in $(releases "$REGEX" | head -n 4); do
		rm -rf "$work"
		mkdir -p "$work/deb"
		! kernel_fetch "$work/deb" "$release" || break
		release=
	done
	[ -n "${release:-}" ] || die "no kernel like $REGEX to be had from: $SUITES"

	kernel_unpack "$work" "$release"
	[ -z "$DEBUG" ] || kernel_debug "$work"
	rm -rf "$work/deb" "$KERNEL"
	echo "$release" >"$work/release"
	mv "$work" "$KERNEL"
	say "kernel $1 is $release"
}

# kernel_fetch FOLDER RELEASE: the packages of the kernel, by their names of today and of 7.x.
kernel_fetch() {
	if apt-cache "${APT[@]}" show "linux-binary-$2" >/dev/null 2>&1; then
		fetch "$1" "linux-binary-$2" "linux-modules-$2" "linux-base-$2" || return
	else
		fetch "$1" "linux-image-$2" || fetch "$1" "linux-image-$2-unsigned" || return
	fi
	[ -z "$DEBUG" ] || fetch "$1" "linux-image-$2-dbg"
}

kernel_unpack() {
	local root=$1/deb/root release=$2 deb
	for deb in "$1"/deb/*.deb; do
		case $deb in *-dbg_*) continue ;; esac
		dpkg-deb -x "$deb" "$root" || die "cannot unpack $deb"
	done
	# In /boot, or since 7.x among the modules.
	find "$root" -name 'vmlinuz*' -type f -exec mv {} "$1/vmlinuz" \;
	[ -e "$1/vmlinuz" ] || die "no vmlinuz in the packages of $release"
	# The layout that depmod and modprobe want: modules/lib/modules/RELEASE.
	mkdir -p "$1/modules/lib/modules"
	find "$root" -path "*/modules/$release" -prune -exec mv {} "$1/modules/lib/modules/" \;
	/sbin/depmod -b "$1/modules" "$release" || die "no modules in the packages of $release"
}

# Only vmlinux is taken out of the package: all of it would be several GB.
kernel_debug() {
	dpkg-deb --fsys-tarfile "$1"/deb/*-dbg_*.deb |
		tar -xf - -C "$1" --wildcards --transform='s,.*/vmlinux.*,vmlinux,' './usr/lib/debug/boot/vmlinux-*' ||
		die "no vmlinux in the -dbg package"
}
