#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Which blocks of QEMU's migration stream are memory, and where: any names, plugged memory, options for what is doubtful.
. tests/lib.sh
. tests/formats.sh

made() { python3 tests/mkformat qemu-savevm "$T/desc" "$T/dump" "$@" || fail "mkformat $*"; }
cat_() { "$VMCOREFS" "${@:2}" --cat "$1" "$T/dump" 2>"$T/err"; }
page_is() { is "$(cat_ "pfn/$1" -q "${@:4}" | tr -d '\0')" "$2" "$3"; }
quiet() { cat_ info "${@:2}" >"$T/info"; is "$(cat "$T/err")" "" "$1: no complaints"; }
info_has() { like "$(cat "$T/info")" "(^|"$'\n'")$1"$'\n' "$2"; }

# --- names

format_reads "a name of the user's" qemu-savevm names=mem
format_reads "... of an old machine type" qemu-savevm names=/objects/mem0 machine=pc-i440fx-3.1
format_reads "microvm" qemu-savevm names=microvm.ram machine=microvm
format_reads "microvm, a name of the user's" qemu-savevm names=any.thing_9 machine=microvm
format_reads "three nodes" qemu-savevm names=mem0:mem1:mem2 nodes=3 rtc=1
format_reads "nodes that the stream has in another order" qemu-savevm names=mem0:mem1 nodes=2 first=16384 rtc=1
format_reads "... by their numbers" qemu-savevm names=m9:m10 nodes=2 first=16384 rtc=1
format_reads "libvirt's nodes, of different size" qemu-savevm nodes=2 first=16384
FORMAT_OPTIONS=-oram=b:a format_reads "-o ram= has an order" qemu-savevm names=b:a nodes=2 first=16384
FORMAT_OPTIONS=-oram=b:a format_reads "... which wins" qemu-savevm names=b:a nodes=2 first=16384 rtc=1

format_memory >"$T/desc"
made names=mem0:mem1 nodes=2 first=16384
like "$(cat_ info >/dev/null; cat "$T/err")" "warning: .*does not tell for sure which blocks are RAM.*: taken is -o ram=mem0:mem1" \
	"without a clock two blocks are in doubt"
made names=b:a nodes=2 first=16384 rtc=1
like "$(cat_ info >/dev/null; cat "$T/err")" "taken is -o ram=a:b" "two names without numbers are in doubt"
made names=b:a nodes=2 first=16384
format_refused "$T/dump" "not known which blocks of its memory are RAM .\"a:b\".: -o ram=ID" "... without a clock refused"
format_refused "$T/dump" "^vmcorefs: -o ram=a:c: \"c\" is no block of .*/dump$" "-o ram=: no block" -o ram=a:c
format_refused "$T/dump" "^vmcorefs: -o ram=a:a: \"a\" is there twice" "-o ram=: twice" -o ram=a:a
{ printf 'page 0x40000-0x40003 number\n'; } >"$T/desc"
made machine=virt-7.2 names=mem0
is "$(cat_ phys/0x40001000+1 | wc -c)" 1 "arm64's virt, a name of the user's"
cat_ info >"$T/info"
format_memory >"$T/desc"

# --- where memory below 4 GiB ends

{ format_memory; echo 'page 0x7ffff text below'; echo 'page 0x140002 text above'; } >"$T/desc"
made machine=microvm names=microvm.ram
page_is 0x140002 above "microvm: 3 GiB are below 4 GiB"
made machine=pc-q35-7.2 names=mem
page_is 0x140002 above "q35, a name of the user's: 2 GiB are"
made machine=pc-q35-7.2 hole=0xb0000000 rtc=1
page_is 0x140002 above "a machine with max-ram-below-4g: the clock tells"
page_is 0x7ffff below "... and below"
page_is 0x170002 above "-o pci_hole= wins" -o pci_hole=0x80000000

# --- plugged memory

