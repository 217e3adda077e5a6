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

# not listed: levels, parts, and names of what is in memory
named=(level-0/elf level-0/dump level-1/dump.zlib level-1/raw level-1/report level-1/split-2/1 level-1/split-2/2
	vtop/init_task symbols/init_task virt/init_task struct/task_struct@init_task var/init_uts_ns json/init_uts_ns
	types/list_head text/schedule list/task_struct.tasks@init_task percpu/runqueues/0 pfn/1 pfn/999999999 nothing)

# the sums of all files in a mount but those about the mount itself, of one level and two processes, and of those named; and what
# reading them said
sums() {	# MOUNT FILE
	(cd "$1" && {
		find . -path './level-*' ! -path './level-31*' -prune -o -path './proc/[0-9]*' ! -path './proc/[12]' ! -path './proc/[12]/*' -prune \
			-o -type f ! -path ./info ! -path ./progress ! -path ./README -print0 | LC_ALL=C sort -z
		printf '%s\0' "${named[@]}"
	} | xargs -0 -n 1 bash -c 'sum=$(set -o pipefail; cat "$1" 2>&1 | sha256sum); echo "$1 $? $sum"' bash) >"$2"
}

# compare NAME OPTIONS DUMP...
compare() {
	local mode name=$1 options=$2
	shift 2
	mkdir -p "$T/mnt"
	for mode in off on; do
		"$VMCOREFS" -o "sandbox=$mode${options:+,$options}" "$@" "$T/mnt" 2>"$T/$mode.err" || {
			fail "$name: sandbox=$mode mounts"
			diag "$(cat "$T/$mode.err")"
			return
		}
		sums "$T/mnt" "$T/$mode.sums"
		[[ $mode == off ]] || is "$(sed -n 's/^sandbox: //p' "$T/mnt/info")" "$expected" "$name: in the sandbox"
		fusermount3 -u "$T/mnt"
		retry not_mounted "$T/mnt"
	done
	[[ $(wc -l <"$T/on.sums") -gt 20 ]] || fail "$name: the test wants files"
	same "$T/off.sums" "$T/on.sums" "$name: $(wc -l <"$T/on.sums") files are the same"
	same "$T/off.err" "$T/on.err" "... and what is said"
}

corpus=$PWD/tests/corpus/tiny61.kdump
expected=$state
compare "zstd" threads=3,clone_fd "$corpus"
# of what is in proc/ it lacks what level 31 leaves out
is "$(sed -n 's/ 1 .*//p' "$T/on.sums" | grep -v '^./proc/' | xargs)" "pfn/1 pfn/999999999 nothing" "... all can be read but what the dump has not"
for codec in zlib lzo snappy; do
	"$VMCOREFS" --cat "level-31/dump.$codec" -o sandbox=off "$corpus" >"$T/dump" 2>/dev/null
	compare "$codec" "compress=$codec" "$T/dump"
done
"$VMCOREFS" --cat level-31/flattened -o sandbox=off "$corpus" >"$T/dump"
gzip -k "$T/dump"
compare "flattened" "" "$T/dump"
compare "gzip, into a temporary file" unpack=always "$T/dump.gz"
mkdir "$T/folder"
cp "$corpus" "$T/folder/vmcore"
compare "a folder" "" "$T/folder"

for i in 1 2 3; do
	"$VMCOREFS" --cat "level-1/split-3/$i" -o sandbox=off "$corpus" >"$T/part$i"
done
compare "a split set" "" "$T/part2" "$T/part3" "$T/part1"
printf '%s\n' "erase init_uts_ns.name.nodename" "erase string Linux" >"$T/rules"
compare "erase rules" "erase=$T/rules" "$corpus"
if have gcc; then
	"$VMCOREFS" --cat vmcoreinfo -o sandbox=off "$corpus" >"$T/own"
	tests/tools/make-vmlinux "$T/own" "$T/vmlinux" mem_section=ffffffff833aa798 \
		"version=$("$VMCOREFS" --cat info "$corpus" | sed -n 's/^version: //p')" >"$T/gcc" 2>&1 || diag "$(cat "$T/gcc")"
	compare "a vmlinux" "vmlinux=$T/vmlinux" "$corpus"
else
	skip "a vmlinux" "no gcc"
fi

# what another mount of the same user shows: nobody else may ask FUSE for its size
mkdir "$T/inner"
ok "a mount" mount_dump "$corpus" "$T/inner"
ok "a mount of a file in it" mount_dump "$T/inner/level-31/dump" "$T/mnt"
same <("$VMCOREFS" --cat dmesg "$corpus") "$T/mnt/dmesg" "... shows the dump"
unmount "$T/mnt"
unmount "$T/inner"

. tests/http.sh
if have nginx || [[ -x /usr/sbin/nginx ]]; then
	start_nginx "$T/folder"
	expected="$state; transfers: ${state%system calls of*}system calls of a client of the internet"
	compare "a server" "" "$web/vmcore"
	stop_nginx
else
	skip "a server" "nginx is not installed"
fi
done_testing
