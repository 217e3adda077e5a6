#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# The elf view of other kernels than 6.1, without their debug info (real-judges.t has it): crash, which must have
# a vmlinux, opens neither the original nor the view, and drgn knows no types; what drgn, gdb, libkdumpfile and
# makedumpfile can tell without is the same of both.
. tests/real/lib.sh
need_root
need_fuse

names=(v510-512 v612-512 v7-512)
sets "${names[@]}" mdf-new
tool kdumpfile_pages -lkdumpfile -lz

# Memory through drgn, at virtual addresses of the image and of the direct map.
cat >"$T/read.py" <<'END'
import hashlib, sys
print(prog.platform)
for word in sys.argv[1:]:
    address, size = (int(w, 0) for w in word.split('+'))
    data = prog.read(address, size)
    print(word, hashlib.sha256(data).hexdigest())
    print(data[:14])
END

for name in "${names[@]}"; do
	dump=${set[$name]}/vmcore mnt=$T/$name
	mount_dump "$dump" "$mnt" || { fail "mount of $name"; continue; }
	banner=0x$(symbol "$name" linux_banner)
	direct=$(sed -n 's/^direct-map: //p' "$mnt/info")
	where=("$banner+64" "0x$(symbol "$name" init_task)+4096" "0x$(symbol "$name" _stext)+0x100000"
		"$(printf '0x%x' $((direct + 0x1000)))+0x9e000" "$(printf '0x%x' $((direct + 0x100000)))+0x200000")

	drgn -q --no-default-symbols -c "$dump" "$T/read.py" "${where[@]}" >"$T/expected" 2>"$T/err"
	like "$?$(sed -n 3p "$T/expected")" "^0b'Linux version '" "$name: drgn reads the original" || diag "$(cat "$T/err")"
	drgn -q --no-default-symbols -c "$mnt/elf" "$T/read.py" "${where[@]}" >"$T/got" 2>"$T/err"
	same "$T/got" "$T/expected" "$name: drgn reads the same from the elf view" || diag "$(cat "$T/err")"

	for file in "$dump" "$mnt/elf"; do
		timeout -k 5 120 gdb -nx -batch -ex 'set pagination off' -ex "core-file $file" -ex 'set print elements 0' \
			-ex "x/s $banner" -ex "info threads" >"$T/gdb.all" 2>&1 </dev/null
		grep -v -e "$T" -e "$dump" "$T/gdb.all" >"$T/gdb.${file##*/}"
	done
	is "$(sed -n 's/^0x[0-9a-f]*:[[:space:]]*"\(.*\)\\n"$/\1/p' "$T/gdb.elf")" "$(proc_of "$name" version)" \
		"$name: gdb reads linux_banner from the elf view" || diag "$(cat "$T/gdb.elf")"
	same "$T/gdb.elf" "$T/gdb.vmcore" "$name: gdb tells the same of the original" || diag "$(diff "$T"/gdb.{elf,vmcore})"

	same_pages "$mnt/elf" "$dump" "$name: libkdumpfile: the same pages"

	rm -f "$T/log" "$T/log.elf"
	must "$name: makedumpfile --dump-dmesg" mdf_new --dump-dmesg "$dump" "$T/log"
	ok "$name: makedumpfile --dump-dmesg of the elf view" mdf_new --dump-dmesg "$mnt/elf" "$T/log.elf"
	same "$T/log.elf" "$T/log" "... the same log"
	grep -q 'sysrq: Trigger a crash' "$T/log"
	result $? "... to its end"
	ok "$name: unmount" unmount "$mnt"
done
done_testing