{ format_memory; echo 'page 0x100000 text first'; echo 'page 0x10ffff text last'; } >"$T/desc"
made machine=pc-q35-7.2 plugged=m1@0x100000000+0x10000000
quiet "one module"
info_has "incomplete: no" "one module: complete"
info_has "plugged: m1: 256 MiB at 0x100000000, where QEMU has the first" "... info tells where"
page_is 0x100000 first "... its first page"
page_is 0x10ffff last "... and its last"
page_is 0x200000 first "... -o plugged= moves it" -o plugged=m1@0x200000000
made machine=pc-q35-7.2 names=mem0 rtc=1 plugged=mem1@0x100000000+0x10000000
quiet "one module, that is called as memory nodes are"
page_is 0x100000 first "... where it is"
{ printf 'page 0x40000-0x40003 number\npage 0x80000 text arm\n'; } >"$T/desc"
made machine=virt-7.2 plugged=dimm0@0x80000000+0x10000000
page_is 0x80000 arm "arm64: behind the memory, at a whole GiB"
{ format_memory; echo 'page 0x140000 text first'; echo 'page 0x180000 text plugged'; } >"$T/desc"
made machine=microvm names=m rtc=1 plugged=x@0x180000000+0x10000000
page_is 0x180000 plugged "behind memory above 4 GiB, at a whole GiB"

{ format_memory; echo 'page 0x100000 text first'; echo 'page 0x108000 text second'; } >"$T/desc"
made machine=pc-q35-7.2 plugged=d1@0x100000000+0x8000000,d2@0x108000000+0x4000000
cat_ info >"$T/info"
like "$(cat "$T/err")" "warning: .*: 192 MiB of plugged memory are left out.*blocks d1, d2.*-o plugged=ID@ADDRESS" "two modules: a warning"
info_has "incomplete: yes" "... not complete"
info_has "warning: .*/dump: 192 MiB of plugged memory are left out.*" "... which info repeats"
is "$("$VMCOREFS" -q --cat info "$T/dump" 2>&1 | grep -c '^warning: ')" 1 "... also with -q, which says nothing"
info_has "missing: 192 MiB of plugged memory .blocks d1, d2." "... info says what is missing"
cat_ kdump-compressed >"$T/out"
like "$("$VMCOREFS" -q --cat info "$T/out")" "incomplete: yes" "... outputs say that they are not complete"
told=(-o "plugged=d1@0x100000000:d2@0x108000000")
quiet "two modules, told" "${told[@]}"
info_has "incomplete: no" "... complete"
page_is 0x100000 first "... the first" "${told[@]}"
page_is 0x108000 second "... the second" "${told[@]}"
quiet "one of two told: the other one is the only one" -o plugged=d2@0x108000000
for bad in d1@0x0:d2@0x108000000 d1@0x108000000:d2@0x108000000 d1@0x100000001 d1@0xffffffffffff0000; do
	format_refused "$T/dump" "^vmcorefs: -o plugged=$bad: d. .[0-9]+ MiB. cannot be at 0" "-o plugged=$bad" -o plugged=$bad
done
for bad in d1 d1@ d1@x d1@-1 d1@1: @1; do
	format_refused "$T/dump" "^vmcorefs: -o plugged=$bad: (not ID@ADDRESS|.* has no block|d1 .* cannot be at 0x1)" "-o plugged=$bad" -o plugged=$bad
done
format_refused "$T/dump" "has no block \"pc.ram\" besides the memory that it began with" "-o plugged= of memory" -o plugged=pc.ram@0x100000000

for when in early late; do
	{ format_memory; echo 'page 0x100000 text plugged'; echo 'page 0x120000 text module'; } >"$T/desc"
	made machine=pc-q35-9.0 virtio_mem=$when plugged=0000:00:01.0/vm0@0x100000000+0x10000000,0000:00:02.0/vm1@0x120000000+0x8000000
	quiet "virtio-mem, $when"
	info_has "plugged: vm0: 256 MiB at 0x100000000, as its device says" "... info tells where"
	page_is 0x100000 plugged "... one"
	page_is 0x120000 module "... two"
