#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# -i and -x: facts about the kernel from outside the dump. The judge is the dump's own VMCOREINFO.
. tests/lib.sh

dump=$T/dump
real_dump "$dump"
view() { "$VMCOREFS" --cat "$@" 2>"$T/err"; }
# refused REGEX ARGUMENTS...: status 32 and one line
refused() {
	local regex=$1
	shift
	"$VMCOREFS" --cat info "$@" >"$T/out" 2>"$T/err"
	is $? 32 "$*: status 32"
	like "$(cat "$T/err")" "^vmcorefs: $regex" "... and says why"
	is "$(wc -l <"$T/err") $(wc -c <"$T/out")" "1 0" "... in one line"
}
# Reports are compared by what they count: types make zones known, and the size of files depends on that of the notes.
counts() { grep -v '^node\|^Nodes\|^Zones' | cut -c 1-50; }
view_for_comparison() {	# VIEW ARGUMENTS...
	case $1 in
	*report) view "$@" | counts ;;
	*) view "$@" ;;
	esac
}
# What needs symbols, types, page tables, page structs; kept in a folder for each dump.
views=(dmesg dmesg-partial report level-31/report)
keep_views() {	# DUMP FOLDER
	local v
	mkdir "$2"
	for v in "${views[@]}" vmcoreinfo; do
		view_for_comparison "$v" "$1" >"$2/${v//\//-}"
	done
}
same_views() {	# NAME FOLDER ARGUMENTS...
	local name=$1 folder=$2 v
	shift 2
	for v in "${views[@]}"; do
		view_for_comparison "$v" "$@" >"$T/got"
		same "$T/got" "$folder/${v//\//-}" "$name: $v" || diag "$(cat "$T/err")"
	done
}

keep_views "$dump" "$T/kdump"
own=$T/vmcoreinfo
cp "$T/kdump/vmcoreinfo" "$own"
same "$T/kdump/dmesg" "$T/kdump/dmesg-partial" "a log that was never cleared: dmesg-partial is dmesg"
[[ -s $T/kdump/dmesg ]]
result $? "... and not empty"
release=$(sed -n 's/^OSRELEASE=//p' "$own")
build=$(sed -n 's/^BUILD-ID=//p' "$own")
offset=$(sed -n 's/^KERNELOFFSET=//p' "$own")
stext=$(sed -n 's/^SYMBOL(_stext)=//p' "$own")
phys_base=$(sed -n 's/^NUMBER(phys_base)=//p' "$own")
version=$(view info "$dump" | sed -n 's/^version: //p')

# A text as it would be with another KERNELOFFSET; "linked": as makedumpfile -g has it.
moved() {
	perl -e 'use bigint; my ($from, $to) = (hex shift, shift); my $d = ($to eq "linked" ? 0 : hex $to) - $from;
		while (<>) {
			s/^(SYMBOL\(\w+\)=)(ffffffff[89ab]\w+)$/$1 . sprintf("%x", hex($2) + $d)/e;
			next if $to eq "linked" && /^(KERNELOFFSET|CRASHTIME|NUMBER\((phys_base|pgtable_l5_enabled|sme_mask)\))=/;
			s/^(KERNELOFFSET=).*/$1$to/;
			print;
		}' "$offset" "$1" <"$own" 2>/dev/null
}

# --- -i over the dump's own
same_views "-i, the dump's own text" "$T/kdump" -i "$own" "$dump"
view vmcoreinfo -i "$own" "$dump" | cmp -s - "$own"
result $? "... vmcoreinfo is that text"
like "$(view info --vmcoreinfo-file="$own" "$dump")" "vmcoreinfo-file: $own" "info names it"
moved linked >"$T/linked"
is "$(grep -c -e KERNELOFFSET -e phys_base "$T/linked")" 0 "a text as makedumpfile -g writes it"
same_views "-i, link addresses" "$T/kdump" -i "$T/linked" "$dump"
is "$(view vmcoreinfo -i "$T/linked" "$dump" | sort)" "$(sort "$own")" "... moved to where the kernel is"
{ moved 5000000; } | sed 's/^NUMBER(phys_base)=.*/NUMBER(phys_base)=4096/; s/^SYMBOL(mem_section)=.*/SYMBOL(mem_section)=ffff888012345000/' >"$T/other"
same_views "-i, from another boot of the kernel" "$T/kdump" -i "$T/other" "$dump"
is "$(view vmcoreinfo -i "$T/other" "$dump" | sort)" "$(sort "$own")" "... what belongs to that boot is left out"
sed 's/^NUMBER(PG_lru)=.*/NUMBER(PG_lru)=33/; $aNUMBER(new)=7' "$own" | grep -v NR_FREE_PAGES >"$T/changed"
view vmcoreinfo -i "$T/changed" "$dump" >"$T/merged"
is "$(grep -c -e '^NUMBER(PG_lru)=33$' -e '^NUMBER(new)=7$' -e '^NUMBER(NR_FREE_PAGES)=0$' "$T/merged")" 3 \
	"its lines win, and the dump's own fill the gaps"
