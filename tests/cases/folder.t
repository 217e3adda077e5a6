#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A folder or a tar archive as kdump leaves it: the dump in it is found, and the log beside it.
. tests/lib.sh
. tests/formats.sh
need_tool tar

"$BUILD/vmcorefs" --version >/dev/null || skip_all "not built"
small_dump "$T/dump" "format kdump"
"$VMCOREFS" --cat raw "$T/dump" >"$T/want"
printf '[    0.000000] Linux version 6.1\n[   12.000000] Kernel panic - not syncing: by hand\n' >"$T/log"

# finds NAME DUMP-IN-MESSAGES INPUT...: the dump's memory comes out of it
finds() {
	local name=$1 source=$2
	shift 2
	"$VMCOREFS" --cat raw "$@" >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$name: no complaints"
	same "$T/got" "$T/want" "$name: contents"
	like "$("$VMCOREFS" --cat info "$@")" "file: [^ ]*$source" "$name: info names the file"
}
# has_log NAME INPUT...
has_log() {
	local name=$1
	shift
	is "$("$VMCOREFS" --cat vmcore-dmesg "$@")" "$(cat "$T/log")" "$name: vmcore-dmesg"
	like "$("$VMCOREFS" --list "$@")" "vmcore-dmesg" "$name: is listed"
}

# --- folders

tools=$T/202611200102
mkdir "$tools"
cp "$T/dump" "$tools/dump.202611200102"
cp "$T/log" "$tools/dmesg.202611200102"
finds "kdump-tools" 202611200102/dump.202611200102 "$tools"
finds "with a slash at the end" 202611200102/dump.202611200102 "$tools/"
has_log "kdump-tools" "$tools"
like "$(cd "$T" && "$VMCOREFS" --list 202611200102)" "raw" "a relative path"

utils=$T/127.0.0.1-2026-11-20-01:02:03
mkdir "$utils"
cp "$T/dump" "$utils/vmcore"
cp "$T/log" "$utils/vmcore-dmesg.txt"
echo "the capture kernel's own" >"$utils/kexec-dmesg.log"
cp "$VMCOREFS" "$utils/vmlinux-6.1.0"		# any ELF that is no core
cp "$VMCOREFS" "$utils/program"
gzip -c "$VMCOREFS" >"$utils/vmlinux-6.1.0.gz"
echo "Kernel crashdump" >"$utils/README.txt"
: >"$utils/vmcore-empty"
finds "kdump-utils" 01:02:03/vmcore "$utils"
has_log "kdump-utils" "$utils"

mkdir "$T/flat" "$T/split"
describe_as() { { small_description; printf '%s\n' "$@"; } >"$T/desc"; }
describe_as "format flattened-kdump"
python3 tests/mkdump "$T/desc" "$T/flat/vmcore.flat"
finds "flattened" flat/vmcore.flat "$T/flat"
is "$("$VMCOREFS" --cat vmcore-dmesg "$T/flat" 2>&1 >/dev/null | wc -l)" 1 "without a log there is no vmcore-dmesg"
for part in 0,0x20 0x20,0x400; do
	describe_as "format kdump" "split ${part%,*} ${part#*,}"
	python3 tests/mkdump "$T/desc" "$T/split/vmcore_${part%,*}"
done
finds "a split set" vmcore_0 "$T/split"

if [[ -c /dev/fuse ]]; then
	mount_dump "$tools" "$T/mnt" && same "$T/mnt/raw" "$T/want" "a folder mounted"
	same "$T/mnt/vmcore-dmesg" "$T/log" "... with its log"
	is "$(stat -c %s "$T/mnt/vmcore-dmesg")" "$(stat -c %s "$T/log")" "... of its size"
	unmount "$T/mnt"
fi

# --- what is no answer

mkdir "$T/none" "$T/two" "$T/crash"
cp "$T/log" "$T/none/text"
format_refused "$T/none" "none: none of its 1 files is a dump$" "no dump"
cp "$T/dump" "$T/two/a"
small_dump "$T/two/b" "format elf"
rm -f "$T/two/b.desc"
format_refused "$T/two" "two: has 2 dumps, give one of them: a, b$" "two dumps"
mv "$tools" "$utils" "$T/crash"
format_refused "$T/crash" "crash: none of its 0 files is a dump; there are folders in it: .*202611200102" "a folder of such folders"
tools=$T/crash/202611200102
ln -s "$T/dump" "$T/none/vmcore"
finds "a symbolic link" none/vmcore "$T/none"

# --- archives

long=$(printf 'long-name-%.0s' {1..15})
mkdir -p "$T/tree/$long"
cp "$tools"/* "$T/tree/$long"
for format in ustar gnu pax; do
	[[ $format == ustar ]] && files=$tools || files=$T/tree/$long
	(cd "${files%/*}" && tar --format=$format -cf "$T/$format.tar" "${files##*/}")
	finds "tar, $format" "$format.tar/.*dump.202611200102" "$T/$format.tar"
	has_log "tar, $format" "$T/$format.tar"
done
# a number in base 256, as GNU tar writes sizes from 8 GiB on: the same size in the other form
python3 - "$T/gnu.tar" "$T/base256.tar" <<-'END'
	import sys
	data = bytearray(open(sys.argv[1], 'rb').read())
	at = 0
	while any(data[at:at + 512]):
	    size = int(data[at + 124:at + 135].rstrip(b' \0') or b'0', 8)
	    kind = data[at + 156:at + 157]
	    if kind == b'0':
	        data[at + 124:at + 136] = b'\x80' + size.to_bytes(11, 'big')
	        data[at + 148:at + 156] = b' ' * 8
	        data[at + 148:at + 156] = b'%06o\0 ' % sum(data[at:at + 512])
	    at += 512 + -(-size // 512) * 512
	open(sys.argv[2], 'wb').write(data)
END
finds "tar, sizes in base 256" base256.tar/ "$T/base256.tar"

small_dump "$T/core" "format elf"
tar -C "$T" -cf "$T/cut.tar" core
truncate -s 1000000 "$T/cut.tar"
"$VMCOREFS" --cat info "$T/cut.tar" >"$T/got" 2>"$T/err"
like "$?$(cat "$T/err")" "^0.*warning: .*/core: the file is truncated" "an archive that was cut: a warning"
like "$(cat "$T/got")" "incomplete: yes" "... and in info"
cp "$T/ustar.tar" "$T/damaged.tar"
printf 'X' | dd of="$T/damaged.tar" bs=1 seek=$((512 + 3)) conv=notrunc status=none
format_refused "$T/damaged.tar" "damaged.tar: tar: the header at offset 0x200 is damaged" "a damaged header"
truncate -s 64M "$T/sparse"
dd if="$T/dump" of="$T/sparse" conv=notrunc status=none
dd if="$T/dump" of="$T/sparse" conv=notrunc status=none seek=100000
(cd "$T" && tar -S -cf sparse.tar sparse)
format_refused "$T/sparse.tar" "none of its 0 files is a dump" "a file stored sparsely"
like "$(cat "$T/err")" "warning: .*1 files are stored sparsely" "... says what became of it"

format_corpus fuzz_tar
done_testing
