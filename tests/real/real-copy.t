#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# Copies of the views of a real dump by all kinds of programs have the same bytes, raw stays sparse, two readers get
# what one gets, and what has been read comes from the page cache the next time.
. tests/real/lib.sh
need_root
need_fuse

sets v61-512
dump=${set[v61-512]}/vmcore
mnt=$T/mnt
mount_dump "$dump" "$mnt" || { fail "mount"; done_testing; }

views=(elf kdump-compressed level-31/dump dmesg)
mkdir "$T/ref" "$T/ref/level-31"
for v in "${views[@]}" raw level-31/elf; do
	"$VMCOREFS" --cat "$v" "$dump" >"$T/ref/$v" 2>"$T/err" || fail "--cat $v: $(cat "$T/err")"
done
hashes=$(cd "$T/ref" && sha256sum "${views[@]}")
same_hashes() {		# FOLDER NAME
	is "$(cd "$1" && sha256sum "${views[@]}" 2>&1)" "$hashes" "$2"
	rm -rf "$T/x"
	mkdir -p "$T/x/level-31"
}
rm -rf "$T/x"
mkdir -p "$T/x/level-31"

# --- two readers at a time first, while nothing is in a cache
for v in "${views[@]}"; do
	cat "$mnt/$v" | sha256sum >"$T/first" &
	reader=$!
	dd if="$mnt/$v" bs=100k status=none | sha256sum >"$T/second"
	wait "$reader"
	is "$(cat "$T/first" "$T/second" | uniq)" "$(sha256sum <"$T/ref/$v")" "$v: two readers in parallel"
done
same_hashes "$mnt" "sha256sum"
for v in "${views[@]}"; do
	is "$(stat -c %s "$mnt/$v")" "$(stat -c %s "$T/ref/$v")" "$v: its size"
done

# --- programs
for v in "${views[@]}"; do cp "$mnt/$v" "$T/x/$v"; done
same_hashes "$T/x" "cp"
for v in "${views[@]}"; do dd if="$mnt/$v" of="$T/x/$v" bs=1M status=none; done
same_hashes "$T/x" "dd"
for v in "${views[@]}"; do dd if="$mnt/$v" of="$T/x/$v" bs=64k iflag=direct status=none; done
same_hashes "$T/x" "dd iflag=direct"
tar -C "$mnt" -cf - "${views[@]}" | tar -C "$T/x" -xf -
same_hashes "$T/x" "tar"
tar -C "$mnt" -cSf - "${views[@]}" | tar -C "$T/x" -xf -
same_hashes "$T/x" "tar -S"
rsync -aR "${views[@]/#/$mnt/./}" "$T/x"
same_hashes "$T/x" "rsync"

# --- holes
kib() { du -k "$1" | cut -f1; }
ok "cp raw" cp "$mnt/raw" "$T/raw"
same "$T/raw" "$T/ref/raw" "raw: cp has the same bytes"
# 351 MiB of 512 MiB are in the dump; its ranges are known from readelf.
stored=$(readelf -lW "$dump" | awk '$1 == "LOAD" && n++ { print $5 }' | while read -r size; do echo $((size / 1024)); done |
	awk '{ n += $1 } END { print n }')
[[ $(kib "$T/raw") -le $((stored + stored / 50)) && $(($(stat -c %s "$T/raw") / 1024)) -gt $((stored + stored / 5)) ]]
result $? "raw: cp leaves out the holes" || diag "$(kib "$T/raw") KiB, expected about $stored"
python3 - "$dump" "$T/raw" <<-'END'
import subprocess, sys
with open(sys.argv[1], "rb") as dump, open(sys.argv[2], "rb") as raw:
    for line in subprocess.run(["readelf", "-lW", sys.argv[1]], capture_output=True, text=True).stdout.splitlines():
        words = line.split()
        if words[:1] != ["LOAD"]:
            continue
        offset, address, size = (int(words[i], 16) for i in (1, 3, 4))
        while size:
            n = min(size, 1 << 20)
            dump.seek(offset)
            raw.seek(address)
            if dump.read(n) != raw.read(n):
                sys.exit("differs near physical address %#x" % address)
            offset, address, size = offset + n, address + n, size - n
END
result $? "raw: has the bytes of each PT_LOAD at its physical address"

ok "unmount" unmount "$mnt"

# --- a second reader causes no READ: the kernel has the pages
mount_dump "$dump" "$mnt" -d || { fail "mount -d"; done_testing; }
log=$T/log.$((mounts - 1))
logs=()		# all requests are in it, and some rightly end with an error
cat "$mnt/level-31/elf" | cmp - "$T/ref/level-31/elf"
result $? "level-31/elf"
first=$(grep -ac 'opcode: READ (15)' "$log")
[[ $first -ge 100 ]]
result $? "the first cat causes READs" || diag "$first; $(tail -n 3 "$log")"
cat "$mnt/level-31/elf" | cmp - "$T/ref/level-31/elf"
result $? "level-31/elf once more"
is "$(grep -ac 'opcode: READ (15)' "$log")" "$first" "the second cat causes no READ"
ok "unmount" unmount "$mnt"
done_testing
