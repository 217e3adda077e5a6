#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# sadump: one partition, disk sets, media backups; what is missing, what is damaged.
. tests/lib.sh
. tests/formats.sh

# made FORMAT [KEY=VALUE...]: $T/made of $T/desc, and the bytes of its memory
made() {
	rm -f "$T"/made*
	[[ $1 == keep ]] && shift || format_memory >"$T/desc"
	python3 tests/mkformat "$1" "$T/desc" "$T/made" "${@:2}" || fail "mkformat $*"
	python3 tests/mkdump --raw "$T/desc" "$T/want"
}
patch() {	# FILE OFFSET HEX
	printf '%b' "$(sed 's/../\\x&/g' <<<"$3")" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none
}
info() {	# KEY [OPTION...]: of all files that were made
	"$VMCOREFS" "${@:2}" --cat info "$T"/made* 2>"$T/err" | sed -n "s/^$1: //p"
}
page() {	# PFN [OPTION...]: "same" as in memory, or why it cannot be read
	"$VMCOREFS" "${@:2}" --cat "pfn/$1" "$T"/made* >"$T/got" 2>"$T/err" || { tail -n 1 "$T/err"; return; }
	cmp "$T/got" <(tail -c +$(($1 * 4096 + 1)) "$T/want" | head -c 4096) >/dev/null && echo same || echo different
}
registers() {	# those in the notes of the elf view
	"$VMCOREFS" --cat elf "$T"/made* >"$T/elf"
	tests/tools/x86_notes.py "$T/elf"
}

# --- what is in memory comes out

format_reads "one partition" sadump
format_reads "header version 0" sadump version=0
format_reads "blocks of 8 KiB" sadump block=8192
format_reads "no registers" sadump cpus=none
format_reads "a CPU with a large APIC id" sadump order=7
format_reads "registers with more than is known" sadump states=4096
format_reads "media backup" sadump-media
format_reads "disk set" sadump-set
format_reads "disk set: one disk" sadump-set disks=1
format_reads "disk set: 16 disks, some of them empty" sadump-set disks=16
format_reads "disk set: version 0, blocks of 16 KiB" sadump-set version=0 block=16384

made sadump-set
"$VMCOREFS" --cat raw "$T/made.3" "$T/made" "$T/made.2" >"$T/got" 2>"$T/err"
is "$?$(cat "$T/err")" 0 "disk set: the files in any order"
same "$T/got" "$T/want" "... give the same"
is "$(info format)" "sadump, split" "info: a set"
is "$("$VMCOREFS" --cat info "$T"/made* | grep -c '^part: ')" 3 "info: each disk's pages"

# --- pages of the machine that were not dumped

made sadump excluded=0x20-0x27
is "$(info pages-stored)" "33 (0 MiB)" "pages that were not dumped are not stored"
like "$(info pages-excluded)" "^8 " "... but known"
"$VMCOREFS" --cat raw "$T/made" >"$T/got"
same "$T/got" "$T/want" "... read as zeroes in raw"
like "$(page 0x23)" "No data available" "... and not at all in pfn/"
for pfn in 0 9 12 40 0x117; do
	is "$(page $pfn)" same "page $pfn is where it belongs"
done

# every second page: as many runs as pages
{
	for ((i = 0; i < 2000; i++)); do echo "page $((i * 2)) byte $((i % 251))"; done
} >"$T/desc"
made keep sadump
"$VMCOREFS" --cat raw "$T/made" >"$T/got"
same "$T/got" "$T/want" "every second page of 4000"

# --- facts of the headers

