#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 900
# All views are the same in the sandbox and without it, and nothing that a view needs ends the process.
. tests/lib.sh
need_fuse

state=$("$VMCOREFS" --cat info tests/corpus/tiny61.kdump | sed -n 's/^sandbox: //p')
[[ $state != off* ]] || skip_all "the sandbox is $state"
like "$state" "^no capabilities, (user [1-9][0-9]*|still root .*), (landlock [0-9]+|no landlock .*), (system calls of|all system calls)" \
	"info says what is in force: $state"
is "$("$VMCOREFS" --cat info -o sandbox=off tests/corpus/tiny61.kdump | grep '^sandbox')" "sandbox: off" "... and that nothing is"

# the sums of all files in a mount but those about the mount itself, of one level, and what reading them said
sums() {	# MOUNT FILE
	(cd "$1" && find . -path './level-*' ! -path './level-31*' -prune -o -type f ! -path ./info ! -path ./progress ! -path ./README \
		-print0 | LC_ALL=C sort -z | xargs -0 -n 1 sh -c 'printf "%s " "$1"; cat "$1" 2>&1 | sha256sum' sh) >"$2"
}

# compare NAME DUMP [OPTIONS]
compare() {
	local mode
	mkdir -p "$T/mnt"
	for mode in off on; do
		"$VMCOREFS" -o "sandbox=$mode${3:+,$3}" "$2" "$T/mnt" 2>"$T/$mode.err" || {
			fail "$1: sandbox=$mode mounts"
			diag "$(cat "$T/$mode.err")"
			return
		}
		sums "$T/mnt" "$T/$mode.sums"
		[[ $mode == off ]] || is "$(sed -n 's/^sandbox: //p' "$T/mnt/info")" "$state" "$1: in the sandbox"
		fusermount3 -u "$T/mnt"
		retry not_mounted "$T/mnt"
	done
	[[ $(wc -l <"$T/on.sums") -gt 20 ]] || fail "$1: the test wants files"
	same "$T/off.sums" "$T/on.sums" "$1: $(wc -l <"$T/on.sums") files are the same"
}

corpus=$PWD/tests/corpus/tiny61.kdump
compare "zstd" "$corpus" threads=3,clone_fd
for codec in zlib lzo snappy; do
	"$VMCOREFS" --cat "level-31/dump.$codec" -o sandbox=off "$corpus" >"$T/dump" 2>/dev/null
	compare "$codec" "$T/dump" "compress=$codec"
done
"$VMCOREFS" --cat level-31/flattened -o sandbox=off "$corpus" >"$T/dump"
gzip -k "$T/dump"
compare "flattened" "$T/dump"
compare "gzip, into a temporary file" "$T/dump.gz" unpack=always
mkdir "$T/folder"
cp "$corpus" "$T/folder/vmcore"
compare "a folder" "$T/folder"

# what another mount of the same user shows: nobody else may ask FUSE for its size
mkdir "$T/inner"
ok "a mount" mount_dump "$corpus" "$T/inner"
ok "a mount of a file in it" mount_dump "$T/inner/level-31/dump" "$T/mnt"
same <("$VMCOREFS" --cat dmesg "$corpus") "$T/mnt/dmesg" "... shows the dump"
unmount "$T/mnt"
unmount "$T/inner"
done_testing
