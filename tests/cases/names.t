#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Symbols where an address is taken: virt/ and vtop/, by the symbols that the dump has of itself.
. tests/lib.sh
D=tests/corpus/tiny61.kdump

cat_() { "$VMCOREFS" -q --cat "$1" "$D" 2>&1; }
# same_bytes NAME NAME WHAT: both give the same bytes, and there are some
same_bytes() {
	cat_ "$1" >"$T/one"; cat_ "$2" >"$T/two"
	ok "$3" test -s "$T/one" && same "$T/one" "$T/two" "... the same by $2"
}

init=0x$(cat_ vmcoreinfo | sed -n 's/^SYMBOL(init_uts_ns)=//p')
same_bytes "virt/init_uts_ns+455" "virt/$init+455" "virt/: a symbol and a length"
same_bytes "virt/init_uts_ns+0x41+64" "virt/$(printf %#x $((init + 0x41)))+64" "virt/: an offset and a length"
same_bytes "virt/$init+0x41+64" "virt/init_uts_ns+0x41+64" "virt/: an offset behind a number"
same_bytes vtop/init_uts_ns "vtop/$init" "vtop/: a symbol"
same_bytes vtop/init_uts_ns+0x41 "vtop/$(printf %#x $((init + 0x41)))" "vtop/: with an offset"
# the copies of CPUs: __per_cpu_offset[] is what makes them
for cpu in 0 1; do
	offset=$(cat_ "virt/__per_cpu_offset+$((8 * cpu))+8" | od -An -t u8 | tr -d ' ')
	is "$(cat_ "virt/this_cpu_off@$cpu+8" | od -An -t u8 | tr -d ' ')" "$offset" "virt/: this_cpu_off of CPU $cpu"
done

# refused NAME ERROR WHAT
refused() { is "$(cat_ "$1")" "vmcorefs: $1: $2" "$3"; }
missing="No such file or directory"
refused virt/nosuch "$missing" "no such symbol"
refused virt/nosuch+8 "$missing" "... with a length"
refused vtop/nosuch "$missing" "... in vtop/"
refused virt/nosuch:init_task "$missing" "no such module"
refused virt/this_cpu_off@2 "$missing" "no such CPU"
refused virt/this_cpu_off@18446744073709551615 "$missing" "no such CPU, by far"
refused virt/this_cpu_off "Bad address" "a per-CPU variable without a CPU is no address"
for bad in virt/12z virt/init_task+ virt/+8 virt/init_task+x virt/init_task@ virt/init_task@x virt/@0 virt/:init_task virt/loop: \
	virt/a:b:c virt/init_task+0 virt/init_task+8+0 vtop/init_task+ phys/init_task pfn/init_task; do
	refused "$bad" "Invalid argument" "malformed: $bad"
done
small_dump "$T/small"
like "$("$VMCOREFS" --cat vtop/0x1000:init_task "$T/small" 2>&1)" "init_task: not in this dump: ." "a dump without symbols: says why"

if [[ -e /dev/fuse ]]; then
	mount_dump "$D" "$T/mnt-n"
	ok "mounted: a name with a symbol" cmp <(head -c 65 "$T/mnt-n/virt/init_uts_ns+65") <(cat_ "virt/$init+65")
	# one file: the number is that of the address
	is "$(stat -c %i "$T/mnt-n/vtop/init_uts_ns")" "$(stat -c %i "$T/mnt-n/vtop/$init")" "mounted: one node"
fi
done_testing