is "$(sed 's/=.*//' "$T/merged" | sort | uniq -d)" "" "... no key is there twice"

# --- what does not fit
sed 's/^OSRELEASE=.*/OSRELEASE=5.10.0-1-amd64/' "$own" >"$T/bad"
refused "$T/bad: is of kernel 5.10.0-1-amd64, but $dump of kernel $release" -i "$T/bad" "$dump"
sed 's/^BUILD-ID=.*/BUILD-ID=0123456789/' "$own" >"$T/bad"
refused "$T/bad: is of build 0123456789, but $dump of build $build" -i "$T/bad" "$dump"
grep -v BUILD-ID "$own" >"$T/no-build"
same_views "-i, without BUILD-ID" "$T/kdump" -i "$T/no-build" "$dump"
refused "$T/none: No such file or directory" -i "$T/none" "$dump"
refused "$T: is a folder, and must be a plain file" -i "$T" "$dump"
: >"$T/empty"
refused "$T/empty: not a VMCOREINFO text" -i "$T/empty" "$dump"
refused "$dump: not a VMCOREINFO text" -i "$dump" "$dump"
refused "/dev/zero: is a device, and must be a plain file" -i /dev/zero "$dump"
mkfifo "$T/fifo"	# nobody ever writes into it
refused "$T/fifo: is a pipe, and must be a plain file" -i "$T/fifo" "$dump"
refused "$T/fifo: is a pipe, and must be a plain file" -x "$T/fifo" "$dump"
refused "$T/fifo: is a pipe, and must be a plain file" -o erase="$T/fifo" "$dump"

# --- a dump without VMCOREINFO
bare=$T/bare
view elf "$dump" >"$bare"
keep_views "$bare" "$T/elf"
ok "the dump loses its VMCOREINFO" tests/tools/wipe-vmcoreinfo "$bare"
like "$(view info "$bare")" "vmcoreinfo: none.*missing: dmesg: " "nothing is known of it"
same_views "-i, no VMCOREINFO in the dump" "$T/elf" -i "$own" "$bare"
like "$(view info -i "$own" "$bare")" "vmcoreinfo: from the file above" "... info says so"
same_views "-i, link addresses, no VMCOREINFO in the dump" "$T/elf" -i "$T/linked" "$bare"
is "$(view vmcoreinfo -i "$T/linked" "$bare" | grep -E "^(KERNELOFFSET=$offset|NUMBER\(phys_base\)=$phys_base|SYMBOL\(_stext\)=$stext)$" | wc -l)" 3 \
	"... KERNELOFFSET and phys_base are found in memory"
# where the page structs are belongs to that boot
views=(dmesg dmesg-partial)
same_views "-i, another boot, no VMCOREINFO in the dump" "$T/elf" -i "$T/other" "$bare"
like "$(view info -i "$T/other" "$bare")" "missing: report: VMCOREINFO lacks SYMBOL.mem_section" "... and report is absent"
views+=(report level-31/report)
grep -v MAPCOUNT_VALUE "$T/linked" >"$T/weak"
same_views "-i, without the kinds of pages that are macros" "$T/elf" -i "$T/weak" "$bare"
"$VMCOREFS" --cat elf -i "$T/linked" "$bare" >"$T/whole" 2>"$T/err"
same_views "its elf has a VMCOREINFO again" "$T/elf" "$T/whole"
sed 's/^OSRELEASE=.*/OSRELEASE=5.10.0-1-amd64/' "$T/linked" >"$T/bad"
refused "$T/bad: its kernel is not in the memory of $bare" -i "$T/bad" "$bare"
printf '%s\n' 'format kdump' 'release 6.6.6' 'page 1 text hello' >"$T/desc"
python3 tests/mkdump "$T/desc" "$T/header"
refused "$own: is of kernel $release, but $T/header of kernel 6.6.6" -i "$own" "$T/header"

