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
: >"$T/none/vmcore"
: >"$T/none/vmcore-dmesg.txt"
format_refused "$T/none" "none: none of its 3 files is a dump, and vmcore is empty$" "a dump that a full disk left empty"
head -c 100000 /dev/zero >"$T/none/vmcore"
format_refused "$T/none" "none/vmcore: no known dump format .* its beginning is zero" "a dump that never reached the disk"
(cd "$T" && tar -cf none.tar none)
format_refused "$T/none.tar" "none.tar/none/vmcore: no known dump format .* its beginning is zero" "... in an archive"
cp "$T/none/vmcore" "$T/none/vmcore.1"
format_refused "$T/none" "none: none of its 4 files is a dump$" "two of them"
rm "$T/none"/vmcore*
cp "$T/dump" "$T/two/a"
small_dump "$T/two/b" "format elf"
rm -f "$T/two/b.desc"
format_refused "$T/two" "two: has 2 dumps, give one of them: a, b$" "two dumps"
# compressed with kdump's own methods: files that can be parts of a set, and are none
small_dump "$T/two/b" "format kdump"
rm -f "$T/two/b.desc"
format_refused "$T/two" "two: has 2 dumps, give one of them: a, b$" "two kdump-compressed dumps that are no parts of a set"
cp "$T/split/vmcore_0" "$T/two/c"
format_refused "$T/two" "two: has 3 dumps, give one of them: .*" "... and a part of a set"
cp "$T/split/vmcore_0x20" "$T/two/d"
rm "$T/two/a" "$T/two/b"
finds "... which is a set when the rest is gone" two/c "$T/two"

# --- several names for one file

mkdir "$T/link" "$T/hard"
cp "$T/dump" "$T/link/vmcore"
ln -s vmcore "$T/link/latest"
finds "a symbolic link beside the dump" link/vmcore "$T/link"
cp "$T/dump" "$T/hard/dump.1"
ln "$T/hard/dump.1" "$T/hard/dump"
finds "a hard link beside the dump" hard/dump "$T/hard"
ln -s vmcore_0 "$T/split/first"
finds "a link to a part of a set" vmcore_0 "$T/split"

# --- a folder of such folders: /var/crash

mkdir "$T/crash/nothing"
format_refused "$T/crash" "crash: none of its 0 files is a dump, nor of those in its folders: nothing$" "folders without a dump"
mv "$tools" "$T/crash"
tools=$T/crash/202611200102
finds "the only folder that has a dump" crash/202611200102/dump.202611200102 "$T/crash"
has_log "the only folder that has a dump" "$T/crash"
mv "$utils" "$T/crash"
ln -s 202611200102 "$T/crash/latest"
mkdir "$T/crash/it's two"
cp "$T/dump" "$T/crash/it's two/one"
cp "$T/dump" "$T/crash/it's two/two"
touch -d "2026-11-20 01:02" "$T/crash/127.0.0.1-2026-11-20-01:02:03/vmcore"
touch -d "2026-11-20 01:03" "$tools/dump.202611200102"
touch -d "2026-01-01 00:00" "$T/crash/it's two/"*
"$VMCOREFS" --cat info "$T/crash" >"$T/got" 2>"$T/err"
is "$? $(wc -c <"$T/got")" "32 0" "several folders with dumps: status 32"
like "$(head -n 1 "$T/err")" "crash: has 4 dumps, give one of them \(newest first\), such as: vmcorefs $tools MOUNTPOINT$" \
	"... offers the command"
is "$(sed -n '2,$s/^vmcorefs: //p' "$T/err" | tr -s ' ' | sed "s,$T/crash/,,; s/[0-9.]* [KM]iB/SIZE/" | xargs -d '\n' printf '%s|')" \
	" 2026-11-20 01:03 SIZE 202611200102| 2026-11-20 01:02 SIZE 127.0.0.1-2026-11-20-01:02:03| 2026-01-01 00:00 SIZE it's two/one| 2026-01-01 00:00 SIZE it's two/two|" \
	"... and lists them, newest first, each once"
ln -s "$T/dump" "$T/none/vmcore"
finds "a symbolic link" none/vmcore "$T/none"

# --- archives

tar -C "$T" -cf "$T/two.tar" two link
format_refused "$T/two.tar" "two.tar: has 3 dumps, unpack and give one of them: " "an archive of several dumps"

# An archive is opened once, whatever number of files are in it: a compressed one would be read again for each.
if have strace; then
	mkdir "$T/many"
	for i in {1..40}; do echo "$i" >"$T/many/file$i"; done
	cp "$T/dump" "$T/many/vmcore"
	tar -C "$T" -czf "$T/many.tar.gz" many
	strace -f -e trace=openat -o "$T/trace" "$VMCOREFS" --cat raw "$T/many.tar.gz" >"$T/got"
	same "$T/got" "$T/want" "an archive of many files"
	is "$(grep -c 'many\.tar\.gz' "$T/trace")" 1 "... is opened once"
else
	skip "an archive of many files is opened once" "no strace"
fi

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
# of a format that is marked as incomplete by what it lies in, and has nothing to say itself
small_dump "$T/core" "format kdump"
tar -C "$T" -cf "$T/cut.tar" core
truncate -s 1000000 "$T/cut.tar"
"$VMCOREFS" --cat info "$T/cut.tar" >"$T/got" 2>"$T/err"
like "$(cat "$T/err")" "warning: .*/cut.tar: tar: cut off at offset 0xf4240; what comes after is missing" "... kdump-compressed"
like "$(cat "$T/got")" $'incomplete: yes\nwarning: .*cut.tar: tar: cut off' "... and in info, with the reason"
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
