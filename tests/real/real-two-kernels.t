#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 900
# A dump that QEMU took while the crash kernel ran: both kernels are in it, the note is that of the first one.
. tests/real/lib.sh

sets q61-capture
dump=${set[q61-capture]}/elf
view() { "$VMCOREFS" --cat "$@" 2>"$T/err"; }
view info "$dump" >"$T/info"
is "$(grep -c '^kernel: ' "$T/info") $(sed -n 's/^kernels: //p' "$T/info")" "2 2 in this memory" "info lists two kernels"
like "$(sed -n 's/^panic: //p' "$T/info")" "sysrq" "the one that died is shown"
at=$(sed -n 's/^kernel: .*(-o kernel=\(0x[0-9a-f]*\))$/\1/p' "$T/info")
view dmesg -o "kernel=$at" "$dump" >"$T/crash"
like "$(grep -m 1 'Command line' "$T/crash")" "elfcorehdr=" "-o kernel= shows the crash kernel"
not_ok "... whose log the first one has not" grep -q elfcorehdr= <(view dmesg "$dump")
view vmcoreinfo -o "kernel=$at" "$dump" >"$T/text"
view dmesg -i "$T/text" "$dump" >"$T/got"
same "$T/got" "$T/crash" "-i with the crash kernel's text"
like "$(<"$T/err")" "is of another kernel in the memory of .*: that one is shown" "... is said on stderr"
view elf -o "kernel=$at" "$dump" >"$T/elf"
view dmesg "$T/elf" >"$T/got"
same "$T/got" "$T/crash" "an elf of it is of the crash kernel"
# no note: both are found, and the one that died is taken
python3 - "$dump" "$T/bare" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read(1 << 20))
at = data.index(b"VMCOREINFO\0")
data[at:at + 10] = b"NOTHING-00"
with open(sys.argv[1], "rb") as f, open(sys.argv[2], "wb") as out:
    out.write(data)
    f.seek(len(data))
    while chunk := f.read(1 << 24):
        out.write(chunk)
END
view dmesg "$dump" >"$T/first"
view dmesg "$T/bare" >"$T/got"
same "$T/got" "$T/first" "without the note: the log of the one that died"
like "$(<"$T/err")" "another kernel is in its memory: -o kernel=$at shows it" "... and stderr tells of the other"
done_testing
