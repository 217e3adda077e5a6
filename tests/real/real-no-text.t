#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# A real QEMU dump that has lost its VMCOREINFO, in memory too: CR3 in the notes of its CPUs leads to the same addresses.
. tests/real/lib.sh

sets q61-novmci
source=${set[q61-novmci]}/elf
cp --sparse=always "$source" "$T/bare" && chmod u+w "$T/bare"
ok "the dump loses its VMCOREINFO" tests/tools/wipe-vmcoreinfo "$T/bare"
fact() { "$VMCOREFS" --cat info "$2" 2>/dev/null | sed -n "s/^$1: //p"; }
is "$(fact vmcoreinfo "$T/bare")" none "there is none"
for key in phys-base direct-map page-table-levels; do
	is "$(fact $key "$T/bare")" "$(fact $key "$source")" "$key"
done
"$VMCOREFS" --cat vmcoreinfo "$source" >"$T/text" 2>/dev/null
for symbol in _stext swapper_pg_dir init_uts_ns; do
	at=0x$(sed -n "s/^SYMBOL($symbol)=//p" "$T/text")
	is "$("$VMCOREFS" --cat "vtop/$at" "$T/bare" | tail -n 1)" "$("$VMCOREFS" --cat "vtop/$at" "$source" 2>/dev/null | tail -n 1)" \
		"vtop of $symbol"
	is "$("$VMCOREFS" --cat "virt/$at+4096" "$T/bare" | cksum)" "$("$VMCOREFS" --cat "virt/$at+4096" "$source" 2>/dev/null | cksum)" \
		"virt of $symbol"
done
is "$("$VMCOREFS" --cat elf "$T/bare" | head -c 4096 | readelf -lW - 2>/dev/null | grep -c 'LOAD.* 0xffff')" \
	"$("$VMCOREFS" --cat elf "$source" 2>/dev/null | head -c 4096 | readelf -lW - 2>/dev/null | grep -c 'LOAD.* 0xffff')" \
	"elf: as many segments with addresses"
done_testing
