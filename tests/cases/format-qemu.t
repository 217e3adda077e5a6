#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 600
# QEMU's migration stream, and what libvirt puts around it.
. tests/lib.sh
. tests/formats.sh

format_reads "stream" qemu-savevm
format_reads "sections of three pages" qemu-savevm section=3
format_reads "pages of equal bytes are one byte" qemu-savevm fill=1
format_reads "pages sent twice: the last one counts" qemu-savevm passes=2
format_reads "... in any order" qemu-savevm passes=2 shuffle=4 section=7 fill=1
format_reads "... and more often" qemu-savevm passes=4 shuffle=5
format_reads "memory of three nodes" qemu-savevm nodes=3
format_reads "of an old machine type" qemu-savevm config=0 footers=0
format_reads "with a hashed page table" qemu-savevm htab=1
format_reads "with storage attributes" qemu-savevm attributes=1
format_reads "page size told" qemu-savevm bits=12
format_reads "postcopy that is advised and does not come" qemu-savevm postcopy=3
format_reads "no bitmaps of disks" qemu-savevm postcopy=3 bitmaps=1
format_reads "mapped-ram" qemu-mapped-ram
format_reads "mapped-ram, other nodes and machine" qemu-mapped-ram nodes=2 machine=pc-q35-9.0
format_reads "mapped-ram in another file, later" qemu-mapped-ram base=70000
format_reads "libvirt" libvirt
format_reads "libvirt, big-endian" libvirt big=1
FORMAT_OPTIONS=-q format_reads "libvirt, not complete" libvirt partial=1

# Containers of their own: there may be none in this build.
format_memory >"$T/desc"
for method in gzip bzip2 xz zstd; do
	have $method || { skip "libvirt, $method" "no $method"; continue; }
	python3 tests/mkformat qemu-savevm "$T/desc" "$T/plain"
	$method -c "$T/plain" >"$T/packed"
	if "$VMCOREFS" -q --cat info "$T/packed" >"$T/got" 2>&1; then
		FORMAT_OPTIONS=-q format_reads "libvirt, $method" libvirt compress=$method
	else
		skip "libvirt, $method" "no such container"
	fi
done

made() { python3 tests/mkformat "$1" "$T/desc" "$T/dump" "${@:2}"; }
cat_() { "$VMCOREFS" -q "${@:2}" --cat "$1" "$T/dump" 2>"$T/err"; }
word() { od -An -t x8 -j "$2" -N 8 "$1" | tr -d ' '; }

# --- what it is

made qemu-savevm
cat_ info >"$T/info"
like "$(cat "$T/info")" "format: qemu-savevm"$'\n' "info: format"
like "$(cat "$T/info")" "architecture: x86_64"$'\n' "info: architecture"
like "$(cat "$T/info")" "incomplete: no"$'\n' "info: complete"
unlike "$(cat "$T/info")" "registers: none" "info: has registers"
like "$(cat "$T/info")" "pages-excluded: 247 " "info: pages that were never sent are left out"
truncate -s 100M "$T/dump"
cat_ info >"$T/info"
unlike "$(cat "$T/info")" "registers: none" "on a volume that is larger: has registers"
python3 tests/mkformat qemu-savevm <(echo 'page 0-3 number') "$T/older"
made qemu-savevm rtc=1
cat "$T/older" >>"$T/dump"
cat_ notes/01-QEMU-0 >"$T/cpu"
is "$(word "$T/cpu" 416)" 0000000001234000 "on a volume that had an older one: its own registers"
made libvirt
like "$(cat_ info)" "format: qemu-savevm, libvirt"$'\n' "info: libvirt"

# --- registers: tests/mkformat.d/memory.py makes them up

made qemu-savevm
cat_ notes/00-CORE-1 >"$T/prstatus"
cat_ notes/01-QEMU-0 >"$T/cpu"
is "$(word "$T/cpu" 8)" 0000000000001100 "registers: rax"
is "$(word "$T/cpu" 136)" 0000000000001110 "registers: rip"
is "$(word "$T/cpu" 416)" 0000000001234000 "registers: cr3"
is "$(word "$T/cpu" 424)" 00000000003406e0 "registers: cr4"
is "$(word "$T/cpu" 384)" ffff800000000009 "registers: base of the IDT"
is "$(word "$T/cpu" 192)" ffff800000000001 "registers: base of ds, the second segment here and the fourth there"
is "$(word "$T/prstatus" $((112 + 16 * 8)))" 0000000000001110 "registers: rip in NT_PRSTATUS"
made qemu-savevm leave=vmdesc
like "$(cat_ info)" "registers: none: the stream has no description of its devices"$'\n' "no description: info says so"
made qemu-savevm leave=EOF
like "$(cat_ info)" "incomplete: no"$'\n'".*registers: none: the stream has no description" "cut in the devices: memory is complete"
made qemu-savevm leave=devices
like "$(cat_ info)" "registers: none: the stream ends before its devices"$'\n' "no devices: info says so"
made qemu-savevm
sed -i 's/"name": "env.fpregs", "array_len": 8/"name": "env.fpregs", "array_len": 9/' "$T/dump"
like "$(cat_ info)" "registers: none: the description of the devices does not fit the stream"$'\n' "a description of something else"

