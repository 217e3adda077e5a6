#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A dump through a pipe, and standard input as DUMP.
. tests/lib.sh

dump=$T/dump
small_dump "$dump" "format kdump"
"$VMCOREFS" --cat raw "$dump" >"$T/want"

# gives NAME OPTION...: what is in the dump, of which the last argument is DUMP, comes out, and no word else
gives() {
	local name=$1
	shift
	"$VMCOREFS" --cat raw "$@" >"$T/got" 2>"$T/err"
	is "$? $(cat "$T/err")" "0 " "$name: no complaints"
	same "$T/got" "$T/want" "$name: contents"
}

gives "standard input, a file" - <"$dump"
cat "$dump" | gives "standard input, a pipe" -
checks=$((checks + 2))			# those of a subshell
gives "a pipe by its name" <(cat "$dump")
"$VMCOREFS" --cat flattened "$dump" | gives "a flattened stream" -
checks=$((checks + 2))
gzip -c "$dump" | gives "a compressed one" -
checks=$((checks + 2))
mkfifo "$T/fifo"
(sleep 0.3; cat "$dump" >"$T/fifo") &
gives "a FIFO that somebody opens later" "$T/fifo"
wait
like "$(cat "$dump" | "$VMCOREFS" --cat info -)" "^file: standard input"$'\n' "info names it"
like "$(cat "$dump" | "$VMCOREFS" --list -)" "kdump-compressed" "--list"
like "$(cd "$T" && cp dump ./- && "$VMCOREFS" --cat info ./-)" "^file: ./-"$'\n' "a file of this name"

# refused REGEX NAME: standard input is no dump
refused() {
	timeout 20 "$VMCOREFS" --cat info - >"$T/got" 2>"$T/err"
	is "$? $(wc -l <"$T/err")" "32 1" "$2: status 32, one line"
	like "$(cat "$T/err")" "^vmcorefs: standard input: $1" "... says why"
}
refused "nothing comes out of this pipe" "an empty pipe" < <(:)
refused "neither a file" "no standard input" <&-
refused "no known dump format" "no dump" < <(echo text)
refused "is a folder" "a folder" <"$T"

# --- large ones
large() { cat "$dump"; head -c 80M /dev/zero; }
mkdir "$T/tmp"
large | TMPDIR=$T/tmp "$VMCOREFS" --cat raw - >"$T/got" 2>"$T/err"
same "$T/got" "$T/want" "more than is kept in memory: contents"
# how long it took is said too where that was long
is "$(grep -v ' MiB in [0-9]* s$' "$T/err")" \
	"vmcorefs: warning: standard input: a pipe cannot be read in the middle: it is kept in a temporary file in $T/tmp (TMPDIR)" \
	"... says where it is kept"
is "$(ls -A "$T/tmp")" "" "... and nothing is left"

# while it comes: interrupted, and how far it is
mkfifo "$T/slow"
TMPDIR=$T/tmp env --default-signal=INT "$VMCOREFS" --cat raw - <"$T/slow" >"$T/got" 2>"$T/err" &
reader=$!
exec {writer}>"$T/slow"
large >&"$writer"
ok "it begins" retry grep -q "kept in a temporary file" "$T/err"
is "$(ls -A "$T/tmp")" "" "the file has no name"
kill -INT "$reader"
wait "$reader"
is $? 130 "interrupted: ends at once"
exec {writer}>&-
if have script; then
	script -qec "(cat '$dump'; sleep 1; echo more) | '$VMCOREFS' --cat info -; echo status \$?" /dev/null </dev/null >"$T/out"
	like "$(tr '\r' '\n' <"$T/out")" $'\n\033\\[Kstandard input: a pipe: making a copy: [0-9]+ MiB\n\033\\[K' \
		"on a terminal a line tells how far it is, and goes away"
	like "$(cat "$T/out")" "status 0" "... and the rest follows"
fi

if [[ $(id -u) == 0 ]]; then
	mkdir "$T/tiny"
	if mount -t tmpfs -o size=1M none "$T/tiny" 2>/dev/null; then
		large | TMPDIR=$T/tiny "$VMCOREFS" --cat info - >"$T/got" 2>"$T/err"
		is "${PIPESTATUS[1]}" 32 "without room: status 32"
		like "$(cat "$T/err")" "temporary file in $T/tiny: No space left on device; set TMPDIR to a folder with more room$" \
			"... says why"
		umount "$T/tiny"
	fi
fi

# --- mounted
if [[ -c /dev/fuse ]]; then
	mkdir "$T/mnt"
	cat "$dump" | "$VMCOREFS" - "$T/mnt" 2>"$T/err"
	is "${PIPESTATUS[1]} $(cat "$T/err")" "0 " "it can be mounted"
	same "$T/mnt/raw" "$T/want" "... contents"
	is "$(findmnt -n -o SOURCE "$T/mnt")" stdin "... and is named in the table of mounts"
	ok "... and unmounts" bash -c 'fusermount3 -u "$1" || umount "$1"' - "$T/mnt"
fi
done_testing