made sadump
is "$(info crash-time)" "2023-11-14 22:13:20 UTC" "time"
is "$(info architecture)" "x86_64" "EFER.LMA: x86_64"
like "$(registers)" "prstatus pid=1 r15=110f .* rbp=1107 .* rax=1100 .* rip=1110 cs=0 eflags=1111 rsp=1106 ss=28" "registers"
like "$(registers)" "qemu .* idt.base=ffff800000000009 cr0=80050033 cr1=0 cr2=0 cr3=1234000 cr4=3406e0" "control registers"
made sadump zone=540
is "$(info crash-time)" "2023-11-14 22:13:20 UTC" "time with a zone, in minutes"
made sadump zone=2047
is "$(info crash-time)" "2023-11-14 22:13:20 UTC" "time without a zone"
made sadump order=3
is "$(info registers)" "of 1 CPU" "a CPU without registers is none"
{ echo "machine i686"; format_memory; } >"$T/desc"
made keep sadump
is "$(info architecture)" "i386" "no EFER.LMA: i386"
like "$(registers)" "prstatus pid=1 ebx=1101 ecx=1102 edx=1103 esi=1104 edi=1105 ebp=1107 eax=1100 ds=8 es=10 fs=18 gs=20 \
orig_eax=0 eip=1110 cs=0 eflags=1111 esp=1106 ss=28" "i386: registers"

# --- parts that are missing

made sadump-set
guid=5a5a3333-0000-0000-0000-000000000002
mv "$T/made.2" "$T/second"
format_refused "$T/made" "made: of the 3 disks of the set is missing: disk 2 .volume $guid., disk 3 .* .-o degraded " "disk 1 alone"
"$VMCOREFS" --cat info "$T"/made* 2>"$T/err"
like "$(cat "$T/err")" "made: of the 3 disks of the set is missing: disk 2 .volume $guid. .-o degraded reads the rest.$" \
	"without disk 2"
is "$(info incomplete -o degraded)" yes "... degraded: it opens, incomplete"
like "$(head -n 1 "$T/err")" "^vmcorefs: warning: .*disk 2 .*; 11 pages cannot be read$" "... with a warning"
"$VMCOREFS" --cat pfn/0x102 -o degraded "$T"/made* >/dev/null 2>"$T/err"
like "$(cat "$T/err")" "page 0x102: the disk of the set of .*made that has it is missing" "... and a message for a page that is missed"
is "$("$VMCOREFS" -q -o degraded --cat info "$T"/made* | grep '^missing-part')" \
	"missing-part: 0x102-0x10c: 11 pages cannot be read" "... info tells which pages"
# 33 pages: 11 on each disk
for pfn in 0 40 0x101 0x10d 0x117; do
	is "$(page $pfn -o degraded)" same "... page $pfn, of disk 1 or 3, is there"
done
for pfn in 0x102 0x10c; do
	like "$(page $pfn -o degraded)" "pfn/$pfn: .*Input/output error" "... page $pfn is not"
done
mv "$T/second" "$T/made.2"
mv "$T/made.3" "$T/third"
is "$(page 0x10c -o degraded)" same "without disk 3: what is on disk 2"
like "$(page 0x10d -o degraded)" "pfn/0x10d: .*Input/output error" "... what is not"
mv "$T/made" "$T/first"
format_refused "$T/made.2" "made.2: disk 2 of a sadump disk set: the first disk is missing, which has the list of pages" \
	"disk 2 alone" -o degraded
mv "$T/first" "$T/made"
mv "$T/third" "$T/made.3"

refused_set() {	# REGEX NAME FILE...
	timeout 20 "$VMCOREFS" --cat info "${@:3}" >"$T/got" 2>"$T/err"
	is "$?" 32 "$2: status 32"
	like "$(cat "$T/err")" "^vmcorefs: [^"$'\n'"]*$1$" "$2: says why"
}
refused_set "made.2: the same disk of the set as .*made.2" "a disk twice" "$T/made" "$T/made.2" "$T/made.2"
refused_set "made: the first disk of a set, as .*made is" "the first disk twice" "$T/made" "$T/made.2" "$T/made"
refused_set "desc: no disk of a sadump disk set; only such disks can be given together" "something else" "$T/made" "$T/desc"
python3 tests/mkformat sadump "$T/desc" "$T/single"
refused_set "single: no disk of a sadump disk set; .*" "a single partition" "$T/made" "$T/single"
patch "$T/made.3" 104 ff
refused_set "made.3: no disk of the same set as .*made" "a disk of another set" "$T"/made*
made sadump-set
patch "$T/made.3" 120 ff
refused_set "made.3: its volume ......ff-0000-0000-0000-000000000003 is not in the list of disks on .*made" "another volume" \
	"$T"/made*
