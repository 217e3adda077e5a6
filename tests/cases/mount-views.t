#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Every program that copies or reads files gets the bytes that --cat writes, for each view.
. tests/lib.sh
need_fuse

dump=$T/dump mnt=$T/mnt
small_dump "$dump"
mount_dump "$dump" "$mnt" || skip_all "no mount"

# sendfile(2) goes by the bound that stat(2) showed before open(2): beyond the end of the file it is told so. An empty answer
# would be the kernel's idea of the size from then on.
beyond() {
	python3 -c '
import errno, os, sys
bound = os.stat(sys.argv[1]).st_size
fd = os.open(sys.argv[1], os.O_RDONLY)
try:
    print(os.sendfile(os.open("/dev/null", os.O_WRONLY), fd, bound - 1, 1))
except OSError as e:
    print(errno.errorcode[e.errno], os.fstat(fd).st_size < bound)' "$1"
}
for v in level-1/dump.zstd kdump-compressed; do
	is "$(beyond "$mnt/$v")" "EIO True" "$v: sendfile beyond its end"
	same "$mnt/$v" <("$VMCOREFS" --cat "$v" "$dump") "... and it is all there"
done

mkdir "$T/ref"
views=$(cd "$mnt" && find . -type f ! -name progress | sed 's,^\./,,' | sort)
views="$views pfn/0x10 pfn/1023 phys/0x10000 phys/0x10100+0x21 level-1/README"
list=()
for v in $views; do
	[[ -e $mnt/$v ]] || continue
	mkdir -p "$T/ref/$(dirname "$v")"
	"$VMCOREFS" --cat "$v" "$dump" >"$T/ref/$v" || fail "--cat $v"
	touch -d @1700000000 "$T/ref/$v"
	list+=("$v")
done
diag "views: ${list[*]}"
[[ ${#list[@]} -ge 10 ]]
result $? "at least ten views to compare" || diag "${list[*]}"

# each NAME COMMAND: sh -c COMMAND with $1 = the view in the mount writes its bytes to standard output
each() {
	local name=$1 v bad=''
	for v in "${list[@]}"; do
		sh -c "$2" - "$mnt/$v" 2>"$T/err" >"$T/got" || bad+="$v: status $?, $(head -n 1 "$T/err"); "
		cmp -s "$T/got" "$T/ref/$v" || bad+="$v: $(cmp "$T/got" "$T/ref/$v" 2>&1); "
	done
	is "$bad" "" "$name"
}

each "cat" 'cat "$1"'
each "cp" 'cp "$1" "$T/x" && chmod 600 "$T/x" && cat "$T/x" && rm -f "$T/x"'
each "cp --sparse=always" 'cp --sparse=always "$1" "$T/x" && cat "$T/x" && rm -f "$T/x"'
each "dd bs=1M" 'dd if="$1" bs=1M status=none'
each "dd bs=777" 'dd if="$1" bs=777 status=none'
each "dd iflag=direct" 'dd if="$1" bs=64k iflag=direct status=none'
each "head -c and tail -c" 'head -c 5000 "$1" && tail -c +5001 "$1"'
each "perl" 'perl -0777 -ne "print" "$1"'
each "split -n" 'rm -f "$T"/p.*; split -n 3 "$1" "$T/p." && cat "$T"/p.*'
have busybox && each "busybox cp" 'rm -f "$T/x"; busybox cp "$1" "$T/x" && cat "$T/x"'
have xxd && each "xxd" 'xxd -p "$1" | xxd -r -p'
have python3 && each "mmap" 'exec python3 -c "
import mmap, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
n = os.fstat(fd).st_size
if n:
    sys.stdout.buffer.write(mmap.mmap(fd, n, mmap.MAP_SHARED, mmap.PROT_READ))" "$1"'

is "$(cd "$mnt" && sha256sum "${list[@]}")" "$(cd "$T/ref" && sha256sum "${list[@]}")" "sha256sum"
is "$(cd "$mnt" && wc -c "${list[@]}")" "$(cd "$T/ref" && wc -c "${list[@]}")" "wc -c"
is "$(cd "$mnt" && stat -c '%n %s' "${list[@]}")" "$(cd "$T/ref" && stat -c '%n %s' "${list[@]}")" "stat"

# tree NAME COMMAND: makes the folder $T/x from the files "$@" of the current folder
tree() {
	rm -rf "$T/x"
	mkdir "$T/x"
	(cd "$mnt" && sh -c "$2" - "${list[@]}") 2>"$T/err"
	is $? 0 "$1: status 0" || diag "$(cat "$T/err")"
	chmod -R u+rwX "$T/x"
	is "$(diff -r "$T/x" "$T/ref" 2>&1 | head -n 3)" "" "$1: the same files"
}

tree "tar" 'tar cf "$T/x.tar" "$@" && tar xf "$T/x.tar" -C "$T/x"'
tree "tar -S" 'tar cSf "$T/x.tar" "$@" && tar xf "$T/x.tar" -C "$T/x"'
tree "cp -a --parents" 'cp -a --parents "$@" "$T/x"'
have bsdtar && tree "bsdtar" 'bsdtar cf "$T/x.tar" "$@" && bsdtar xf "$T/x.tar" -C "$T/x"'
have rsync && tree "rsync" 'rsync -aR "$@" "$T/x"'
have rsync && tree "rsync -S" 'rsync -aSR "$@" "$T/x"'
have cpio && tree "cpio" 'printf "%s\n" "$@" | cpio -o --quiet -H newc >"$T/x.tar" && cd "$T/x" && cpio -id --quiet <"$T/x.tar"'
have zstd && tree "tar | zstd" 'tar cf - "$@" | zstd -q | zstd -dq | tar xf - -C "$T/x"'

# all of it, as a careless user does
ok "cp -r of the whole mount" cp -r "$mnt" "$T/all"
ok "grep -r over the whole mount" grep -rq "OSRELEASE=6.1.0-test" "$mnt"
ok "du over the whole mount" du -s "$mnt"
ok "find over the whole mount" find "$mnt" -ls

ok "unmounts with status 0" unmount "$mnt"
done_testing