# --- -x
if have gcc; then
	make_vmlinux() { tests/tools/make-vmlinux "$own" "$@" >"$T/gcc" 2>&1 || diag "$(cat "$T/gcc")"; }
	make_vmlinux "$T/vmlinux" mem_section=ffffffff833aa798 "version=$version"
	same_views "-x, over the dump's own" "$T/kdump" -x "$T/vmlinux" "$dump"
	same_views "-o vmlinux=, over the dump's own" "$T/kdump" -o "vmlinux=$T/vmlinux" "$dump"
	same_views "-x, no VMCOREINFO in the dump" "$T/elf" --vmlinux "$T/vmlinux" "$bare"
	like "$(view info -x "$T/vmlinux" "$bare")" "vmlinux: $T/vmlinux.*vmcoreinfo: from the file above" "... info says so"
	view vmcoreinfo -x "$T/vmlinux" "$bare" | sort >"$T/made"
	is "$(sort "$own" | comm -13 "$T/made" - | grep -v -e CRASHTIME -e sme_mask -e 'mem_section)' -e SECTION_SIZE_BITS \
		-e MAX_PHYSMEM_BITS -e KERNEL_IMAGE_SIZE -e 'LENGTH(printk_info_')" "" \
		"... vmcoreinfo has what the kernel's own has, but what only a running kernel knows"
	make_vmlinux "$T/btf" mem_section=ffffffff833aa798 "version=$version" debug=btf
	same_views "-x, BTF, no VMCOREINFO in the dump" "$T/elf" -x "$T/btf" "$bare"
	is "$(view vmcoreinfo -x "$T/btf" "$bare" | sort)" "$(cat "$T/made")" "... vmcoreinfo is that from DWARF"
	# page types as 6.12 has them: an enum, in the upper byte
	{ cat "$own"; printf 'NUMBER(PGTY_%s)\n' buddy=240 offline=241 slab=245 | sed 's/\(=.*\))/)\1/'; } >"$T/new"
	for debug in yes btf; do
		tests/tools/make-vmlinux "$T/new" "$T/types" "version=$version" "debug=$debug" 2>"$T/gcc"
		is "$(view vmcoreinfo -x "$T/types" "$bare" | sed -n 's/^NUMBER(PAGE_\(.*\)_MAPCOUNT_VALUE)=/\1 /p' | xargs)" \
			"BUDDY -268435456 OFFLINE -251658240 SLAB -184549376" "page types from an enum, debug=$debug"
	done
	make_vmlinux "$T/bad" "version=#2 SMP someone else's"
	refused "$T/bad: is of kernel version #2 SMP someone else's, but $bare of #1 " -x "$T/bad" "$bare"
	make_vmlinux "$T/bad" build=0123456789abcdef
	refused "$T/bad: is of build 0123456789abcdef, but $dump of build $build" -x "$T/bad" "$dump"
	make_vmlinux "$T/bad" symbols=no
	refused "$T/bad: has no symbols" -x "$T/bad" "$dump"
	make_vmlinux "$T/bad" debug=no
	refused "$T/bad: has no debug information" -x "$T/bad" "$dump"
	head -c 3000 "$T/vmlinux" >"$T/bad"
	"$VMCOREFS" --cat info -x "$T/bad" "$dump" >/dev/null 2>"$T/err"
	is $? 32 "-x, cut short: status 32"
	refused "/bin/true: (has no symbols|is not a Linux kernel)" -x /bin/true "$dump"
else
	skip "-x" "no gcc"
fi
refused "$own: not an ELF file" -x "$own" "$dump"
refused "$T/none: No such file or directory" -x "$T/none" "$dump"
refused "$T: " -x "$T" "$dump"

# --- a mount, with names relative to where it is started
if [[ -c /dev/fuse ]]; then
	mkdir "$T/mnt"
	(cd "$T" && "$VMCOREFS" -i linked bare mnt 2>"$T/err")
	is "$? $(cat "$T/err")" "0 " "mounts with -i, in the background"
	same "$T/mnt/dmesg-partial" "$T/elf/dmesg-partial" "... and has a log"
	ok "... and unmounts" bash -c 'fusermount3 -u "$1" || umount "$1"' - "$T/mnt"
	(cd "$T" && "$VMCOREFS" -x vmcoreinfo bare mnt 2>"$T/err")
	is "$? $(cat "$T/err")" "32 vmcorefs: vmcoreinfo: not an ELF file: not a vmlinux" "a bad -x ends before the mount"
else
	skip "a mount" "no /dev/fuse"
fi

# --- nothing is read that is not asked for
is "$(cd "$T" && view dmesg -i "./vmcoreinfo" ./dump | cmp - kdump/dmesg && echo fine)" fine "relative paths"
if have strace; then
	strace -f -e trace=openat "$VMCOREFS" --cat dmesg "$dump" 2>&1 >/dev/null | grep -c vmlinux >"$T/count"
	is "$(cat "$T/count")" 0 "without -x no vmlinux is opened"
fi

done_testing
