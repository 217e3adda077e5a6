#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# VMware's saved states: memory in the file and beside it, regions, registers; what is missing, what is damaged.
. tests/lib.sh
. tests/formats.sh

# made FORMAT [KEY=VALUE...]: $T/made of $T/desc, and the bytes of its memory
made() {
	rm -f "$T"/made*
	[[ $1 == keep ]] && shift || format_memory >"$T/desc"
	python3 tests/mkformat "$1" "$T/desc" "$T/made" "${@:2}" || fail "mkformat $*"
	python3 tests/mkdump --raw "$T/desc" "$T/want"
}
info() {	# KEY
	"$VMCOREFS" --cat info "$T/made" 2>"$T/err" | sed -n "s/^$1: //p"
}
reads_alone() {	# FILE NAME: its memory is found
	"$VMCOREFS" --cat raw "$1" >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$2: no complaints"
	same "$T/got" "$T/want" "$2: contents"
}
registers() {	# those in the notes of the elf view
	"$VMCOREFS" --cat elf "$T/made" >"$T/elf"
	tests/tools/x86_notes.py "$T/elf"
}

# --- what is in memory comes out

format_reads "memory beside" vmss
format_reads "memory inside" vmss-embedded
format_reads "memory inside, behind padding" vmss-embedded pad=777
format_reads "no sizes of regions" vmss regions=nosize
format_reads "no regions" vmss regions=none
format_reads "no regions, memory inside" vmss-embedded regions=none
format_reads "three regions" vmss-embedded merge=3
format_reads "registers in blocks" vmss blocks=yes
format_reads "no registers" vmss cpus=none
for id in bad1bad1 bad2bad2; do
	format_reads "id $id" vmss id=$id
done

made vmss
reads_alone "$T/made" "found by its name: NAME.vmem"
mv "$T/made.vmem" "$T/guest.vmem"
for suffix in vmss vmsn; do
	cp "$T/made" "$T/guest.$suffix"
	reads_alone "$T/guest.$suffix" "found by its name: .vmem instead of .$suffix"
done
"$VMCOREFS" --cat raw "$T/guest.vmem" "$T/made" >"$T/got" 2>"$T/err"
same "$T/got" "$T/want" "given, the memory first"
is "$(info pages-stored; cat "$T/err")" "vmcorefs: $T/made: the memory of the guest is in another file, and there is no \
$T/made.vmem: give it as one more DUMP" "its memory is missing"
alone="guest.vmem: no known dump format .*; memory of a VMware guest: give its .vmss or .vmsn too, or --raw$"
format_refused "$T/guest.vmem" "$alone" "two states beside it: which one is not guessed"
rm "$T/guest.vmss"
reads_alone "$T/guest.vmem" "given the memory alone, as other tools want it: the state beside it is found"
mv "$T/guest.vmsn" "$T/guest.vmss"
reads_alone "$T/guest.vmem" "the same, suspended"
printf x | dd of="$T/guest.vmss" bs=1 conv=notrunc status=none
format_refused "$T/guest.vmem" "$alone" "what is beside it is no saved state"
rm "$T/guest.vmss"
format_refused "$T/guest.vmem" "$alone" "the memory alone"

for version in 1 3 4 5 6; do
	format_reads "debug.guest of version $version" vmware-guest version=$version
done
made vmware-guest
reads_alone "$T/made" "debug.guest: found by its name"
mkdir "$T/esx"
mv "$T/made" "$T/esx/debug.guest"
mv "$T/made.vmem" "$T/esx/debug.vmem"
reads_alone "$T/esx/debug.guest" "debug.guest, debug.vmem"
reads_alone "$T/esx/debug.vmem" "debug.vmem, debug.guest"
{ cat "$T/esx/debug.guest"; echo; } >"$T/made"
format_refused "$T/made" "no known dump format" "debug.guest with a byte more"

# --- registers

rip='prstatus pid=1 r15=110f r14=110e r13=110d r12=110c rbp=1107 rbx=1101 r11=110b r10=110a r9=1109 r8=1108 rax=1100 rcx=1102 '
rip+='rdx=1103 rsi=1104 rdi=1105 orig_rax=0 rip=1110 cs=0 eflags=1111 rsp=1106 ss=28 fs_base=ffff800000000003 '
rip+='gs_base=ffff800000000004 ds=8 es=10 fs=18 gs=20'
for blocks in "" blocks=yes; do
	made vmss $blocks
	like "$(registers)" "^$rip"$'\n' "registers, $blocks"
	like "$(registers)" "idt.base=ffff800000000009 cr0=80050033 cr1=0 cr2=7f0000000000 cr3=1234000 cr4=3406e0" \
		"control registers, $blocks"
	is "$(info architecture)" x86_64 "x86_64, $blocks"