# --- VMCOREINFO where the guest told QEMU that it is: an ELF note at 0x900000

python3 - "$T" <<'END'
import struct, sys
sys.path.insert(0, 'tests/mkformat.d'), sys.path.insert(0, 'tests/mkdump.d')
sys.dont_write_bytecode = True
import memory, output, qemu
text = b'OSRELEASE=6.9.9-noted\nPAGESIZE=4096\n'
mem = memory.load(sys.argv[1] + '/desc')
mem.ranges.append((0x900000, 4096))
note = struct.pack('<III', 11, len(text), 0) + b'VMCOREINFO\0\0' + text
mem.page_bytes[0x900] = note + bytes(4096 - len(note))
out = output.Output(sys.argv[1] + '/dump')
qemu.write_savevm(mem, out, {'note': '0x900000+%d' % len(note)})
out.close()
END
is "$(cat_ vmcoreinfo | head -n 1)" "OSRELEASE=6.9.9-noted" "VMCOREINFO by the device vmcoreinfo"

# --- a name in the stream with what a terminal obeys: the message does not have it

made qemu-savevm
python3 - "$T/dump" <<'END'
import sys
data = bytearray(open(sys.argv[1], 'rb').read())
data[8] = 1             # the configuration becomes a section, its type a name
at = data.index(b'pc-i440fx')
data[at + 1:at + 4] = b'\x1b\x07\x7f'
open(sys.argv[1], 'wb').write(data)
END
not_ok "an unknown section" cat_ info
is "$(LC_ALL=C tr -d '[:cntrl:]' <"$T/err" | wc -c)" "$(($(wc -c <"$T/err") - $(wc -l <"$T/err")))" "... no control characters in the message"
like "$(cat "$T/err")" "\?\?\?" "... but a mark"

# --- memory above 4 GiB

{ format_memory; echo 'page 0x7ffff text below'; echo 'page 0x140002 text above'; } >"$T/desc"
page_is() { is "$(cat_ "pfn/$1" "${@:4}" | tr -d '\0')" "$2" "$3"; }
made qemu-savevm machine=pc-q35-7.2
page_is 0x140002 above "q35: above 4 GiB"
page_is 0x7ffff below "q35: below the hole"
not_ok "q35: nothing in the hole" cat_ pfn/0x80000
page_is 0xc0002 above "-o pci_hole: what was above 4 GiB is below" -o pci_hole=0xc0003000
page_is 0x100002 above "-o pci_hole: another distance" -o pci_hole=0xc0000000
made qemu-savevm machine=pc-q35-7.2 nodes=3
page_is 0x140002 above "three nodes: above 4 GiB"
page_is 0x7ffff below "three nodes: below the hole"
made qemu-mapped-ram machine=pc-i440fx-7.2
page_is 0x140002 above "i440fx: above 4 GiB"
page_is 0x7ffff below "i440fx: below the hole"
format_refused "$T/dump" "pci_hole=: 0x123 is not the address of a page below 4 GiB" "pci_hole: no page" -o pci_hole=0x123
format_memory >"$T/desc"

# --- cut short, damaged

made qemu-savevm
truncate -s -60000 "$T/dump"
like "$("$VMCOREFS" --cat info "$T/dump" 2>&1)" "warning: .*/dump: the QEMU stream is cut short at offset 0x[0-9a-f]+; pages" "cut short: a warning"
like "$(cat_ info)" "incomplete: yes" "cut short: info"
ok "... a page that is there" cat_ pfn/0x103
not_ok "... a page that is not" cat_ pfn/0x117
like "$(cat "$T/err" 2>/dev/null; "$VMCOREFS" --cat pfn/0x117 "$T/dump" 2>&1)" "address 0x[0-9a-f]+ of pc.ram, at offset 0x[0-9a-f]+: the stream ends before it" "... and why"

# mapped-ram: the bitmap comes first in the file, but is written last.
made qemu-mapped-ram
truncate -s $(((1 << 20) + 0x104000)) "$T/dump"
ok "mapped-ram, cut short: a page that is there" cat_ pfn/0x103
not_ok "... a page that is not" cat_ pfn/0x104
is "$(cat_ pfn/20 | tr -d '\0' | wc -c)" 0 "... a page that the bitmap does not have is zero"
ok "... which is known" cat_ pfn/20 -o excluded=error
truncate -s 200 "$T/dump"
not_ok "mapped-ram, cut before its bitmap: no page is made up" cat_ pfn/20
made qemu-mapped-ram
at=$(grep -obUa 'pc.ram' "$T/dump" | head -n 1 | cut -d: -f1)
truncate -s $((1 << 20)) "$T/dump"
dd if=/dev/zero of="$T/dump" bs=1 seek=$((at + 6 + 8 + 28)) count=40 conv=notrunc status=none
not_ok "mapped-ram, whose bitmap was never written: no page is made up" cat_ pfn/20

