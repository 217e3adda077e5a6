#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# flattened and dump.CODEC: the same pages as dump, whatever the form.
. tests/lib.sh

dump=tests/corpus/tiny61.kdump
view() { "$VMCOREFS" --cat "$1" "${2:-$dump}"; }

# What a flattened stream says by itself, without our reader: the file it rebuilds, put together by python.
rebuild() {
	python3 - "$1" "$2" <<'END'
import struct, sys
data = open(sys.argv[1], 'rb').read()
assert data[:12] == b'makedumpfile' and struct.unpack('>qq', data[16:32]) == (1, 1), 'header'
at, out = 4096, bytearray()
while True:
    offset, size = struct.unpack('>qq', data[at:at + 16])
    at += 16
    if (offset, size) == (-1, -1):
        break
    assert offset >= 0 and size > 0, 'record'
    out.extend(bytes(max(0, offset + size - len(out))))
    out[offset:offset + size] = data[at:at + size]
    at += size
assert at == len(data), 'bytes behind the end'
open(sys.argv[2], 'wb').write(out)
END
}

for form in level-31 level-0 .; do
	name=$([ $form = . ] && echo kdump-compressed || echo $form/dump)
	view $name >"$T/dump"
	view $form/flattened >"$T/flat"
	is $? 0 "--cat $form/flattened"
	ok "$form/flattened: well-formed" rebuild "$T/flat" "$T/rebuilt"
	ok "$form/flattened: rebuilt, it is $name" cmp "$T/rebuilt" "$T/dump"
	is "$(view dmesg "$T/flat" | md5sum)" "$(view dmesg | md5sum)" "$form/flattened: our reader takes it"
done
is "$(view flattened | head -c 100 | md5sum)" "$(head -c 100 <"$T/flat" | md5sum)" "a reader may stop early"

view level-31/dump.none >"$T/none"
for codec in none zlib lzo snappy zstd; do
	view level-31/dump.$codec >"$T/$codec"
	is "$(view info "$T/$codec" | sed -n 's/^compression: //p')" "$([ $codec = none ] || echo $codec)" "dump.$codec says its codec"
	ok "dump.$codec: the same memory" cmp <(view raw "$T/$codec") <(view raw "$T/none")
	is "$(view level-31/report "$T/$codec" | awk '/^kept / { print $2 }')" "$(view level-31/report | awk '/^kept / { print $2 }')" \
		"dump.$codec: the same number of pages"
done
ok "dump is dump.zlib, the codec of the source" cmp "$T/zlib" <(view level-31/dump)
quiet() { "$@" >/dev/null 2>&1; }
not_ok "no other codec" quiet view level-31/dump.gzip
done_testing
