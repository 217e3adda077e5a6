#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# A machine with Xen and a PV dom0, made by tests/mkxen: pages by their machine frames, dom0's addresses, levels without
# and with the pages of a domU, Xen's own addresses; what cannot be had is absent, and info says why.
. tests/lib.sh
D=$T/dump
tests/mkxen "$D" || { fail "mkxen"; done_testing; }
view() { "$VMCOREFS" --cat "$@" 2>>"$T/err"; }
frame() { echo $((3000 - 2 * $1)); }

view info "$D" >"$T/info"
is "$(grep '^xen' "$T/info")" "xen: version 4.17.9-made, seen as dom0: pages have their machine addresses
xen-phys-start: 0
xen-dom0: page numbers below 0x190 (1 MiB) have memory, by its p2m table
xen-domu: pages are kept in levels" "info: what the notes and the tables tell"
is "$(sed -n 's/^vmcoreinfo: //p' "$T/info")" "found in memory at $(printf '0x%x' $(($(frame 10) * 4096)))" \
	"VMCOREINFO is dom0's, not the domU's, which is longer and found before"
is "$(view virt/0xffffffff80009000+10 "$D")" "frame $(frame 9)" "virt: through the p2m and dom0's tables"
is "$(view vtop/0xffffffff80009abc "$D" | tail -n 1)" "$(printf 'paddr 0x%016x' $(($(frame 9) * 4096 + 0xabc)))" \
	"vtop: a machine address"
is "$(view pfn/150 "$D" | head -c 9)" "frame 150" "pfn: a page of the domU"
is "$(view raw "$D" | tail -c +$((2982 * 4096 + 1)) | head -c 10)" "frame 2982" "raw: by machine addresses"

# expect FRAMES-LEFT-OUT LEVEL NAME [OPTION...]
view kdump-compressed "$D" >"$T/all"
tests/mkxen --frames "$T/all" >"$T/all.frames"
is "$(wc -l <"$T/all.frames")" \
	"$(readelf -lW "$D" | { n=0; while read -r type _ _ _ size _; do [[ $type != LOAD ]] || ((n += size / 4096)); done; echo "$n"; })" \
	"kdump-compressed: all pages"
expect() {
	local left_out=$1 level=$2 name=$3
	shift 3
	"$VMCOREFS" "$@" --cat "level-$level/dump" "$D" >"$T/level" 2>"$T/err"
	is "$(cat "$T/err")" "" "$name: no complaints"
	is "$(tests/mkxen --frames "$T/level" | sort | comm -3 - <(sort "$T/all.frames") | tr -d '\t' | sort -n | tr '\n' ' ')" \
		"$(tr ' ' '\n' <<<"$left_out" | sort -n | sed '/^$/d' | tr '\n' ' ')" "$name: the pages"
}
free=$(for pfn in {200..207}; do frame $pfn; done | tr '\n' ' ')
domu="$(seq -s ' ' 100 163) 170 171"
expect "" 0 "level 0"
expect "$free" 16 "level 16: dom0's free pages"
expect "$(frame 210)" 2 "level 2: its page cache"
expect "$(frame 211)" 8 "level 8: memory of its processes"
expect "$free $(frame 210) $(frame 211)" 30 "level 30"
expect "$domu" 0 "level 0 without domUs" -o xen_domu=exclude
expect "$domu $free $(frame 210) $(frame 211)" 30 "level 30 without domUs" -o xen_domu=exclude
like "$("$VMCOREFS" -o xen_domu=exclude --cat report "$D")" $'\ndomu  *66 ' "report: those left out"
is "$("$VMCOREFS" -o xen=hypervisor --cat virt/0xffff82d040000200+7 "$D")" ".9-made" "hypervisor: virt"
not_ok "hypervisor: dom0's addresses are not its" "$VMCOREFS" -o xen=hypervisor --cat virt/0xffffffff80009000+10 "$D"
like "$("$VMCOREFS" -o xen=hypervisor --cat info "$D")" 'missing: report: page structs are dom0.s' "hypervisor: info says why"

# --- what is not there, or damaged
refused() {	# REGEX NAME FILE OPTION...
	local regex=$1 name=$2 file=$3
	shift 3
	"$VMCOREFS" "$@" --cat info "$file" >"$T/out" 2>"$T/err"
	is "$?:$(wc -l <"$T/err")" 32:1 "$name: one line, status 32"
	like "$(cat "$T/err")" "$regex" "$name: says why"
}
tests/mkxen "$T/pvh" p2m=0
like "$("$VMCOREFS" --cat info "$T/pvh")" 'levels other than 0 and 1: Xen.s notes tell of no p2m table' "no p2m: no levels, and why"
not_ok "no p2m: no virt" "$VMCOREFS" --cat virt/0xffffffff80009000+10 "$T/pvh"
is "$("$VMCOREFS" --cat pfn/150 "$T/pvh" | head -c 9)" "frame 150" "no p2m: memory is there"
refused 'pages of domUs cannot be told: Xen.s notes tell of no p2m' "no p2m: -o xen_domu" "$T/pvh" -o xen_domu=exclude
tests/mkxen "$T/none" notes=0
refused 'is no dump of a machine with Xen' "no notes: -o xen=dom0" "$T/none" -o xen=dom0
refused 'is no dump of a machine with Xen' "no notes: -o xen_domu" "$T/none" -o xen_domu=exclude
tests/mkxen "$T/start" start=0x5000
like "$("$VMCOREFS" --cat info "$T/start")" 'missing: owners of pages .*page tables of Xen do not map' "wrong place of Xen: info"
is "$("$VMCOREFS" --cat virt/0xffffffff80009000+10 "$T/start")" "frame $(frame 9)" "... but dom0 is there"
tests/mkxen "$T/old" major=3
refused 'page_info of Xen 3' "Xen 3: -o xen_domu" "$T/old" -o xen_domu=exclude
refused 'not a VMCOREINFO text' "-o xen_vmcoreinfo of something else" "$D" -o xen_vmcoreinfo=COPYING
refused 'is of Linux' "-o xen=hypervisor -i" "$D" -o xen=hypervisor -i tests/mkxen
"$VMCOREFS" -o xen=foo --cat info "$D" >"$T/out" 2>"$T/err"
is "$?:$(cat "$T/err")" "1:vmcorefs: -o xen=foo: not one of dom0, hypervisor" "-o xen=foo"
"$VMCOREFS" -o xen_domu=foo --cat info "$D" >"$T/out" 2>"$T/err"
is "$?:$(cat "$T/err")" "1:vmcorefs: -o xen_domu=foo: not one of keep, exclude" "-o xen_domu=foo"
n=0 bad=()
for word in major minor extra changeset compiler date time tainted start p2m; do
	for value in 1 0xffffffff 0xffffffffffffffff; do
		tests/mkxen "$T/garbage" $word=$value
		timeout 20 "$VMCOREFS" --cat level-30/dump "$T/garbage" >"$T/out" 2>"$T/err"
		status=$?
		[[ $status == 0 || $status == 32 ]] || bad+=("$word=$value: $status")
		((n += 1))
	done
done
is "${bad[*]}" "" "$n wrong words in the note: an answer to each"

done_testing