done
format_memory >"$T/desc"
module=0000:00:01.0/v@0x100000000+0x400000
format_damaged qemu-savevm fuzz_qemu virtio_mem=early plugged=$module,m@0x110000000+0x200000 leave=devices
format_damaged qemu-savevm fuzz_qemu virtio_mem=late plugged=$module rtc=1

# --- memory in a file that others map, which is not in the stream

format_memory >"$T/desc"
made names=mem shared=mem rtc=1
cat_ info >"$T/info"
info_has "missing: 1 MiB of memory at 0 .block mem., which are in the file of their object" "x-ignore-shared: info says what is missing"
info_has "incomplete: yes" "... not complete"
info_has "warning: .* --ramdump FILE.0,118000@0 reads it" "... and how to get it"

# --- QEMU itself: its stream has the memory where its own dump has it (which shows ROM below 1 MiB)

real() {	# NAME QEMU ARGUMENT...
	local name=$1
	shift
	have "$1" || { skip "$name" "no $1"; return; }
	rm -f "$T/real" "$T/real.elf"
	python3 tests/mkqemu "$T/real" "$@" 2>"$T/err" || { fail "$name: $(tail -n 1 "$T/err")"; return; }
	"$VMCOREFS" --cat elf "$T/real" 2>"$T/err" >"$T/stream.elf"
	is "$(cat "$T/err")" "" "$name: no complaints"
	for file in stream real; do
		for at in $(printf '%s\n' "$@" | sed -n 's/^\(0x[0-9a-f]*\)=.*/\1/p'); do
			echo "$at $("$VMCOREFS" -q --cat "phys/$at+8" "$T/$file.elf" | od -An -tx8)"
		done >"$T/$file.words"
	done
	same "$T/stream.words" "$T/real.words" "$name: what QEMU's own dump has"
	is "$(while read -r paddr word; do ((paddr == 16#$word)) || echo "$paddr $word"; done <"$T/real.words")" "" "... each at its address"
}
at() { for a in "$@"; do echo "$a=$a"; done; }
object() { echo "-object memory-backend-ram,id=$1,size=$2"; }
# shellcheck disable=SC2046,SC2086 # lists of words
{
real "virtiofs' recipe" qemu-system-x86_64 -M q35 -m 32M -object memory-backend-memfd,id=mem,size=32M,share=on \
	-numa node,memdev=mem $(at 0x1000000 0x1fff000)
real "LXD's name" qemu-system-x86_64 -M pc,memory-backend=mem0 -m 32M $(object mem0 32M) $(at 0x1000000 0x1fff000)
real "microvm" qemu-system-x86_64 -M microvm -m 3200M $(at 0x1000000 0xbffff000 0x100000000 0x107fff000)
real "nodes of different size, a module" qemu-system-x86_64 -M pc -m 96M,slots=4,maxmem=8G $(object mem0 32M) $(object mem1 64M) \
	-numa node,memdev=mem0 -numa node,memdev=mem1 $(object m2 128M) -device pc-dimm,memdev=m2 \
	$(at 0x1000000 0x2000000 0x5fff000 0x100000000 0x107fff000)
real "max-ram-below-4g, a module" qemu-system-x86_64 -M q35,max-ram-below-4g=32M -m 96M,slots=4,maxmem=8G $(object slot1 128M) \
	-device pc-dimm,memdev=slot1 $(at 0x1fff000 0x100000000 0x103fff000 0x140000000)
truncate -s 1M "$T/firmware"
real "arm64, a module" qemu-system-aarch64 -M virt -cpu cortex-a57 -bios "$T/firmware" -m 64M,slots=4,maxmem=8G \
	$(object x1 128M) -device pc-dimm,memdev=x1 $(at 0x43000000 0x80000000)
}

done_testing
