# SPDX-License-Identifier: GPL-2.0-or-later
# The newest crash and drgn: those of Debian 12 misread its own kernel's tasks. A small Debian sid in a folder of its own,
# and a program that runs theirs in it.

make_judges() {
	need_space 1000
	[ -x /usr/bin/mmdebstrap ] || apt_install mmdebstrap || die "cannot install mmdebstrap"
	say "a root with crash and drgn of sid"
	# A mirror may be behind with its signatures' dates: what it has will do.
	mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
		--dpkgopt='path-exclude=/usr/share/{doc,man,locale}/*' --include=crash,python3-drgn \
		sid root "$(mirror_of bookworm)" </dev/null >&2 || die "cannot make the root"
	cat >judge <<-'END'
		#!/bin/sh
		# judge PROGRAM [ARGUMENT...]: the program of the root, with this machine's files under their own (absolute) paths
		here=$(dirname "$(readlink -f "$0")")
		exec unshare --mount --propagation slave sh -c '
			here=$1 root=$1/root
			shift
			for folder in /* "$here"; do
				case $folder in
				/bin | /boot | /etc | /lib* | /sbin | /usr | /var) continue ;;
				esac
				[ -d "$folder" ] || continue
				mkdir -p "$root$folder" && mount --rbind "$folder" "$root$folder" || exit 125
			done
			exec chroot "$root" "$@"' - "$here" "$@"
	END
	chmod +x judge
	{ ./judge crash --version | sed -n 2p; ./judge drgn --version | head -n 1; } >version 2>&1
	grep -q '^crash ' version && grep -q '^drgn ' version || die "the newest judges do not start: $(cat version)"
	say "$(paste -sd, version)"
}
