#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# erase string, and --residue, which says where words are left: in generated dumps and in the bundled one of a real kernel.
. tests/lib.sh

dump=$top/tests/corpus/tiny61.kdump
residue() { "$VMCOREFS" --residue "$@" >"$T/got" 2>"$T/err"; }
words() { printf '%s\n' "$@" >"$T/words"; }

small_dump "$T/elf" 'page 0x50-0x51 byte 0x42' 'page 0x60 text private words'
words "hello world" "not there" "" "private words" "6.1.0-test"
residue "$T/words" "$T/elf"
is "$?$(cat "$T/err")" 1 "words are left: status 1, no complaints"
is "$(cat "$T/got")" "line 5: info: 1 copy
line 5: vmcoreinfo: 1 copy
line 1: page 0x10: 1 copy
line 4: page 0x60: 1 copy
line 5: notes: 1 copy" "... where"
is "$(grep -cE 'hello|private' "$T/got")" 0 "... without the words"
words "not there" "nowhere"
residue "$T/words" "$T/elf"
is "$?$(cat "$T/err" "$T/got")" 0 "none is left: status 0"

# across the border of two pages that follow one another
python3 - "$T/elf" "$T/split" <<'END'
import sys
data = bytearray(open(sys.argv[1], 'rb').read())
at = data.index(b'A' * 8192) + 4096
data[at - 7:at + 8] = b'cut in the half'
open(sys.argv[2], 'wb').write(data)
END
words "cut in the half"
residue "$T/words" "$T/split"
is "$?$(cat "$T/got")" "1line 1: page 0x40: 1 copy" "across a border"
echo "erase string cut in the half" >"$T/rules"
"$VMCOREFS" --cat raw "$T/split" >"$T/raw"
"$VMCOREFS" --cat raw -o "erase=$T/rules" "$T/split" >"$T/out"
is "$(cmp -l "$T/raw" "$T/out" | awk '{ print $1, $3 }' | head -n 1), $(cmp -l "$T/raw" "$T/out" | grep -c ' 130$')" \
	"$((0x41000 - 7 + 1)) 130, 15" "... erased there"
residue "$T/words" -o "erase=$T/rules" "$T/split"
is "$?$(cat "$T/got")" 0 "... and gone"

# --- all views of what was erased; counts
printf '%s\n' "erase string hello world" "erase string private words" >"$T/rules"
words "hello world" "private words"
for view in elf raw kdump-compressed flattened level-1/dump level-1/elf; do
	"$VMCOREFS" --cat $view -o "erase=$T/rules" "$T/elf" >"$T/out" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$view: written"
	residue "$T/words" $([[ $view == raw ]] && echo --raw) "$T/out"
	is "$?$(cat "$T/got")" 0 "... nothing is left in it"
done
like "$("$VMCOREFS" --cat info -o "erase=$T/rules" "$T/elf")" $'\n'"erased-strings: 2 copies"$'\n' "info counts copies"
is "$("$VMCOREFS" --cat eraseinfo -o "erase=$T/rules" "$T/elf")" "erase string size 11
erase string size 13" "eraseinfo has a line for each, without it"

# --- a real kernel: the release is in the image, the log, the notes
words "$("$VMCOREFS" --cat info "$dump" 2>/dev/null | sed -n 's/^release: //p')"
residue "$T/words" "$dump"
is $? 1 "a real kernel's release"
like "$(cat "$T/got")" "line 1: dmesg: [0-9]+ cop" "... in dmesg"
like "$(cat "$T/got")" "line 1: page 0x[0-9a-f]+: [0-9]+ cop(y|ies): kernel data \(init_uts_ns\+0x[0-9a-f]+\)" "... in init_uts_ns"
like "$(cat "$T/got")" "line 1: notes: [0-9]+ cop" "... in the notes"

# --- what cannot be used
mkfifo "$T/fifo"
residue "$T/fifo" "$T/elf"
is "$?$(cat "$T/err")" "2vmcorefs: $T/fifo: is no regular file" "a FIFO"
words "long enough" "abc"
residue "$T/words" "$T/elf"
is "$?$(cat "$T/err")" "2vmcorefs: $T/words:2: a word of 4 to 1024 bytes is wanted here, none of them zero" "a short word"
: >"$T/words"
residue "$T/words" "$T/elf"
is "$?$(cat "$T/err")" "2vmcorefs: $T/words: no words" "an empty file"
words "hello world"
residue "$T/words" "$T/words"
is $? 32 "no dump: status 32"
head -c 40000 "$T/elf" >"$T/short"
words "not there"
residue "$T/words" "$T/short"
is $? 32 "pages are lost: not said to be clean"
like "$(tail -n 1 "$T/err")" "^vmcorefs: [0-9]+ pages cannot be read: what is in them is not known$" "... says so"
done_testing
