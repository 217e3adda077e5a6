#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Images of LiME and AVML: what they hold comes out, and what is said about damaged ones.
. tests/lib.sh
. tests/formats.sh

format_reads "LiME" lime
format_reads "AVML" avml
format_reads "AVML, compressed" avml-compressed
format_reads "AVML, a record a page" avml-compressed block=4096
format_reads "LiME and AVML records in one file" avml version=mixed block=8192
format_reads "AVML, records that end inside of pages" avml version=mixed block=5000

# image STATEMENT...: python, into $T/made; rec(start, data) is LiME's, big(...) the other byte order, avml(start, data) compressed
image() {
	python3 - "$T/made" "$@" <<-'END'
	import sys
	sys.path[:0] = ['tests/mkformat.d', 'tests/mkdump.d']
	sys.dont_write_bytecode = True
	import io, struct, avml as writer, output
	def head(start, end, magic=0x4c694d45, version=1, order='<', reserved=0):
	    return struct.pack(order + 'IIQQQ', magic, version, start, end, reserved)
	def rec(start, data, order='<'):
	    return head(start, start + len(data) - 1, order=order) + data
	def big(start, data):
	    return rec(start, data, '>')
	def avml(start, data):
	    out = output.Output(sys.argv[1] + '.part')
	    writer.record(out, 2, start, data)
	    out.f.seek(0)
	    return out.f.read()
	def page(n, count=1):
	    return b''.join(struct.pack('<II', n, i) for i in range(512 * count))
	with open(sys.argv[1], 'wb') as f:
	    f.write(eval('(%s)' % ' '.join(sys.argv[2:])))
	END
	rm -f "$T/made.part"
}
# says NAME WARNINGS-REGEX PATH: of $T/made; status and output are left in $T/got
says() {
	timeout 20 "$VMCOREFS" --cat "$3" "$T/made" >"$T/got" 2>"$T/err"
	local status=$?
	is "$status" "${4:-0}" "$1: status"
	like "$(cat "$T/err")" "$2" "$1: message"
}
field() { "$VMCOREFS" -q --cat info "$T/made" | sed -n "s/^$1: //p"; }
word() { "$VMCOREFS" -q --cat "phys/$1+4" "$T/made" 2>/dev/null | od -An -tu4 | tr -d ' '; }
why() { "$VMCOREFS" -q --cat "pfn/$1" "$T/made" 2>&1 >"$T/page" | tail -n 1 | sed 's,.*\(Input/output error\).*,\1,; t; s/.*: //'; }

# --- byte order, page borders, gaps
image 'big(0x1000, page(7)) + big(0x5000, page(9))'
is "$(word 0x1000) $(word 0x5000) $(field format) $(field pages-stored)" "7 9 lime 2 (0 MiB)" "the other byte order"
is "$(why 2)" "No such file or directory" "a gap between LiME's records is no memory"

image 'rec(0x1800, b"a" * 0x1000) + rec(0x2800, b"b" * 0x900)'
"$VMCOREFS" --cat raw "$T/made" | od -An -c -w1 -v | uniq -c | awk '{ print $1, $2 }' >"$T/got"
is "$(cat "$T/got")" $'6144 \\0\n4096 a\n2304 b\n3840 \\0' "records that begin and end inside of pages"

image 'avml(0, page(1, 4096) ) + avml(0x2000000, page(2))'
is "$(field pages-stored), $(field pages-zero)" "4097 (16 MiB), 4096 (16 MiB)" "AVML: a block that is left out is zeroes"
is "$("$VMCOREFS" --cat phys/0x1fffffc+8 "$T/made" | od -An -tu4 -w8 -v | xargs)" "0 2" "... and reads so"
image 'avml(0, page(1, 4096)) + avml(0x2001000, page(2))'
is "$(field pages-zero)" "" "AVML: another gap is not"
image 'rec(0, page(1, 4096)) + rec(0x2000000, page(2))'
is "$(field pages-zero)" "" "LiME: none is"
image 'rec(0, page(1, 4096)) + rec(0x1000000, page(3, 4096)) + rec(0x3000000, page(2))'
is "$(field pages-zero)" "4096 (16 MiB)" "blocks of 16 MiB side by side are AVML's"

# --- chunks that are not data, and data that is not compressed
image 'b"".join(x if i else x + b"\xfe\x05\0\0xxxxx\x80\0\0\0" for i, x in enumerate([avml(0, page(1))[:42], avml(0, page(1))[42:-8]])) +
	struct.pack("<Q", len(avml(0, page(1))) - 40 + 13)'
is "$(word 0x8)" 1 "skippable chunks and padding"
image 'avml(0x1000, __import__("random").Random(5).randbytes(200000) + page(3))'
is "$("$VMCOREFS" --cat phys/0x1000+200000 "$T/made" | sha256sum)" \
	"$(python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(5).randbytes(200000))' | sha256sum)" "chunks that are not compressed"

