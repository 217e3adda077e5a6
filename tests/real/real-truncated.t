#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# What makedumpfile leaves when it runs out of space, reaches its limit (-L) or is killed: the reader opens what is there
# and says that it is incomplete; each page is right or fails with EIO, none is made up or passes for a hole; levels can be
# made of it, with the same promise. The judge is tests/tools/check-pages.
. tests/real/lib.sh
need_root
need_fuse

sets v61-512 mdf-new
tool kdumpcmp -lz
V=${set[v61-512]}/vmcore
NEW=${set[mdf-new]}/makedumpfile
small=$T/small		# a file system of little room

must "makedumpfile -d 31" "$NEW" --message-level 0 -d 31 "$V" "$T/level31"
must "makedumpfile -d 0" "$NEW" --message-level 0 -d 0 "$V" "$T/level0"
# How large makedumpfile's whole outputs are, in KiB, and how many pages they have: what is cut off is a share of that.
kib_of() { echo $(($(stat -c %s "$1") / 1024)); }
must "makedumpfile -c -d 31" "$NEW" --message-level 0 -c -d 31 "$V" "$T/out.dump"
all=$(kib_of "$T/out.dump")
pages=$("$T/kdumpcmp" "$T/level31" "$T/out.dump" | sed -n 's/^\([0-9]*\) pages the same, 0 differ.*/\1/p')
[[ $pages -gt 5000 && $all -gt 8000 ]]
result $? "the dump is large enough to cut" || { diag "$pages pages, $all KiB"; done_testing; }
rm "$T/out.dump"
must "makedumpfile -E -d 31" "$NEW" --message-level 0 -E -d 31 "$V" "$T/out.dump"
all_elf=$(kib_of "$T/out.dump")
rm "$T/out.dump"

# check_mounted NAME LEAST COMPLETE... -- FILE...
check_mounted() {
	local name=$1 least=$2 files=() complete=() right
	shift 2
	while [[ $1 != -- ]]; do complete+=("$1"); shift; done
	shift
	files=("$@")
	SUSPICIOUS_LOG=1 mount_dump "${files[@]:0:1}" "$T/mnt" "${files[@]:1}" || { fail "$name: it can be mounted"; return; }
	is "$(sed -n 's/^incomplete: //p' "$T/mnt/info")" yes "$name: info says that it is incomplete"
	timeout -k 5 300 tests/tools/check-pages "$T/mnt/raw" "${complete[@]}" >"$T/pages" 2>&1
	result $? "$name: no page is made up" || diag "$(cat "$T/pages")"
	diag "$name: $(head -n 1 "$T/pages")"
	right=$(sed -n 's/^right \([0-9]*\) .*/\1/p' "$T/pages")
	[[ ${right:-0} -ge $least ]]
	result $? "$name: at least $least pages can be read" || diag "$(cat "$T/pages")"
	ok "$name: unmount" unmount "$T/mnt"
}

# check NAME LEAST LEVEL FILE...: of a dump of this level, at least LEAST pages; and what is made of it
check() {
	local name=$1 least=$2 level=$3 complete=("$T/level$3")
	shift 3
	[[ $(head -c 4 "$1") != $'\x7fELF' ]] || complete+=("$T/level0")
	check_mounted "$name" "$least" "${complete[@]}" -- "$@"
	right=$(sed -n 's/^right \([0-9]*\) .*/\1/p' "$T/pages")
	"$VMCOREFS" --cat level-0/dump "$@" >"$T/made" 2>"$T/err"
	result $? "$name: level-0/dump can be made of it" || diag "$(tail -n 3 "$T/err")"
	# A poisoned page is the only one that level 0 leaves out, and 6.1's cannot be.
	check_mounted "$name: level-0/dump" "${right:-0}" "${complete[@]}" -- "$T/made"
	is "$(sed -n 's/^right \([0-9]*\) .*/\1/p' "$T/pages")" "$right" "$name: level-0/dump: as many pages"
	"$VMCOREFS" --cat level-31/dump "$@" >"$T/made" 2>"$T/err"
	like "$?$(tail -n 1 "$T/err")" "^0|^32.*(page tables|No such file|not in the dump|level-31)" "$name: level-31/dump: made, or a reason"
	rm -f "$T/made"
}