done
is "$(info registers)" "of 1 CPU" "CPUs"
for version in 1 4; do
	made vmware-guest version=$version
	like "$(registers)" "^${rip/fs_base*/fs_base=0 gs_base=0 ds=0 es=0 fs=0 gs=0}"$'\n' "debug.guest of version $version: registers"
	like "$(registers)" "idt.base=ffff800000000009 cr0=80050033 cr1=0 cr2=7f0000000000 cr3=1234000 cr4=3406e0" \
		"debug.guest of version $version: control registers"
done
made vmss-embedded cpus=none
is "$(info architecture)" x86_64 "no registers: x86_64"
{ echo "machine i686"; format_memory | grep -v "^vmcoreinfo"; } >"$T/desc"
made keep vmss
is "$(info architecture)" i386 "interrupt descriptors in 32 bits: i386"

# --- damage

made vmss id=bed3bed3
is "$(info incomplete)" yes "a partial state is incomplete"
like "$(cat "$T/err")" "made: marked as partial by VMware" "... with a warning"
made vmss id=bed0bed0
format_refused "$T/made" "made: the 32-bit form of VMware's saved states .id 0xbed0bed0. is not supported" "id bed0bed0"
made vmss-embedded name=compressed
format_refused "$T/made" "made: the memory at offset 0x[0-9a-f]* is compressed, in a way that is not known" "compressed memory"
made vmss-embedded name=partial
format_refused "$T/made" "made: the memory at offset 0x[0-9a-f]* is only a part: 135168 of 270336 bytes" "a part of memory"
made vmss
format_refused "$T/made.vmem" "no known dump format" "memory alone"
cp "$T/made" "$T/again"
"$VMCOREFS" --cat info "$T/made" "$T/again" 2>"$T/err"
is "$?" 32 "two states: status 32"
like "$(cat "$T/err")" "^vmcorefs: .*again: a VMware saved state, as .*made is, not its memory$" "... says why"
"$VMCOREFS" --cat info "$T/made" "$T/made.vmem" "$T/desc" 2>"$T/err"
like "$(cat "$T/err")" "^vmcorefs: .*: a VMware saved state and its memory are two files, not 3$" "three files"
made vmss-embedded
"$VMCOREFS" --cat info "$T/made" "$T/want" 2>"$T/err"
like "$(cat "$T/err")" "^vmcorefs: .*want: not the memory of .*made, which has it in itself$" "memory inside and beside"
truncate -s 11 "$T/made"
format_refused "$T/made" "made: the file ends inside the VMware header" "cut in the header"
made vmss
truncate -s 100 "$T/made"
format_refused "$T/made" "made: the file ends inside the table of 3 groups, at offset 0x5c" "cut in the table of groups"
made vmss
truncate -s -1 "$T/made"
format_refused "$T/made" "made: tag at offset 0x[0-9a-f]* in group memory: cannot be read" "cut at the end of the tags"
made vmss
truncate -s -5000 "$T/made.vmem"
is "$(info incomplete)" yes "memory is cut"
like "$(cat "$T/err")" "made.vmem: truncated: the file ends before its memory does, which has 135168 bytes" "... is said"
"$VMCOREFS" -q --cat pfn/0x115 "$T/made" 2>"$T/err" | cmp - <(tail -c +$((0x115 * 4096 + 1)) "$T/want" | head -c 4096)
is "$?" 0 "... what is before can be read"
not_ok "... what is behind cannot" "$VMCOREFS" -q --cat pfn/0x116 "$T/made"

format_damaged vmss-embedded fuzz_vmware
format_damaged vmss-embedded fuzz_vmware blocks=yes merge=2

# the memory beside, for damaged states
format_memory >"$T/desc"
rm -rf "$T/damaged"
n=$(python3 tests/mkformat --garbage vmss "$T/desc" "$T/damaged" merge=2 cpus=none)
crashed=
for f in "$T"/damaged/*; do
	[[ -e $f.vmem ]] || continue
	timeout 20 "$VMCOREFS" -q --cat raw "$f" >"$T/got" 2>&1 || [[ $? == 32 || $? == 2 ]] || crashed+=" ${f##*/}"
done
n=$((n + $(python3 tests/mkformat --garbage vmware-guest "$T/desc" "$T/damaged")))
for f in "$T"/damaged/guest* "$T"/damaged/memory*; do
	[[ -e $f.vmem ]] || continue
	timeout 20 "$VMCOREFS" -q --cat raw "$f" >"$T/got" 2>&1 || [[ $? == 32 || $? == 2 ]] || crashed+=" ${f##*/}"
done
is "$crashed" "" "$n damaged states: a message or an open dump"
format_corpus fuzz_vmware
done_testing