made sadump-set
patch "$T/made.3" 142 01
is "$(info incomplete)" no "another time stamp"
like "$(cat "$T/err")" "made.3: has another time stamp than .*made: maybe of another dump" "... is said"
patch "$T/made" 160 00100000
like "$(info incomplete; cat "$T/err")" "says that [0-9]* bytes are used; the headers alone are" "used_device below the headers"

# --- damage

made sadump version=5
is "$(info incomplete)" no "version 5"
like "$(cat "$T/err")" "sadump header version 5 is not known: read as version 1" "... is read with a warning"
made sadump
truncate -s -10000 "$T/made"
is "$(info incomplete)" yes "cut in the pages"
like "$(cat "$T/err")" "made: truncated: the file ends 10000 bytes before its pages do; some cannot be read" "... is said"
is "$(page 0x114)" same "... what is before can be read"
like "$(page 0x116)" "pfn/0x116: .*Input/output error" "... what is behind cannot"
like "$(page 0x116; cat "$T/err")" "made: page 0x116: cannot be read at offset 0x[0-9a-f]*: beyond the end of the file" "... with a message"

made sadump
size=$(stat -c %s "$T/made")
refuses() {	# OFFSET HEX REGEX NAME
	cp "$T/made" "$T/bad"
	patch "$T/bad" "$1" "$2"
	format_refused "$T/bad" "bad: $3" "$4"
}
refuses 0x200 00 "no sadump partition header at offset 0: its magic numbers end after 512 bytes" "magic numbers"
refuses 4096 00 "no sadump dump header at offset 0x1000" "signature"
refuses $((4096 + 40)) 00200000 "the sadump dump header has blocks of 8192 bytes, the partition header of 4096" "block size"
refuses $((4096 + 88)) 0000000000000000 "the sadump header says that the machine has no memory" "no pages"
refuses $((4096 + 52)) 00000000 "the sadump header says that the machine has no memory" "no bitmap"
refuses $((4096 + 48)) ff000000 "the file ends inside the bitmap of the machine's pages at offset 0x[0-9a-f]*" "sub header"
refuses 152 11000000 "the sadump partition header says disk 17 of a set: there are at most 16" "disk 17"
truncate -s 5000 "$T/made"
format_refused "$T/made" "made: the file ends inside the bitmap of the machine's pages" "cut behind the headers"
truncate -s 4100 "$T/made"
format_refused "$T/made" "made: the file ends inside the sadump dump header" "cut in the dump header"
made sadump-media
patch "$T/made" 48 02
format_refused "$T/made" "made: medium 2 of a sadump media backup" "the second medium"
patch "$T/made" 0 ffff
format_refused "$T/made" "made: the sadump media header and the partition header are of different dumps" "another medium"
made sadump
patch "$T/made" $((4096 + 80)) 09000000
is "$(info incomplete)" no "more CPUs than there is room for"
like "$(cat "$T/err")" "the registers of 9 CPUs at offset 0x2000 are damaged: they have 1024 bytes" "... are left out"

format_damaged sadump fuzz_sadump
format_damaged sadump fuzz_sadump version=0 block=8192
format_damaged sadump-media fuzz_sadump
format_damaged sadump-set fuzz_sadump disks=2

# all files of damaged sets together
format_memory >"$T/desc"
rm -rf "$T/damaged"
n=$(python3 tests/mkformat --garbage sadump-set "$T/desc" "$T/damaged" disks=2 cpus=none)
crashed=
for f in "$T"/damaged/*; do
	[[ -e $f.2 ]] || continue
	timeout 20 "$VMCOREFS" -q -o degraded --cat raw "$f.2" "$f" >"$T/got" 2>&1 || [[ $? == 32 || $? == 2 ]] || crashed+=" ${f##*/}"
done
is "$crashed" "" "$n damaged sets of two disks: a message or an open dump"
format_corpus fuzz_sadump
done_testing