# refused NAME REGEX FILE: nothing in it to show
refused() {
	timeout -k 5 60 "$VMCOREFS" --cat info "$3" >"$T/out" 2>"$T/err"
	is "$?" 32 "$1: status 32"
	like "$(tail -n 1 "$T/err")" "$2" "$1: says why"
}

# limited KIB COMMAND...: killed by SIGXFSZ when a file grows beyond
limited() {
	local kib=$1
	shift
	(ulimit -c 0 -f "$kib"; exec "$@") >"$T/log" 2>&1
	is $? $((128 + 25)) "killed at $kib KiB" || diag "$(tail -n 3 "$T/log")"
}

# --- killed at a place that is the same in each run: header, bitmaps, descriptors, data
for kib in 4 8; do
	rm -f "$T/out.dump"
	limited $kib "$NEW" --message-level 0 -c -d 31 "$V" "$T/out.dump"
	refused "the first $kib KiB" "the file ends inside|says that the machine has no memory" "$T/out.dump"
done
# least: pages that are surely there
some=$((all / 15)) half=$((all / 2)) most=$((all - all / 20))
for at in "12 0" "20 0" "30 0" "100 0" "$some 100" "$half $((pages / 4))" "$most $((pages * 3 / 4))"; do
	read -r kib least <<<"$at"
	rm -f "$T/out.dump"
	limited "$kib" "$NEW" --message-level 0 -c -d 31 "$V" "$T/out.dump"
	check "the first $kib KiB" "$least" 31 "$T/out.dump"
done

# --- cyclic mode: the second bitmap is written piece by piece
for at in "$some 100" "$half $((pages / 4))"; do
	read -r kib least <<<"$at"
	rm -f "$T/out.dump"
	limited "$kib" "$NEW" --message-level 0 -c -d 31 --cyclic-buffer 1 "$V" "$T/out.dump"
	check "in cycles, the first $kib KiB" "$least" 31 "$T/out.dump"
done

# --- with threads the descriptors come later than their pages
rm -f "$T/out.dump"
limited $half "$NEW" --message-level 0 -c -d 31 --num-threads 2 "$V" "$T/out.dump"
check "with threads, the first $half KiB" $((pages / 5)) 31 "$T/out.dump"

# --- flattened: any number of bytes of a stream
"$NEW" --message-level 0 -F -c -d 31 "$V" >"$T/stream" 2>"$T/log" || fail "makedumpfile -F"
head -c 4096 "$T/stream" >"$T/out.dump"
refused "flattened, the first 4096 bytes" "flattened stream without any data" "$T/out.dump"
for at in "30000 0" "$((some * 1024 + 5)) 100" "$((half * 1024 + 1)) $((pages / 4))" "$(($(stat -c %s "$T/stream") - 1)) $pages"; do
	read -r bytes least <<<"$at"
	head -c "$bytes" "$T/stream" >"$T/out.dump"
	check "flattened, the first $bytes bytes" "$least" 31 "$T/out.dump"
done
rm -f "$T/stream"

# --- SIGKILL at some moment, when the file has grown to a size
for bytes in 2500000 10000000 20000000; do
	rm -f "$T/out.dump"
	"$NEW" --message-level 0 -c -d 0 "$V" "$T/out.dump" >"$T/log" 2>&1 &
	job=$!
	while kill -0 $job 2>/dev/null && [[ $(stat -c %s "$T/out.dump" 2>/dev/null || echo 0) -lt $bytes ]]; do
		sleep 0.002
	done
	kill -9 $job 2>/dev/null
	wait $job 2>/dev/null
	is $? 137 "SIGKILL before the end"
	check "SIGKILL at $bytes bytes" 0 0 "$T/out.dump"
done

# --- no space: makedumpfile notices, and marks the dump
mkdir "$small"
full() {		# SIZE OPTION...: into $small/out
	local room=$1
	shift
	must "a small file system" mount -t tmpfs -o "size=$room,mode=700" vmcorefs-test "$small"
	not_ok "no space: makedumpfile $*" "$NEW" --message-level 0 "$@" "$V" "$small/out"
	mv "$small/out" "$T/out.dump"
	must "its end" umount "$small"
}
full ${half}k -c -d 31
check "no space" $((pages / 4)) 31 "$T/out.dump"
full ${half}k -c -d 31 --cyclic-buffer 1
check "no space, in cycles" $((pages / 4)) 31 "$T/out.dump"
full ${half}k -c -d 31 --num-threads 2
check "no space, with threads" 0 31 "$T/out.dump"
full 600k -d 31
check "no space for more than descriptors" 0 31 "$T/out.dump"
full $((all_elf / 4))k -E -d 31
check "no space, ELF, headers of the kernel image only" 1000 31 "$T/out.dump"
full $((all_elf * 4 / 5))k -E -d 31
check "no space, ELF" $((pages / 2)) 31 "$T/out.dump"
rm -f "$T/out.dump"
limited $((all_elf / 4)) "$NEW" --message-level 0 -E -d 31 "$V" "$T/out.dump"
refused "ELF, killed" "its writer stopped before it wrote the program headers" "$T/out.dump"