# The walk leaps over runs of pages. A header in such a run that is not the page's makes that page unreadable.
made qemu-savevm
python3 - "$T/dump" <<'END'
import struct, sys
with open(sys.argv[1], 'r+b') as f:
    raw = f.read()
    at = raw.index(struct.pack('>Q', 0x104000 | 0x28))
    assert raw.count(struct.pack('>Q', 0x104000 | 0x28)) == 1
    f.seek(at)
    f.write(struct.pack('>Q', 0x105000 | 0x28))
END
not_ok "another header in a run: that page is damaged" cat_ pfn/0x104
like "$("$VMCOREFS" --cat pfn/0x104 "$T/dump" 2>&1)" "the header there is not that of this page" "... which is said"
ok "... others are not" cat_ pfn/0x106

# --- refused, with one line

made qemu-savevm xbzrle=1;	format_refused "$T/dump" "QEMU stream: pages as differences .XBZRLE. at offset 0x[0-9a-f]+" "XBZRLE"
made qemu-savevm postcopy=4;	format_refused "$T/dump" "QEMU stream: command 4 at offset .* .postcopy." "postcopy"
made qemu-savevm bitmaps=20;	format_refused "$T/dump" "QEMU stream: bitmaps of disks at offset 0x[0-9a-f]+: save it without" "bitmaps"
made qemu-savevm bits=10;	format_refused "$T/dump" "QEMU stream: pages of 2.10 bytes" "page size"
made qemu-savevm;		sed -i 's/pc\.ram/no.rom/' "$T/dump"
format_refused "$T/dump" "QEMU machine \"pc-i440fx-7.2\": it is not known which blocks of its memory are RAM .\"no.rom\", ....: -o ram=ID" "no block that is memory"
made qemu-savevm machine=malta names=mips_malta.ram;	format_refused "$T/dump" "QEMU machine \"malta\": it is not known where it has its memory" "another machine"
printf 'QEVM\0\0\0\2' >"$T/dump";	format_refused "$T/dump" "QEMU stream of version 2: only version 3" "version 2"
printf 'QEVM\0\0\0' >"$T/dump";		format_refused "$T/dump" "QEMU stream: the file ends inside its header" "cut in the header"
printf 'QEVM\0\0\0\3\1' >"$T/dump";	format_refused "$T/dump" "QEMU stream: it ends at offset 0x9, before any memory" "no memory"
printf 'QEVM\0\0\0\3\1\0\0\0\1\5block\0\0\0\0\0\0\0\1' >"$T/dump"
format_refused "$T/dump" "QEMU stream: section \"block\" at offset 0x8, before the end of the memory, is not known" "other sections"
printf 'LibvirtQemudSave\2\0' >"$T/dump";	format_refused "$T/dump" "libvirt save file: the file ends inside its header" "libvirt: cut"
made libvirt
printf '\7\0\0\7' | dd of="$T/dump" bs=1 seek=16 conv=notrunc status=none
format_refused "$T/dump" "libvirt save file of version 117440519" "libvirt: version"
made libvirt
printf '\0\0\0\1' | dd of="$T/dump" bs=1 seek=20 conv=notrunc status=none
format_refused "$T/dump" "libvirt save file: the file ends before the memory, at offset 0x100005c" "libvirt: length of the XML"
made libvirt
printf '\4' | dd of="$T/dump" bs=1 seek=28 conv=notrunc status=none
format_refused "$T/dump" "libvirt save file, compressed with lzop: unpack it with 'tail -c [+]141 .*dump . lzop -dc > FILE'" "libvirt: lzop"

# Memory for the index is bounded: 600000 pages in the order that is worst.
python3 - "$T/dump" <<'END'
import struct, sys
n = 600000
with open(sys.argv[1], 'wb') as f:
    f.write(b'QEVM' + struct.pack('>I', 3) + b'\1' + struct.pack('>I', 2) + b'\3ram' + struct.pack('>II', 0, 4))
    f.write(struct.pack('>Q', n * 4096 | 4) + b'\6pc.ram' + struct.pack('>QQ', n * 4096, 0x10))
    f.write(b'\2' + struct.pack('>IQ', 2, (n - 1) * 4096 | 2) + b'\6pc.ram\0')
    for i in range(n - 2, -1, -1):
        f.write(struct.pack('>QB', i * 4096 | 0x22, 0))
END
format_refused "$T/dump" "memory was written again in more than [0-9]+ pieces: stop the guest before it is saved" "too many pieces"

# --- damage of all kinds

format_memory >"$T/desc"
format_damaged qemu-savevm fuzz_qemu section=9 htab=1
format_damaged qemu-savevm fuzz_qemu fill=1 passes=2 shuffle=3 note=0x9000+0x200
format_damaged qemu-mapped-ram fuzz_qemu align=4096 attributes=1
format_damaged libvirt fuzz_qemu
format_corpus fuzz_qemu

done_testing