# --- a range that was not written to its end: LiME goes on with the next one
image 'head(0x1000, 0xffff) + page(1, 2) + rec(0x20000, page(5)) + rec(0x30000, page(6))'
says "a range that ends early" "^vmcorefs: warning: $T/made: the record at offset 0, of memory from 0x1000 on, was not written to its end" info
is "$(field incomplete) $(field pages-stored) $(field pages-excluded)" "yes 4 (0 MiB) 13 (0 MiB)" "... its rest is memory that is not there"
is "$(word 0x1000) $(word 0x2ff8) $(word 0x20000) $(word 0x30000)" "1 1 5 6" "... all others are"
is "$(why 3)" "No data available" "... reading it says so"
image 'head(0x1000, 0xffff) + page(1) + b"x" * 100 + rec(0x20000, page(5))'
is "$(word 0x20000) $("$VMCOREFS" -q --cat phys/0x2000+4 "$T/made")" "5 xxxx" "... also inside of a page"
# headers in memory are none: of lower addresses, without anything behind them, beyond the end
image 'head(0x1000, 0xffff) + head(0x100, 0x1ff) + head(0x40000, 0x40fff) + page(1) + rec(0x20000, page(5))'
is "$(word 0x20000) $("$VMCOREFS" -q --cat phys/0x1000+4 "$T/made")" "5 EMiL" "what looks like a record in memory is not taken for one"
image 'rec(0x1000, page(1) + rec(0x90000, page(2))) + rec(0x20000, page(5))'
says "a whole image in memory" '^$' info
is "$(field pages-stored)" "4 (0 MiB)" "... is memory"

# --- cut off
image 'rec(0x1000, page(1)) + rec(0x4000, page(2, 3))[:5000]'
says "cut off" "^vmcorefs: warning: $T/made: the record at offset 0x1020, of memory from 0x4000 on, is cut off by the end of the file" info
is "$(word 0x4000) $(why 5) $(why 6)" "2 Input/output error Input/output error" "... what is missing cannot be read"
image 'rec(0x1000, page(1)) + head(0x4000, 0x4fff)[:20]'
says "cut off in a header" "no record begins at offset 0x1020; 20 bytes are ignored" info
image 'avml(0x1000, page(1) * 64) + avml(0x100000, __import__("random").Random(1).randbytes(65536 * 3))[:100000]'
says "AVML cut off" "of memory from 0x100000 on, is damaged or cut off" info
is "$(word 0x1000) $(why 0x10f | head -c 0)$(why 0x110) $(field incomplete)" "1 Input/output error yes" "... what is missing cannot be read"
is "$("$VMCOREFS" -q --cat phys/0x100000+65536 "$T/made" | sha256sum)" \
	"$(python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(65536))' | sha256sum)" "... whole chunks before it can"

# --- damaged
image '(lambda b: b[:70] + bytes([b[70] ^ 1]) + b[71:])(avml(0x1000, page(1, 16) + page(2, 16)) + avml(0x100000, page(3)))'
is "$(why 1) $(why 16)" "Input/output error Input/output error" "a damaged chunk"
is "$(word 0x11000) $(word 0x100000)" "2 3" "... the next one is fine"
like "$("$VMCOREFS" --cat pfn/1 "$T/made" 2>&1 >/dev/null)" "snappy chunk at offset 0x2a: its (checksum is wrong|compressed data is damaged)" "... says where"
image '(lambda b: b[:46] + bytes([b[46] ^ 1]) + b[47:])(avml(0x1000, page(1, 16)))'
like "$("$VMCOREFS" --cat pfn/1 "$T/made" 2>&1 >/dev/null)" "snappy chunk at offset 0x2a: its checksum is wrong" "a wrong checksum"
image '(lambda b: b.replace(b"AVML", b"avml", 2).replace(b"avml", b"AVML", 1))(avml(0, page(1)) + avml(0x4000, page(2)) + avml(0x8000, page(3)))'
says "a lost header" "no record begins at offset 0x[0-9a-f]+; [0-9]+ bytes are ignored" info
is "$(word 0) $(word 0x8000) $(why 4)" "1 3 No such file or directory" "... the records behind it are found from the end of the file"
image 'avml(0, page(1)) + b"garbage"'
says "something behind the last record" "no record begins at offset 0x[0-9a-f]+; 7 bytes are ignored" info
is "$(word 0)" 1 "... the records are read"

# --- claims
image 'head(0, (1 << 60) - 1, 0x4c4d5641, 2) + avml(0, page(1))[32:]'
is "$(word 0) $(why 0x100000)" "1 Input/output error" "a block that cannot hold what its header says: what it has can be read"
image 'rec(0x1000, page(1)) + head(0xffffffffffff0000, 0xfffffffffffff000)'
says "an address that cannot be" "1 records of impossible addresses are ignored" info

image 'head(0, 0xfff, version=2) + page(1)'
format_refused "$T/made" "made: its first record header is neither LiME's \(version 1\) nor AVML's \(version 2\)$" "another version"
image 'head(0, 0xfff, reserved=1) + page(1)'
format_refused "$T/made" "neither LiME's" "reserved bytes"
image 'head(0x1000, 0) + page(1)'
format_refused "$T/made" "neither LiME's" "a range that ends before it begins"
image 'head(0, 0xfff)[:31]'
format_refused "$T/made" "the file ends inside its first record header$" "half a header"

for format in lime avml avml-compressed "avml version=mixed block=8192"; do
	# shellcheck disable=SC2086 # options
	format_damaged ${format%% *} fuzz_lime ${format#"${format%% *}"}
done
format_corpus fuzz_lime
done_testing
