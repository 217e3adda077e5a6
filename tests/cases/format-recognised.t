#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that are told by their first bytes, but not read: one line that says what they are and what to do.
. tests/lib.sh
. tests/formats.sh

# file [OFFSET BYTES]...: 64 KiB of zeroes but for these
file() {
	rm -f "$T/file"
	truncate -s 65536 "$T/file"
	while [[ $# -gt 1 ]]; do
		printf "$2" | dd of="$T/file" bs=1 seek=$(($1)) conv=notrunc status=none
		shift 2
	done
}
# is_told REGEX NAME
is_told() {
	format_refused "$T/file" "^vmcorefs: $T/file: this is $1" "$2"
}

file 0 '\xdd\xcc\x8b\x9a\xdd\xcc\x8b\x9a\xdd\xcc\x8b\x9a';	is_told "a dump of Mission Critical Linux" "Mcore"
file 0 '\x9a\x8b\xcc\xdd\x9a\x8b\xcc\xdd';	is_told "a dump of Mission Critical Linux" "Mcore, big-endian"
file 4096 '\xed\x23\x8f\x61\x73\x01\x19\xa8';	is_told "a device with an LKCD dump.*dd bs=4096 skip=1" "LKCD on its device"
file 4096 'DISKDUMP';		is_told "a device that diskdump wrote to.*savecore" "diskdump on its device"
file 0 '\xe2\xd9' 4096 '\xc8\xc3\xd7\xc4\xc6\xd4\xc2\xd2';	is_told "a dump of z/VM.*vmconvert" "z/VM"
file 0 'LinuxGuestRecord';	is_told "a saved Xen domain.*xl dump-core" "xm save"
file 0 'Xen saved domain, xl format\n \0 \r';	is_told "a saved Xen domain.*xl dump-core" "xl save"
file 0 '\xff\xff\xff\xff\xff\xff\xff\xffXENF\0\0\0\2';	is_told "a saved Xen domain.*xl dump-core" "libxc stream"
file 0 '\xed\xeb\x0f\xf0';	is_told "a core of a Xen domain.*crash" "old Xen core"
file 0 '\x7fVirtualBox SavedState V2.0\n';	is_told "a saved state of VirtualBox.*dumpvmcore" "VirtualBox"
file 0 '\x14\x20\x28\x01' 4096 '\x14\x20\x28\x01';	is_told "a saved state of Hyper-V" "Hyper-V"
file 0 'KDMV';			is_told "a disk image of VMware.*vmem" "vmdk"
file 0 'vhdxfile';		is_told "a disk image of Hyper-V" "vhdx"
file 0 'PAGEDU64';		is_told "a crash dump of Windows" "Windows, 64 bit"
file 0 'PAGEDUMP';		is_told "a crash dump of Windows" "Windows, 32 bit"
file 0 'MDMP\x93\xa7';		is_told "a minidump of a program" "minidump"
for signature in S1SUSPEND S2SUSPEND ULSUSPEND LINHIB0001; do
	file 4086 "$signature";	is_told "a swap device with a hibernation image" "$signature"
done
file 0x202 'HdrS' 0x1fe '\x55\xaa';	is_told "a kernel to boot, not a dump" "bzImage"
file 0x38 'ARM\x64';		is_told "a kernel to boot, not a dump" "Image of arm64"
file 0 'HIBR';			is_told "a hibernation file of Windows" "hiberfil.sys"
file 0 'minidump FreeBSD/amd64\0';	is_told "a crash dump of FreeBSD.*kgdb" "FreeBSD"
file 0 'FreeBSD Kernel Dump\0';	is_told "a dump device of FreeBSD.*savecore" "FreeBSD's device"
file 0 '\xed\xc8\xfe\xde\xa\0\0\0';	is_told "a crash dump of Solaris or illumos.*mdb" "illumos"
file 0 '\xde\xfe\xc8\xed\0\0\0\xa';	is_told "a crash dump of Solaris or illumos.*mdb" "Solaris of SPARC"
file 0 '\xcf\xfa\xed\xfe\7\0\0\1\3\0\0\0\4';	is_told "a core of macOS.*lldb" "macOS"
file 0 '\x1f\x9d\x90';	is_told "packed by compress" "compress"
file 0 'LZIP\1';		is_told "packed by lzip" "lzip"
file 0 'Rar!\x1a\x07\1\0';	is_told "a rar archive" "rar"
file 0 'EVF\x09\x0d\x0a\xff\0';	is_told "an image in the format of EnCase.*ewfmount" "EWF"
file 0 'LUKS\xba\xbe\0\2';	is_told "an encrypted volume .LUKS." "LUKS"
file 0 'Salted__';		is_told "encrypted by openssl" "openssl"

# text [FORMAT]...: a text of these
text() {
	printf "$@" >"$T/file"
}
log="the text of a kernel log: the dump it belongs to is as a rule in the same folder$"
text '[    0.000000] Linux version 6.1\n';		is_told "$log" "vmcore-dmesg.txt"
text '[    0.000000][    T0] Linux version 6.1\n';	is_told "$log" "with the caller in it"
text '[81234.123456] a log that began to turn over\n';	is_told "$log" "without its beginning"
text '<6>[    1.234567] as pstore has it\n';		is_told "$log" "with levels"
text -- '-----BEGIN PGP MESSAGE-----\n\nhQ\n';	is_told "encrypted by gpg" "gpg -a"
text 'age-encryption.org/v1\n-> X25519 abc\n';		is_told "encrypted by age" "age"
text 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 12345\n';	is_told "a pointer to a file in Git LFS" "Git LFS"
text '<!DOCTYPE html>\n<html><title>Sign in</title></html>\n'
is_told 'a text, not a dump; it begins with "<!DOCTYPE html>"$' "what a server sent in place of the dump"
text '\xc3\xbcber \33[1ma dump\33[0m that is none, in more than one line\n'
is_told 'a text, not a dump$' "a terminal gets nothing of it but ASCII"
text '%0600d' 0
is_told "a text, not a dump; it begins with \"0{40}\"$" "one long line"
text 'these are no characters: \xfc\xe4\n'
format_refused "$T/file" "no known dump format" "not UTF-8"
text 'a line of text before this\0'
format_refused "$T/file" "no known dump format" "a text with a NUL in it"
file 0 'PK\x03\x04';		is_told "a zip archive" "zip"
file 0 '7z\xbc\xaf\x27\x1c';	is_told "a 7z archive" "7z"
file 512 'EFI PART';		is_told "a disk with partitions" "disk"

# --- what the real tools of this machine make

# mkfs and the like are not in everybody's path
PATH=$PATH:/usr/sbin:/sbin
made_by() {	# TOOL REGEX COMMAND...
	local tool=$1 regex=$2
	shift 2
	if ! have "$tool"; then
		skip "$tool" "not installed"
	elif "$@" >"$T/tool.log" 2>&1; then
		is_told "$regex" "made by $tool"
	else
		skip "$tool" "$(tail -n 1 "$T/tool.log")"
	fi
}
file; truncate -s 1M "$T/file";	made_by mkswap "a swap device without a dump" mkswap "$T/file"
rm -f "$T/file";		made_by qemu-img "a disk image of QEMU .qcow2." qemu-img create -f qcow2 "$T/file" 1M
file; truncate -s 4M "$T/file";	made_by mke2fs "a file system .ext2, ext3 or ext4." mke2fs -q -F "$T/file"
rm -f "$T/file"; truncate -s 400M "$T/file";	made_by mkfs.xfs "a file system .xfs." mkfs.xfs -q "$T/file"
rm -f "$T/file"; head -c 100000 /dev/zero >"$T/file.lzma.in"; made_by xz "packed by lzma" sh -c "xz -F lzma -c '$T/file.lzma.in' >'$T/file'"
rm -f "$T/file"; echo x >"$T/x"; made_by lzop "packed by lzop" lzop -o "$T/file" "$T/x"

# --- half a signature is none, and the last resort names formats, not these

file 0x202 'HdrS'
format_refused "$T/file" "no known dump format" "HdrS alone"
file 0 '\x14\x20\x28\x01'
format_refused "$T/file" "no known dump format" "one header of Hyper-V alone"
printf 'LinuxGuestRecor' >"$T/file"
format_refused "$T/file" "no known dump format" "cut inside the signature"
file 0 '0123456789abcdefg'
format_refused "$T/file" \
	"^vmcorefs: $T/file: no known dump format .tried .*elf, kdump-compressed, .*; the file begins with 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66.; --raw " \
	"unknown: what was tried, and 16 bytes"
unlike "$(cat "$T/err")" ", recognised" "unknown: nothing that is no format"
like "$(cat "$T/err")" "lkcd" "unknown: the last ones are named too"
file
format_refused "$T/file" "; its beginning is zero: a dump that was not written to the disk, .*--raw reads$" "zeroes"
printf 'ab' >"$T/file"
format_refused "$T/file" "the file begins with 61 62.; --raw " "a file of two bytes"

# A dump is more than what its first page looks like: memory of page 0 may have anything.
{ format_memory; echo "page 1 text x"; } >"$T/desc"
python3 tests/mkformat lkcd "$T/desc" "$T/made"
printf 'DISKDUMP' | dd of="$T/made" bs=1 seek=4096 conv=notrunc status=none
ok "a dump with a signature in the middle of its headers is read" "$VMCOREFS" --cat info "$T/made"

done_testing
