#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# libcurl and libsnappy are loaded by who needs them, and said to be missing to no one else.
. tests/lib.sh

is "$(ldd "$VMCOREFS" | grep -oE 'lib(curl|snappy|gnutls|krb5)[^ ]*')" "" "neither they nor what they bring are linked"
small_dump "$T/dump"
"$VMCOREFS" --cat level-0/dump.snappy "$T/dump" >"$T/snappy"
is $? 0 "snappy: made"
"$VMCOREFS" --cat raw "$T/snappy" >"$T/raw"
is $? 0 "... and read"
"$VMCOREFS" --cat raw "$T/dump" | cmp - "$T/raw"
result $? "... the same pages"

# --- none is forgotten when all are loaded before the sandbox
is "$(grep -rnE --include='*.[ch]' '^[[:space:]]*(static )?struct library [a-z_]+( =|;|\[)' base formats arch kernel filter fs | grep -v '^base/library\.')" "" \
	"each is made by DEFINE_LIBRARY(), which puts it into the list"
is "$(grep -rl --include='*.c' 'dlopen(' base formats arch kernel filter fs | sort | tr '\n' ' ')" "base/library.c base/sandbox/sandbox.c " \
	"... and loaded by nobody else"
if [[ -c /dev/fuse && $(id -u) == 0 ]]; then
	mkdir "$T/mnt"
	mount_dump "$T/dump" "$T/mnt"
	maps=$(cat "/proc/$(server_of "$T/mnt")/maps")
	like "$maps" "/libsnappy\.so" "libsnappy is there before it is needed"
	unlike "$maps" "/libcurl" "... libcurl is not, as this process does not need it"
	ok "unmount" unmount "$T/mnt"
else
	skip "what is loaded" "not root, or no /dev/fuse"
fi

# what the dynamic linker finds first is no library
mkdir "$T/lib"
touch "$T/lib/libcurl-gnutls.so.4" "$T/lib/libcurl.so.4" "$T/lib/libsnappy.so.1"
without() { LD_LIBRARY_PATH=$T/lib "$VMCOREFS" "$@" 2>"$T/err"; }
without --cat vmcoreinfo "$T/dump" >"$T/out"
is "$? $(cat "$T/err")" "0 " "without them: other views work"
without --cat info http://127.0.0.1:9/dump
is $? 32 "without libcurl: a server is refused"
like "$(cat "$T/err")" "^vmcorefs: a library is missing: .*libcurl.so.4[^"$'\n'"]*$" "... in one line that names it"
without --cat raw "$T/snappy" >"$T/out"
is $? 32 "without libsnappy: a dump that needs it is refused"
like "$(cat "$T/err")" "^vmcorefs: a library is missing: .*libsnappy.so.1[^"$'\n'"]*$" "... in one line that names it"
without --cat level-0/dump.snappy "$T/dump" >"$T/out"
is $? 32 "... nor made"
without --cat level-0/report "$T/dump" >"$T/out"
is "$? $(cat "$T/err")" "0 " "... and a report leaves that column open without a word"
is "$(awk '$1 == "kept" { print $(NF - 1) != "-", $(NF - 2) == "-", $NF == "-" }' "$T/out") $(grep -c '^snappy is not known' "$T/out")" \
	"0 0 0 1" "... and says why"
done_testing
