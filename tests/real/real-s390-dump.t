#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# Stand-alone dumps of s390 with the memory of a real kernel. zgetdump of s390-tools writes plain ones, and reads what
# tests/mkformat writes; libkdumpfile reads plain ones.
. tests/real/lib.sh
need_root

sets s390x zgetdump
zgetdump() { "${set[zgetdump]}/zgetdump" "$@" 2>"$T/zgetdump.err"; }
elf=${set[s390x]}/elf
tool kdumpfile_pages -lkdumpfile -lz
cat_of() { "$VMCOREFS" --cat "$1" "${@:2}" 2>>"$T/err"; }

# zgetdump does not read QEMU's ELF, whose section headers are not right.
cat_of elf "$elf" >"$T/elf"
zgetdump -f s390 "$T/elf" >"$T/plain"
is "$?" 0 "zgetdump writes a plain dump" || diag "$(cat "$T/zgetdump.err")"
must "mkformat" python3 tests/mkformat s390 "$elf" "$T/made" registers=yes
must "mkformat" python3 tests/mkformat s390-ext "$elf" "$T/extended" registers=yes
must "mkformat" python3 tests/mkformat s390-volumes "$elf" "$T/volume" registers=yes
must "mkformat" python3 tests/mkformat s390-volumes "$elf" "$T/extvolume" registers=yes extended=yes

# --- the same memory, but for where CPUs save registers

: >"$T/err"
cat_of raw "$T/made" >"$T/raw"
is "$(cat_of raw "$T/extended" | cmp - "$T/raw" 2>&1)" "" "extended: memory"
is "$(cat_of raw "$T"/volume* | cmp - "$T/raw" 2>&1)" "" "volumes: memory"
is "$(cat_of raw "$T"/extvolume* | cmp - "$T/raw" 2>&1)" "" "extended volumes: memory"
cat_of raw "$elf" >"$T/want"
# two CPUs with 512 bytes in a page each; zgetdump writes vector registers to two more
is "$(cmp -l "$T/raw" "$T/want" | awk '{ print int(($1 - 1) / 512) }' | sort -u | wc -l)" 2 "two save areas differ"
cat_of raw "$T/plain" | cmp -l - "$T/want" | awk '{ print int(($1 - 1) / 4096) }' | sort -u >"$T/differ"
# the vector registers of an idle CPU may be what its area held before
[[ $(wc -l <"$T/differ") == [234] ]]
result $? "zgetdump's: two lowcores, up to two areas for vector registers differ" || diag "$(cat "$T/differ")"

# --- the same kernel

for view in dmesg level-31/report; do
	cat_of "$view" "$elf" >"$T/want"
	for dump in plain made extended; do
		cat_of "$view" "$T/$dump" >"$T/got"
		same "$T/got" "$T/want" "$dump: $view as of the ELF"
	done
done
is "$(cat_of info "$T/extended" | grep -E '^(architecture|cpus|page-table-levels|incomplete): ' | tr '\n' ' ')" \
	"incomplete: no architecture: s390x cpus: 2 page-table-levels: 3 " "info"

# --- registers: as QEMU's notes have them

notes() { "$VMCOREFS" --list notes "$1" 2>/dev/null | grep -- "-$2\$"; }
for dump in plain made extended; do
	for note in CORE-1 CORE-2 LINUX-769 LINUX-770 LINUX-772 LINUX-773; do
		got='' want=''
		for name in $(notes "$T/$dump" $note); do got+=$(cat_of "notes/$name" "$T/$dump" | tail -c +113 | sha256sum); done
		for name in $(notes "$elf" $note); do want+=$(cat_of "notes/$name" "$elf" | tail -c +113 | sha256sum); done
		# short notes whole
		case $note in LINUX-769|LINUX-770|LINUX-773)
			got=$(for name in $(notes "$T/$dump" $note); do cat_of "notes/$name" "$T/$dump"; done | sha256sum)
			want=$(for name in $(notes "$elf" $note); do cat_of "notes/$name" "$elf"; done | sha256sum) ;;
		esac
		[[ $(notes "$elf" $note | wc -l) == 2 ]] || fail "$note: two CPUs"
		is "$got" "$want" "$dump: $note of both CPUs"
	done
done
# vector registers: as zgetdump wrote them
for note in LINUX-777 LINUX-778; do
	got=$(for name in $(notes "$T/plain" $note); do cat_of "notes/$name" "$T/plain"; done | sha256sum)
	want=$(for name in $(notes "$elf" $note); do cat_of "notes/$name" "$elf"; done | sha256sum)
	is "$got" "$want" "plain: $note of both CPUs"
done

# The control registers lead to the page tables where VMCOREINFO is gone.
cp "$T/made" "$T/wiped"
must "VMCOREINFO is wiped" tests/tools/wipe-vmcoreinfo "$T/wiped"
is "$(cat_of info "$T/wiped" | grep ^vmcoreinfo:)" "vmcoreinfo: none" "there is none"
address=0x$(zcat "${set[s390x]}/truth/kallsyms.gz" | awk '$3 == "init_task" { print $1; exit }')
cat_of "vtop/$address" "$elf" >"$T/want"
cat_of "vtop/$address" "$T/wiped" >"$T/got"
same "$T/got" "$T/want" "init_task by the registers"

# --- the judges

# not to s390: it would write vector registers into memory
zgetdump -f elf "$T/extended" >"$T/back"
is "$?" 0 "zgetdump reads the extended dump" || diag "$(cat "$T/zgetdump.err")"
is "$(cat_of raw "$T/back" | cmp - "$T/raw" 2>&1)" "" "zgetdump's reading of it: memory"
is "$(pages -m 65536 "$T/plain")" "$(cat_of elf "$T/plain" >"$T/plain.elf"; pages "$T/plain.elf")" "libkdumpfile: plain"
done_testing
