#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --cat of images: straight to what can be written in any order, whatever it holds already; what the others get; a disk
# that gets full.
. tests/lib.sh

dump=$T/dump nowhere=$T/nowhere
real_dump "$dump"
images="level-0/dump.lzo level-31/dump.lzo level-31/dump.none level-1/split-3/2 level-31/flattened level-31/elf"

# No temporary file is possible: what works needs none.
straight() { TMPDIR=$nowhere "$VMCOREFS" --cat "$1" "$dump" 2>"$T/err"; }

for image in $images; do
	straight $image >"$T/want"
	is "$? $(cat "$T/err")" "0 " "$image: to a new file"
	straight $image >/dev/null
	is "$? $(cat "$T/err")" "0 " "... to /dev/null"

	echo head >"$T/file"
	{ straight $image && echo tail; } >>"$T/file"
	is "$(cat "$T/err")" "" "... to a file that is open to append"
	{ echo head; cat "$T/want"; echo tail; } | cmp - "$T/file"
	result $? "... between what others append"

	size=$(stat -c %s "$T/want")
	head -c $((size + 5000000)) /dev/urandom >"$T/old"
	cp "$T/old" "$T/file"
	straight $image 1<>"$T/file"
	is "$? $(cat "$T/err")" "0 " "... over a file with other contents"
	{ cat "$T/want"; tail -c +$((size + 1)) "$T/old"; } | cmp - "$T/file"
	result $? "... nothing of them in it, and nothing behind it is gone"
done

# --- a block device
if [[ $UID == 0 ]] && loop=$(losetup -f --show "$T/old" 2>/dev/null); then
	for image in level-31/dump.lzo level-31/elf; do
		straight $image >"$T/want"
		straight $image >"$loop"
		is "$? $(cat "$T/err")" "0 " "$image: to a block device"
		cmp -n "$(stat -c %s "$T/want")" "$T/want" "$loop"
		result $? "... the same bytes"
	done
	losetup -d "$loop"
else
	skip "block device" "no loop device"
fi

# --- pipes
for image in level-31/flattened level-31/elf level-31/raw level-31/lime level-1/dump level-0/dump.none level-31/dump.none; do
	straight $image | cat >"$T/piped"
	is "${PIPESTATUS[0]} $(cat "$T/err")" "0 " "$image to a pipe: no temporary file"
	straight $image >"$T/want"
	same "$T/piped" "$T/want" "... the same bytes as in a file"
done
"$VMCOREFS" --cat level-31/dump.lzo "$dump" 2>"$T/err" | cat >"$T/piped"
like "$(cat "$T/err")" "^vmcorefs: warning: .*temporary file in .*TMPDIR.*'flattened'" "another codec: a warning that says what needs none"
is "$(wc -l <"$T/err")" 1 "... one line"
"$VMCOREFS" --cat level-31/dump.lzo "$dump" >"$T/want"
same "$T/piped" "$T/want" "... the same bytes"
"$VMCOREFS" --cat level-31/split-2/1 -o compress=lzo "$dump" 2>"$T/err" | cat >"$T/piped"
like "$(cat "$T/err")" "^vmcorefs: warning: .*temporary file in .*TMPDIR" "a part of a set: a warning"
unlike "$(cat "$T/err")" "flattened" "... there is no flattened one"

# What the last message and the file say: of forms that can say so.
says_incomplete() {
	case $1 in
	*split-*) like "$(cat "$T/err")" "; the file is incomplete and says so$" "... and what it is" ;;
	*dump.* | *elf)
		like "$(cat "$T/err")" "; the file is incomplete and says so$" "... and what it is"
		like "$("$VMCOREFS" --cat info "$2" 2>&1)" "incomplete: yes" "... it does" ;;
	*) unlike "$(cat "$T/err")" "incomplete" "... and claims nothing of it" ;;
	esac
}

# --- other ends than a full disk
for image in level-0/dump.lzo level-0/dump.none level-1/split-2/1 level-0/elf level-0/flattened level-0/raw; do
	(ulimit -f 2048 && straight $image >"$T/file")
	is $? 2 "$image beyond the limit on the size of files: status 2"
	is "$(wc -l <"$T/err")" 1 "... one line" || diag "$(cat "$T/err")"
	like "$(cat "$T/err")" "^vmcorefs: standard output \($T/file\): File too large( after [0-9]+ KiB)?" "... that says so"
	says_incomplete $image "$T/file"
done
(ulimit -f 512 && "$VMCOREFS" --cat level-0/dump.lzo "$dump" 2>"$T/err" | head -c 1 >/dev/null; exit "${PIPESTATUS[0]}")
is $? 32 "a temporary file beyond it: status 32"
like "$(tail -n 1 "$T/err")" "^vmcorefs: temporary file in .*: File too large; there is a limit" "... and which file it is"
# injected WHAT VIEW: it meets that in pwrite(2). Leaks cannot be looked for in a program that is traced.
injected() {
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 TMPDIR=$nowhere taskset -c 0 strace -f -o /dev/null -e trace=pwrite64 \
		-e inject=pwrite64:"$1" "$VMCOREFS" --cat "$2" "$dump" >"$T/file" 2>"$T/err"
}
if strace -o /dev/null true 2>/dev/null; then
	for error in EDQUOT EIO; do
		for image in level-0/dump.lzo level-0/elf; do
			injected error=$error:when=8+ $image
			is $? 2 "$image, $error: status 2"
			says_incomplete $image "$T/file"
		done
	done
	# killed in the middle
	for image in level-0/dump.lzo level-0/elf; do
		injected signal=SIGKILL:when=8 $image
		like "$("$VMCOREFS" --cat info "$T/file" 2>&1)" "incomplete: yes" "$image, killed: the file says that it is incomplete"
	done
else
	skip "errors of the output" "no strace"
fi

# --- the disk gets full: a message with the file and how much is in it, and the file says that it is incomplete
small=$T/small
mkdir "$small"
if [[ $UID == 0 ]] && mount -t tmpfs -o size=3m vmcorefs-test "$small" 2>/dev/null; then
	trap 'umount -l "$small"' EXIT
	for image in level-0/dump.lzo level-0/dump.none level-0/elf level-0/flattened level-0/raw; do
		straight $image >"$small/file"
		is $? 2 "$image to a full disk: status 2"
		is "$(wc -l <"$T/err")" 1 "... one line" || diag "$(cat "$T/err")"
		like "$(cat "$T/err")" "^vmcorefs: standard output \($small/file\): No space left on device after [0-9]+ KiB" \
			"... that names the file and how much was written"
		says_incomplete $image "$small/file"
		rm "$small/file"
	done
	straight level-31/dump.lzo >/dev/full
	is $? 2 "/dev/full: status 2"
	is "$(cat "$T/err")" "vmcorefs: standard output (/dev/full): No space left on device" "... and says so"
else
	skip "a full disk" "no tmpfs"
fi
done_testing