rm -f "$T/out.dump"
not_ok "makedumpfile -L ${half}k" "$NEW" --message-level 0 -L ${half}k -c -d 31 "$V" "$T/out.dump"
check "-L" $((pages / 4)) 31 "$T/out.dump"

# --- a split set of which one part is cut
split=("$NEW" --message-level 0 -c -d 31 --split --splitblock-size 4 "$V")
must "makedumpfile --split" "${split[@]}" "$T/part.1" "$T/part.2" "$T/part.3"
for kib in 30 1000; do
	rm -f "$T"/cut.[123]
	(ulimit -c 0 -f $kib; exec "${split[@]}" "$T/cut.1" "$T/cut.2" "$T/cut.3") >"$T/log" 2>&1
	check "split, the second part has $kib KiB" $((pages / 3)) 31 "$T/part.1" "$T/cut.2" "$T/part.3"
	check "split, each part has $kib KiB" 0 31 "$T/cut.2" "$T/cut.1" "$T/cut.3"
done

# --- whole, but with garbage in it: zlib tells which pages are not what was written (of pages that are stored raw nothing
# can tell, so these are left alone)
rm -f "$T/out.dump"
must "makedumpfile -c -d 31" "$NEW" --message-level 0 -c -d 31 "$V" "$T/out.dump"
python3 - "$T/out.dump" >"$T/out" <<'END'
import os, struct, sys
with open(sys.argv[1], "r+b") as f:
    block, sub, blocks = struct.unpack_from("<iii", f.read(4096), 428)
    f.seek((1 + sub) * block + blocks // 2 * block)
    count = bin(int.from_bytes(f.read(blocks // 2 * block), "little")).count("1")
    descs = list(struct.iter_unpack("<QIIQ", f.read(24 * count)))
    spoilt = 0
    for first in (100, count // 2, count - 100):
        for offset, size, flags, _ in descs[first:first + 40]:
            if flags == 1:
                f.seek(offset)
                f.write(os.urandom(size))
                spoilt += 1
    print(spoilt)
END
[[ $(cat "$T/out") -ge 60 ]]
result $? "garbage in some pages" || diag "$(cat "$T/out")"
SUSPICIOUS_LOG=1 mount_dump "$T/out.dump" "$T/mnt" || fail "mount of a damaged dump"
timeout -k 5 300 tests/tools/check-pages "$T/mnt/raw" "$T/level31" >"$T/pages" 2>&1
result $? "garbage: no page is made up" || diag "$(cat "$T/pages")"
is "$(head -n 1 "$T/pages")" "right $((pages - $(cat "$T/out"))) lost $(cat "$T/out") beyond 0 wrong 0" "... only these pages fail"
ok "unmount" unmount "$T/mnt"
# decompressed and compressed once more, they are left out, and the output is marked; copied as they are, they are not
# looked into
for view in dump dump.none; do
	"$VMCOREFS" --cat level-0/$view "$T/out.dump" >"$T/made" 2>"$T/err" || fail "level-0/$view can be made of it"
	SUSPICIOUS_LOG=1 mount_dump "$T/made" "$T/mnt" || fail "mount of level-0/$view"
	timeout -k 5 300 tests/tools/check-pages "$T/mnt/raw" "$T/level31" >"$T/pages" 2>&1
	is "$(head -n 1 "$T/pages")" "right $((pages - $(cat "$T/out"))) lost $(cat "$T/out") beyond 0 wrong 0" \
		"level-0/$view of it: these pages fail" || diag "$(cat "$T/pages")"
	[[ $view == dump ]] || is "$(sed -n 's/^incomplete: //p' "$T/mnt/info")" yes "... info says that it is incomplete"
	ok "unmount" unmount "$T/mnt"
done

done_testing
