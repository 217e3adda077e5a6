#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# The kdump-compressed views: crash tells the same as from the original dump, libkdumpfile reads every page,
# makedumpfile filters them once more.
. tests/real/lib.sh
need_root
need_fuse

sets v61-512 q61-512 mdf-new
tool kdumpcmp -lz
tool kdumpfile_pages -lkdumpfile -lz
kernel=${set[v61-512]}/vmlinux
declare -A dump=([v]=${set[v61-512]}/vmcore [q]=${set[q61-512]}/elf [p]=${set[q61-512]}/elf-paging)
declare -A guest=([v]=v61-512 [q]=q61-512)
for x in v q p; do
	mount_dump "${dump[$x]}" "$T/$x" || { fail "mount of ${dump[$x]}"; done_testing; }
done

# --- crash
for x in v q; do
	commands=(sys log "bt -a" "vtop $(symbol "${guest[$x]}" init_task)")
	crash_run "$T/expected" "$kernel" "${dump[$x]}" "${commands[@]}"
	result $? "${guest[$x]}: crash reads the original"
	for what in 'RELEASE: 6\.1\.' 'Linux version' 'sysrq: Trigger a crash' '^PID: 1 ' 'panic at ' 'VIRTUAL  *PHYSICAL'; do
		grep -q "$what" "$T/expected" || fail "${guest[$x]}: crash on the original prints $what"
	done
	for view in kdump-compressed level-31/dump; do
		crash_run "$T/got" "$kernel" "$T/$x/$view" "${commands[@]}"
		result $? "${guest[$x]}: crash reads $view"
		same "$T/got" "$T/expected" "${guest[$x]}: $view: sys, log, bt -a, vtop: the same" ||
			diag "$(diff "$T/got" "$T/expected" | head)"
	done
done

# --- libkdumpfile
# bits FILE: how many pages a kdump-compressed file has by its second bitmap
bits() {
	python3 -c '
import struct, sys
with open(sys.argv[1], "rb") as f:
    head = f.read(1 << 16)
    block, sub, blocks = struct.unpack_from("<iii", head, 428)
    f.seek((1 + sub + blocks // 2) * block)
    print(bin(int.from_bytes(f.read(blocks // 2 * block), "little")).count("1"))' "$1"
}

# Nearly all pages are in the kdump-compressed file of QEMU's dump: not the ROM, see real-levels.t.
must "the elf view of q61-512/elf" sh -c '"$1" --cat elf "$2" >"$3"' - "$VMCOREFS" "${dump[q]}" "$T/elf"
must "makedumpfile -d 0 of that" mdf_new -c -d 0 "$T/elf" "$T/q.0"
same_pages "$T/elf" "${dump[q]}" "q61-512: elf: libkdumpfile reads the same pages as from the original"
same_pages "$T/q/kdump-compressed" "$T/q.0" "q61-512: kdump-compressed: the same pages as in makedumpfile's of elf"
same_pages "$T/v/kdump-compressed" "${dump[v]}" \
	"v61-512: kdump-compressed: libkdumpfile reads the same pages as from the original"
for n in 0 1 31; do
	must "makedumpfile -d $n" mdf_new -c -d $n "${dump[v]}" "$T/theirs.$n"
	same_pages "$T/v/level-$n/dump" "$T/theirs.$n" \
		"v61-512: level-$n/dump: libkdumpfile reads the same pages as from makedumpfile's"
	like "$(pages "$T/v/level-$n/dump")" "^$(bits "$T/v/level-$n/dump") pages, checksum " \
		"v61-512: level-$n/dump: as many as bits in the bitmap"
done
for method in none zlib lzo snappy zstd; do
	same_pages "$T/v/level-31/dump.$method" "$T/theirs.31" \
		"v61-512: level-31/dump.$method: libkdumpfile reads the same pages"
done
like "$(pages "$T/q/level-31/dump")" "^$(bits "$T/q/level-31/dump") pages, checksum " \
	"q61-512: level-31/dump: as many as bits in the bitmap"

# --- makedumpfile
for view in kdump-compressed level-0/dump level-31/dump; do
	rm -f "$T/again"
	ok "v61-512: makedumpfile -d 31 of $view" mdf_new -d 31 "$T/v/$view" "$T/again"
	ok "... keeps what -d 31 of the vmcore does" "$T/kdumpcmp" -v "$T/theirs.31" "$T/again"
	diag "$(tail -n 1 "$T/.printed")"
done
for view in kdump-compressed level-31/dump; do
	rm -f "$T/again"
	ok "v61-512: the distribution's makedumpfile -c -d 31 of $view" mdf -c -d 31 "$T/v/$view" "$T/again"
	ok "... keeps what -d 31 of the vmcore does" "$T/kdumpcmp" -v "$T/theirs.31" "$T/again"
done

for x in q p; do
	must "the elf view of ${dump[$x]}" sh -c '"$1" --cat elf "$2" >"$3"' - "$VMCOREFS" "${dump[$x]}" "$T/elf"
	rm -f "$T/expected.31"
	must "makedumpfile -d 31 of that" mdf_new -d 31 "$T/elf" "$T/expected.31"
	for view in kdump-compressed level-31/dump; do
		rm -f "$T/again"
		ok "q61-512/${dump[$x]##*/}: makedumpfile -d 31 of $view" mdf_new -d 31 "$T/$x/$view" "$T/again"
		ok "... keeps what -d 31 of the elf view does" "$T/kdumpcmp" -v "$T/expected.31" "$T/again"
		diag "$(tail -n 1 "$T/.printed")"
		ok "... and --dump-dmesg of it" makedumpfile -f --dump-dmesg "$T/$x/$view" "$T/dmesg"
		grep -q 'vmcorefs-rig marker plain' "$T/dmesg"
		result $? "... is the kernel log"
	done
done

# --- the flattened stream
rm -f "$T/again"
makedumpfile -R "$T/again" <"$T/v/flattened" >"$T/log" 2>&1
result $? "v61-512: makedumpfile -R of flattened" || diag "$(tail -n 3 "$T/log")"
same "$T/again" "$T/v/kdump-compressed" "... is kdump-compressed"

for x in v q p; do ok "unmount" unmount "$T/$x"; done
done_testing
