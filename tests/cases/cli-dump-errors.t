#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that are no dump: status 32 and one line, before anything is mounted.
. tests/lib.sh

mkdir "$T/mnt"

# refused DUMP REGEX NAME
refused() {
	local how
	for how in "--list $1" "--cat raw $1" "$1 $T/mnt" "-f $1 $T/mnt"; do
		# shellcheck disable=SC2086
		timeout 20 "$VMCOREFS" $how >"$T/out" 2>"$T/err"
		is $? 32 "$3: status 32 (${how%% *})"
		like "$(cat "$T/err")" "^vmcorefs: .*$2" "... says why"
		is "$(grep -vc '^vmcorefs: warning: ' "$T/err")" 1 "... in one line, warnings apart"
		is "$(wc -c <"$T/out")" 0 "... and nothing on stdout"
	done
	mountpoint -q "$T/mnt" && fail "$3: mounted" || pass "$3: nothing is mounted"
}

refused "$T/missing" "missing.*No such file or directory" "missing file"
refused ssh://host/vmcore "No such file or directory; of addresses, http:// and https:// are read$" "another address"
refused "file://$T/dump" "No such file or directory; give the path alone, without file://$" "a file as an address"
refused root@host:/var/crash/vmcore "No such file or directory; of another machine, its folder can be mounted .sshfs.$" "scp's form"
refused "$T/a:b" "a:b: No such file or directory$" "a colon behind a slash"
refused "$T" "$(basename "$T").*(directory|folder)" "a folder"
: >"$T/empty"
refused "$T/empty" "empty" "empty file"
echo "this is not a dump" >"$T/text"
refused "$T/text" "text" "a short text"
head -c 1000000 /dev/zero >"$T/zeroes"
refused "$T/zeroes" "zeroes" "zeroes"
head -c 1000000 /dev/urandom >"$T/random"
refused "$T/random" "random" "random bytes"
refused "$VMCOREFS" "vmcorefs" "a program"
mkfifo "$T/fifo"
refused "$T/fifo" "fifo" "a pipe"
refused /dev/null "/dev/null" "/dev/null"
small_dump "$T/dump"
for n in 1 4 16 52 64 100; do
	head -c $n "$T/dump" >"$T/cut-$n"
	refused "$T/cut-$n" "cut-$n" "the first $n bytes of an ELF dump"
done
small_dump "$T/kdump" "format kdump"
for n in 8 460 4096; do
	head -c $n "$T/kdump" >"$T/kcut-$n"
	refused "$T/kcut-$n" "kcut-$n" "the first $n bytes of a kdump-compressed dump"
done

# A dump that was cut while it was written opens, with a warning, for what is there.
head -c 20000 "$T/dump" >"$T/incomplete"
"$VMCOREFS" --cat info "$T/incomplete" >"$T/out" 2>"$T/err"
is $? 0 "a truncated dump opens"
like "$(cat "$T/err")" "warning: .*incomplete: .*truncated" "... with a warning"
like "$(cat "$T/out")" "incomplete: yes" "... and info says it"

if [[ $(id -u) == 0 ]] && have setpriv; then
	cp "$VMCOREFS" "$T/program" && chmod 755 "$T/program"
	chmod 000 "$T/text"
	setpriv --reuid=65534 --regid=65534 --clear-groups "$T/program" --list "$T/text" >"$T/out" 2>"$T/err"
	is $? 32 "unreadable: status 32"
	like "$(cat "$T/err")" "^vmcorefs: .*text.*Permission denied" "... says why"
	is "$(cat "$T/out" "$T/err" | wc -l)" 1 "... in one line"
else
	skip "unreadable dump" "needs root and setpriv"
fi

done_testing
