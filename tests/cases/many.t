#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Very many of what a file may have any number of: time grows with their number, not with its square. The bounds are of CPU
# time, and ten times what is needed; what was quadratic took three times as much as they are, or more.
. tests/lib.sh

slower=1
[[ $BUILD == *san* ]] && slower=5
# within SECONDS COMMAND...: of CPU time
within() {
	local seconds=$(($1 * slower))
	shift
	(ulimit -t $seconds; exec "$@")
}

# --- notes
{
	small_description
	for ((i = 0; i < 16000; i++)); do printf 'note N%d %d 41%04x\n' $i $((i % 1000)) $i; done
} >"$T/desc"
python3 tests/mkdump "$T/desc" "$T/notes"
is "$(within 3 "$VMCOREFS" --list notes "$T/notes" | wc -l)" 16001 "16000 notes are listed"
last=$("$VMCOREFS" --list notes "$T/notes" | grep N15999)
is "$("$VMCOREFS" --cat "notes/$last" "$T/notes" | xxd -p)" 413e7f "... the last one"
for name in "0$last" "${last/-/_}" "1$last" N15999 99999-N1-1 9999999999999999999999-N1-1; do
	not_ok "... '$name' is none" "$VMCOREFS" --cat "notes/$name" "$T/notes"
done
if [[ -c /dev/fuse ]]; then
	mount_dump "$T/notes" "$T/mnt"
	is "$(ls -l "$T/mnt/notes" | wc -l)" 16002 "ls -l: all of them"
	(cd "$T/mnt/notes" && printf "%s\n" *-N* | sort -n | xargs cat) >"$T/got"
	same "$T/got" <(for ((i = 0; i < 16000; i++)); do printf '41%04x' $i; done | xxd -r -p) \
		"... in order, with what is in them"
	ticks=$(awk '{ print $14 + $15 }' "/proc/$(server_of "$T/mnt")/stat")
	[[ $ticks -lt $((300 * slower * $(getconf CLK_TCK) / 100)) ]]
	result $? "... in 3 seconds of CPU time" || diag "$ticks ticks"
	unmount "$T/mnt"
fi

# --- a VMCOREINFO of 4 MB
real_dump "$T/dump"
"$VMCOREFS" --cat vmcoreinfo "$T/dump" >"$T/text"
python3 - "$T/text" "$T/long" <<'END'
import struct, sys
text = open(sys.argv[1], 'rb').read() + b''.join(b'A%d=1\n' % i for i in range(400000))
note = struct.pack('<III', 11, len(text), 0) + b'VMCOREINFO\0\0' + text + b'\0' * (-len(text) % 4)
at = 64 + 2 * 56
head = b'\x7fELF\2\1\1' + bytes(9) + struct.pack('<HHIQQQIHHHHHH', 4, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
head += struct.pack('<IIQQQQQQ', 4, 0, at, 0, 0, len(note), len(note), 4)
head += struct.pack('<IIQQQQQQ', 1, 7, at + len(note), 0, 0x1000, 4096, 4096, 0)
open(sys.argv[2], 'wb').write(head + note + b'x' * 4096)
END
within 10 "$VMCOREFS" --cat info "$T/long" >"$T/got" 2>"$T/err"
is $? 0 "a VMCOREINFO of 4 MB"
like "$(cat "$T/err")" "warning: $T/long: VMCOREINFO of [0-9]+ bytes is not believed" "... is not believed"
like "$(cat "$T/got")" "release: 6.1.0" "... but for its beginning"

# --- streams of xz
if have xz; then
	xz -c "$T/text" >"$T/first"
	xz -c </dev/null >"$T/empty"
	python3 - "$T/first" "$T/empty" "$T/streams" <<'END'
import sys
open(sys.argv[3], 'wb').write(open(sys.argv[1], 'rb').read() + open(sys.argv[2], 'rb').read() * 200000)
END
	is "$(within 12 "$BUILD/tests/tools/read_container" "$T/streams" "$T/text" 2>&1 | sed 's/bytes.*, 0 lost/bytes, 0 lost/' |
		grep -v 'which reads all')" \
		"xz: $(stat -c %s "$T/text") bytes, 0 lost, 0 wrong" "200000 streams in an xz file"
fi
done_testing
