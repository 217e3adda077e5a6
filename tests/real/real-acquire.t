#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# Memory of real machines as acquisition tools leave it, of architectures that their formats do not tell: what is found and
# what has to be told. LiME as output, against a writer of its own; banks of memory, against crash.
. tests/real/lib.sh

sets q61-512 a64-512 s390x
tool kdumpfile_pages -lkdumpfile -lz

declare -A core=() log=() kept=()
for machine in q61-512 a64-512 s390x; do
	core[$machine]=${set[$machine]}/elf
	"$VMCOREFS" --cat dmesg "${core[$machine]}" >"$T/log.$machine"
	"$VMCOREFS" --cat level-31/dump.none "${core[$machine]}" >"$T/level-31"
	kept[$machine]=$(pages "$T/level-31")
	like "$(wc -l <"$T/log.$machine") ${kept[$machine]}" "^[1-9][0-9]{2,} [1-9][0-9]{3,} pages" "$machine: the ELF dump has a log, and pages on level 31"
done

# acquired FORMAT MACHINE NAME OPTION...
acquired() {
	local format=$1 machine=$2 name=$3
	shift 3
	rm -f "$T"/made*
	python3 tests/mkformat "$format" "${core[$machine]}" "$T/made" || fail "$name: mkformat"
	"$VMCOREFS" "$@" --cat dmesg "$T/made" >"$T/log" 2>"$T/err"
	is "$(grep -v 'warning: the dump has no VMCOREINFO note: searching' "$T/err")" "" "$name: no complaints"
	same "$T/log" "$T/log.$machine" "$name: dmesg"
	"$VMCOREFS" -q "$@" --cat level-31/dump.none "$T/made" >"$T/level-31"
	is "$(pages "$T/level-31")" "${kept[$machine]}" "$name: level-31"
}
acquired lime a64-512 "LiME of arm64"
acquired avml-compressed a64-512 "AVML of arm64"
acquired raw a64-512 "raw image of arm64" --raw
acquired lime s390x "LiME of s390x: its byte order is big-endian"
acquired avml-compressed s390x "AVML of s390x, told" -o arch=s390x
acquired raw s390x "raw image of s390x, told" --raw -o arch=s390x
like "$("$VMCOREFS" --raw --cat info "$T/made")" "missing: dmesg: the dump does not tell its architecture \(-o arch=NAME does\)" "... not told: says so"

# --- LiME as output
python3 tests/mkformat lime "${core[q61-512]}" "$T/made"
"$VMCOREFS" --cat lime "${core[q61-512]}" >"$T/lime"
same "$T/lime" "$T/made" "lime is what mkformat writes"
for machine in q61-512 s390x; do
	"$VMCOREFS" --cat level-31/lime "${core[$machine]}" >"$T/lime"
	"$VMCOREFS" --cat level-31/dump.none "$T/lime" >"$T/level-31"
	is "$(pages "$T/level-31")" "${kept[$machine]}" "$machine: level-31/lime, read back, has the pages of level-31"
	"$VMCOREFS" --cat dmesg "$T/lime" >"$T/log"
	same "$T/log" "$T/log.$machine" "$machine: ... and the log"
done

# --- banks: crash reads the same
rm -f "$T"/made*
python3 tests/mkformat ramdump "${core[q61-512]}" "$T/made"
banks=$(python3 tests/mkformat --options ramdump "${core[q61-512]}" "$T/made")
"$VMCOREFS" --cat info "${core[q61-512]}" >"$T/info"
fact() { sed -n "s/^$1: //p" "$T/info"; }
printf '%s\n' 'rd -p 0x1348000 512' "rd -p 0xfffffff0 2" 'log' 'sys' quit >"$T/in"
timeout 120 crash -s --no_scroll --kaslr="$(fact kernel-offset)" -m phys_base="$(fact phys-base)" -i "$T/in" \
	"${set[q61-512]}/vmlinux" "${banks#--ramdump }" </dev/null >"$T/crash" 2>&1
is "$(sed -n 's/^ *RELEASE: //p' "$T/crash")" "$(fact release)" "crash opens the banks"
# shellcheck disable=SC2086 # two words
for range in 0x1348000+4096 0xfffffff0+16; do
	"$VMCOREFS" $banks --cat "phys/$range" | od -An -v -tx8 -w16 | sed 's/^ //'
done >"$T/ours"
sed -n 's/^ *[0-9a-f]*:  \([0-9a-f]\{16\} [0-9a-f]\{16\}\) .*/\1/p' "$T/crash" >"$T/theirs"
is "$(wc -l <"$T/theirs")" 257 "crash reads two places"
same "$T/ours" "$T/theirs" "... and finds the same there"
# shellcheck disable=SC2086 # two words
"$VMCOREFS" $banks --cat dmesg | sed 's/[[:space:]]*$//' | head -n 100 >"$T/log"
is "$(grep -cFxf <(grep '^\[' "$T/crash" | sed 's/[[:space:]]*$//') "$T/log")" 100 "... and the same log"

done_testing
