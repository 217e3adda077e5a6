#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Arguments, help, and one line that says what is wrong.
. tests/lib.sh

# run ARGUMENTS...: sets out, err, status
run() {
	out=$("$VMCOREFS" "$@" 2>"$T/err" </dev/null)
	status=$?
	err=$(cat "$T/err")
}

# usage_error REGEX ARGUMENTS...: status 1, one line, prefix
usage_error() {
	local regex=$1
	shift
	run "$@"
	is "$status" 1 "vmcorefs $*: status 1"
	like "$err" "^vmcorefs: $regex" "vmcorefs $*: says why"
	is "$(wc -l <"$T/err")" 1 "vmcorefs $*: in one line"
	is "$out" "" "vmcorefs $*: nothing on stdout"
}

run
is "$status" 1 "no arguments: status 1"
is "$out" "" "no arguments: nothing on stdout"
like "$err" "^Usage: vmcorefs .options. DUMP... MOUNTPOINT" "no arguments: short help"

for option in -h --help; do
	run $option
	is "$status" 0 "$option: status 0"
	is "$err" "" "$option: nothing on stderr"
	like "$out" "DUMP\.\.\. MOUNTPOINT.*--cat PATH.*excluded=zero.*In the mount:.*README .*dmesg " "$option: options and names"
done
is "$(awk 'length > 110' <<<"$out")" "" "help fits into 110 columns"
run --help and much more
is "$status" 0 "--help wins over arguments"

for option in -V --version; do
	run $option
	is "$status" 0 "$option: status 0"
	like "$out" "^vmcorefs [^ ]+"$'\n'"libfuse 3\.[0-9.]+"$'\n'"page compression: zlib" "$option: program, libfuse, codecs"
done

usage_error "no DUMP given" -f
usage_error "no MOUNTPOINT given" dump
usage_error "an empty name as DUMP" a "" dir
usage_error "an empty name as DUMP" "" dir
usage_error "an empty name as MOUNTPOINT" dump ""
usage_error "-X: no such option" -X dump dir
usage_error "-X: no such option" -vX dump dir
for option in -x -i; do
	usage_error "$option: needs a value" dump dir $option
	usage_error "$option: needs a value" $option "" dump dir
done
usage_error "-x and -i: only one of them" -x vmlinux -i text dump dir
usage_error "--nonsense: no such option" --nonsense dump dir
usage_error "--foreground=3: takes no value" --foreground=3 dump dir
usage_error "-o: needs a value" dump dir -o
usage_error "--cat: needs a value" --cat
usage_error "no DUMP given" --cat raw
usage_error "an empty name as DUMP" --cat raw a ""
usage_error "no DUMP given" --list
usage_error "an empty name as DUMP" --list raw a ""
usage_error "-o sloppy: no such option" -o ro,sloppy,rw dump dir
usage_error "-o allow_other: takes no value" -o allow_other=1 dump dir
usage_error "-o fsname: needs a value" -o fsname dump dir
usage_error "-o fsname: needs a value" -o fsname= dump dir
usage_error "-o allow_other and -o allow_root" -o allow_other -o allow_root dump dir
usage_error "-o compress=rar: not one of keep, zlib, lzo, snappy, zstd, none" -o compress=rar dump dir
usage_error "-o unpack=maybe: not one of auto, always, never" -o unpack=maybe dump dir
usage_error "-o unpack: needs a value" -o unpack= dump dir
usage_error "-o sandbox=maybe: not one of on, off, strict" -o sandbox=maybe dump dir
usage_error "-o excluded=maybe: not one of zero, error" -o excluded=maybe dump dir
for n in 0 -1 1025 1x x 99999999999999999999; do
	usage_error "-o threads=$n: not a number from 1 to 1024" -o threads=$n dump dir
done
for id in -1 root 4294967295 0x1; do
	usage_error "-o uid=$id: not the number of a user or group" -o uid=$id dump dir
	usage_error "-o gid=$id: not the number of a user or group" -o gid=$id dump dir
done
for mask in 8 1000 0x7 -1 77777777777777777777777; do
	usage_error "-o umask=$mask: not an octal number from 0 to 777" -o umask=$mask dump dir
done
for size in -1 x 1x 1KB 1.5G K 99999999999 999999999999999G; do
	usage_error "-o spool=$size: not a number of bytes" -o spool=$size dump dir
done
usage_error "--ready-fd=77: not an open file descriptor" --ready-fd=77 dump dir
usage_error "--ready-fd=x: not an open file descriptor" --ready-fd=x dump dir

# Whatever mount(8) and fstab hand on is fine: the next complaint is the dump.
for opts in rw ro dev,nodev,suid,nosuid,exec,noexec auto,noauto,user,nouser,users nofail,_netdev,defaults \
	relatime,noatime,strictatime x-systemd.automount,x-initrd.mount,X-mount.mkdir user=joe,comment=hello "" ,,ro, \
	compress=keep compress=zlib,compress=none excluded=zero,excluded=error threads=4,max_idle_threads=2,clone_fd \
	uid=0,gid=0 uid=4294967294,gid=65534 umask=0 umask=0777 umask=27 expose,allow_other \
	sandbox=on sandbox=off \
	spool=0 spool=123456 spool=5k,spool=20M spool=3G spool=4194303T \
	unpack unpack=auto,unpack=never,unpack=always degraded fsname=x,subtype=y allow_other,default_permissions allow_root,nonempty; do
	run "$T/missing" "$T" -o "$opts"
	is "$status" 32 "-o $opts is accepted"
done

done_testing
