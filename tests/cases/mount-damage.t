#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Damaged pages: they fail, their neighbours do not, and nothing is ever short or made up.
. tests/lib.sh
need_fuse

dump=$T/dump mnt=$T/mnt
small_dump "$dump" "format kdump" "codec zlib"
python3 tests/mkdump --raw "$dump.desc" "$T/raw"
# descriptor 105: page 0 is the first, 0x10 to 0x24 are 21, 0x40 and 0x41 two, so this is pfn 0x100 + 81
cp "$dump.desc" "$T/bad.desc"
echo "set desc[105].size 100" >>"$T/bad.desc"
bad=$((0x100 + 81))
python3 tests/mkdump "$T/bad.desc" "$T/bad" || skip_all "mkdump cannot damage a page"

SUSPICIOUS_LOG=1 mount_dump "$T/bad" "$mnt" || skip_all "no mount"
dd if="$mnt/raw" bs=4096 conv=noerror,sync status=none of="$T/copy" 2>"$T/err"
not_ok "cp tells that it failed" cp "$mnt/raw" "$T/x"
not_ok "dd too" dd if="$mnt/raw" bs=1M of=/dev/null
is "$(cmp -l "$T/copy" "$T/raw" | awk '{ p[int(($1 - 1) / 4096)] = 1 } END { for (i in p) print i }' | sort -n | tr '\n' ' ')" \
	"$bad " "exactly the damaged page is missing in dd conv=noerror,sync"
is "$(tail -c +$((bad * 4096 + 1)) "$T/copy" | head -c 4096 | tr -d '\0' | wc -c)" 0 "... and nothing is made up for it"
cat "$mnt/raw" >"$T/cat" 2>"$T/err"
is $? 1 "cat fails"
like "$(cat "$T/err")" "Input/output error" "... with an I/O error"
is "$(wc -c <"$T/cat")" $((bad * 4096)) "... at the damaged page"
"$VMCOREFS" --cat raw "$T/bad" >"$T/cat" 2>"$T/err"
is $? 32 "--cat fails with status 32"
like "$(tail -n 1 "$T/err")" "raw: offset 0x$(printf %x $((bad * 4096))): Input/output error" "... and says where"
is "$(wc -c <"$T/cat")" $((bad * 4096)) "... at the damaged page"
not_ok "pfn/ of the damaged page fails" cat "$mnt/pfn/$bad"
cmp "$mnt/pfn/$((bad - 1))" <(tail -c +$(((bad - 1) * 4096 + 1)) "$T/raw" | head -c 4096)
result $? "the page before it can be read"
cmp "$mnt/pfn/$((bad + 1))" <(tail -c +$(((bad + 1) * 4096 + 1)) "$T/raw" | head -c 4096)
result $? "the page after it can be read"
ok "unmounts with status 0" unmount "$mnt"

# a file that ends too early
head -c $(($(stat -c %s "$dump") - 300000)) "$dump" >"$T/short"
SUSPICIOUS_LOG=1 mount_dump "$T/short" "$mnt" || skip_all "no mount"
dd if="$mnt/raw" bs=4096 conv=noerror,sync status=none of="$T/copy" 2>"$T/err"
not_ok "truncated dump: a copy tells that it failed" cat "$mnt/raw"
cmp -n $((0x100 * 4096)) "$T/copy" "$T/raw"
result $? "... what is there can be read"
is "$(stat -c %s "$T/copy")" "$(stat -c %s "$T/raw")" "... and the size is right"
ok "unmounts with status 0" unmount "$mnt"

# headers that claim 4 TiB which the file does not have: no page of it is tried by those who read everything
small_dump "$T/claims" "phdr 0xffffc90000000000 0x10000000000 0x10000000 0x40000000000 0x40000000000"
SUSPICIOUS_LOG=1 mount_dump "$T/claims" "$mnt" || skip_all "no mount"
ok "4 TiB beyond the end of the file: level-1/elf opens" timeout 60 head -c 64 "$mnt/level-1/elf"
is "$(head -c 5 "$mnt/pfn/0x10" 2>/dev/null)" hello "... what is there can be read"
not_ok "... and what is not fails" cat "$mnt/pfn/0x10000000"
ok "unmounts with status 0" unmount "$mnt"

done_testing
