#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Servers that misbehave (tests/tools/bad_server.py): what can be repaired is, the rest is a message, nothing hangs.
. tests/lib.sh
. tests/http.sh

small_dump "$T/dump"
size=$(stat -c %s "$T/dump")
"$VMCOREFS" --cat raw "$T/dump" >"$T/want"
start_bad_server "$T/dump" 280
n=0

works() {	# MODE NAME [LONGEST-MS]
	local start
	n=$((n + 1))
	start=$(now_ms)
	timeout 60 "$VMCOREFS" --cat raw "$bad/$1/$n" >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$2: works, no complaints"
	same "$T/got" "$T/want" "... the right bytes"
	took=$(($(now_ms) - start))
	[[ $took -lt ${3:-15000} ]]
	result $? "... within ${3:-15000} ms" || diag "$took ms"
}
refused() {	# MODE REGEX NAME: at the first request
	n=$((n + 1))
	timeout 30 "$VMCOREFS" --cat info "$bad/$1/$n" >"$T/got" 2>"$T/err"
	is "$? $(wc -l <"$T/err")" "32 1" "$3: status 32, one line"
	like "$(cat "$T/err")" "^vmcorefs: $bad/$1/$n: .*$2" "... says why"
}
fails() {	# MODE REGEX NAME: later
	n=$((n + 1))
	timeout 60 "$VMCOREFS" --cat raw "$bad/$1/$n" >"$T/got" 2>"$T/err"
	is $? 32 "$3: status 32"
	like "$(cat "$T/err")" "vmcorefs: .*$bad/$1/$n: offset [0-9]+: .*$2" "... says why"
}

# --- what works
works ok "a good server"
is "$(bad_bytes "/ok/$n")" "$size" "... each byte is sent once"
works none "a server without ETag and Last-Modified"
works weak "a weak ETag"
works chunked "chunks"
works subset "less than was asked for"
works slow "a slow server"
works redirect "a redirect"
works midway "connections that end in the middle of every other body"
[[ $(bad_requests "/midway/$n") -ge 4 ]]
result $? "... happened" || diag "$(grep /midway "$T/bad.log")"
works reset-3 "connections that are reset three times"
is "$(awk -v p="/reset-3/$n" '$1 == p && $3 == "reset"' "$T/bad.log" | wc -l)" 3 "... happened"
works busy-2 "503 twice, then it works"
works later-1 "429 with Retry-After: 1"
[[ $took -ge 1000 ]]
result $? "... waits so long" || diag "$took ms"

n=$((n + 1))
timeout 30 "$VMCOREFS" --cat raw "http://user:secret@${bad#http://}/auth/$n" | cmp - "$T/want"
result $? "user and password"
refused auth "401" "without them"
timeout 30 "$VMCOREFS" --cat raw "$bad/ok/$n" "$bad/ok/x$n" >/dev/null 2>"$T/err"
like "$(cat "$T/err")" "no part of a split set" "two addresses that are no set"

# --- what cannot be opened
refused whole "sends only whole files \(no range requests\): download it" "a server that ignores ranges"
[[ $(bad_bytes "/whole/$n") -lt $((16 << 20)) ]]
result $? "... and its terabyte is not read: $(bad_bytes "/whole/$n") bytes"
refused status-401 "401: it wants a user and a password" 401
refused status-403 "403: forbidden" 403
refused status-404 "404: it has no such file" 404
refused status-500 "answers 500" "500 for ever"
is "$(bad_requests "/status-500/$n")" 4 "... it was tried four times"
refused status-200 "download it" "200 and something short"
refused status-204 "answers 204" 204
refused status-304 "answers 304" 304
refused loop "redirects" "a redirect to itself"
[[ $(bad_requests "/loop/$n") -lt 10 ]]
result $? "... is not followed for long"
refused file "rotocol.*file" "a redirect to file://"
refused empty "the file is empty" "an empty file"
refused garbage "which part" "a Content-Range of nonsense"
refused norange "which part" "no Content-Range"
refused nosize "does not tell the size" "no size"

# --- what fails later
for mode in etag date weaketag weakdate grown; do
	fails $mode "has changed since it was opened" "another file: $mode"
done
fails wholelater "sends only whole files" "ranges are ignored later"
fails lies "sends bytes [0-9]+ to" "another part than was asked for"
fails gzip "compresses" "a compressed body"
fails more "sends more than it says|which part" "more than was asked for"
fails less "sends less than it says" "less than it says"
fails dead "" "connections that end before the body"
[[ $(bad_requests "/dead/$n") -lt 60 ]]
result $? "... it gives up: $(bad_requests "/dead/$n") requests"

# --- nothing is served wrongly: what was sent before the change is right, the rest fails
if [[ -c /dev/fuse ]]; then
	mnt=$T/mnt
	SUSPICIOUS_LOG=1 mount_dump "$bad/etag/mounted" "$mnt"
	ok "mounted, the file changes: what is here can be read" cat "$mnt/vmcoreinfo"
	is "$(cat "$mnt/raw" 2>&1 >/dev/null | sed 's/.*: //')" "Stale file handle" "... the rest fails"
	cmp -n 4096 "$mnt/phys/0" "$T/want"
	result $? "... and the first block is still right"
	ok "unmount" unmount "$mnt"

	# a server that does not answer any more
	SUSPICIOUS_LOG=1 mount_dump "$bad/hang/mounted" "$mnt"
	cat "$mnt/raw" >"$T/got" 2>"$T/err" & reader=$!
	retry grep -q '^/hang/mounted .* hang' "$T/bad.log"
	start=$(now_ms)
	kill -TERM "$(daemon_of "$mnt")"
	wait_daemon "$mnt"
	took=$(($(now_ms) - start))
	[[ $took -lt 4000 ]]
	result $? "SIGTERM while a server does not answer: $took ms"
	wait $reader
	not_ok "... the reader gets an error" test $? = 0
	ok "... the mount is gone" not_mounted "$mnt"
else
	skip mounts "no /dev/fuse"
fi
kill "$bad_pid"
wait "$bad_pid" 2>/dev/null
done_testing
