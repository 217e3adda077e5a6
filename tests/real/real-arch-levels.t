#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# Levels, log and images of dumps of other architectures: classes of pages against /proc/kpageflags and /proc/zoneinfo of
# the guest, seconds before its end; the log against its console; images in libkdumpfile, gdb, drgn and ourselves.
# SETS="NAME..." in the environment takes other sets of the rig.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

read -ra names <<<"${SETS:-a64-512 armlpae-512 i386pae ppc64el s390x riscv64}"
sets "${names[@]}"
tool kdumpfile_pages -lkdumpfile -lz

# within PERCENT A B: they differ by at most this, or by 16 pages
within() {
	awk -v p="$1" -v a="$2" -v b="$3" \
		'BEGIN { d = a - b; d = d < 0 ? -d : d; exit !(a != "" && b != "" && (d <= 16 || d * 100 <= p * b)) }'
}
# count FILE ROW: the number of pages there
count() { awk -v row="$2" '$1 == row { print $2; exit }' "$1"; }
fact() { sed -n "s/^$2: //p" "${set[$1]}/facts"; }
byte_order() { if [[ $(fact "$1" machine) == s390x ]]; then echo big; else echo little; fi; }

# zones_agree SET DUMP REPORT: each zone's free pages are as many as the kernel counts in the dump, and about those that
# it told a moment before
zones_agree() {
	local zone present truth free kernels
	awk '$1 == "Node" { name = $4 } $1 == "present" { present = $2 }
		$1 == "nr_free_pages" && present { print name, present, $2 }' "${set[$1]}/truth/zoneinfo" >"$T/zones"
	is "$(sed -n 's,^node-0/\([^ ]*\) .*,\1,p' "$3")" "$(cut -d ' ' -f 1 "$T/zones")" "$1 $2: the zones" || diag "$(cat "$3")"
	while read -r zone present truth; do
		# the columns: zone stored cache cache-private user free hwpoison offline other kernel's
		read -r _ _ _ _ _ free _ _ _ kernels < <(awk -v row="node-0/$zone" '$1 == row' "$3")
		ok "$1 $2: $zone: $free free pages, the kernel counts $kernels" within 1 "$free" "$kernels"
		ok "$1 $2: $zone: ... and told $truth of $present a moment before" within 3 "$free" "$truth"
	done <"$T/zones"
}

# classes_agree SET DUMP MOUNT: at least 97 of 100 pages in a class of ours are in the kernel's. In the seconds in between
# processes end and memory is taken: of the kernel's 94 are in ours.
classes_agree() {
	local class ours theirs both n=0
	python3 tests/tools/page_classes.py "$3" "${set[$1]}/truth/kpageflags.gz" "$(byte_order "$1")" >"$T/classes" 2>"$T/err"
	result $? "$1 $2: classes are compared" || diag "$(tail -n 5 "$T/err")"
	while read -r class ours theirs both; do
		result $((ours == 0 || both * 100 < ours * 97)) "$1 $2: $class: the kernel said so of $both of $ours pages"
		result $((theirs == 0 || both * 100 < theirs * 94)) "$1 $2: $class: we say so of $both of its $theirs"
		((n++))
	done <"$T/classes"
	is $n 4 "$1 $2: four classes"
}

# levels_fit SET DUMP MOUNT: what levels leave out is what report has in these classes; each level leaves out poisoned
# pages, which report has in the class that they had before, and memory without page structs: firmware.
levels_fit() {
	local poisoned always n excluded
	poisoned=$(sed -n 's/^HardwareCorrupted: *\([0-9]*\) kB/\1/p' "${set[$1]}/truth/meminfo")
	poisoned=$((${poisoned:-0} * 1024 / $(fact "$1" page_size)))
	always=$(count "$3/level-1/report" excluded)
	ok "$1 $2: level 1 leaves out $always pages, $poisoned of them poisoned" test \
		$((always >= poisoned && always - poisoned < 128)) = 1
	local -A want=([16]=$((always + $(count "$3/report" free)))
		[31]=$((always - poisoned + $(count "$3/report" stored) - $(count "$3/report" other))))
	for n in 16 31; do
		excluded=$(count "$3/level-$n/report" excluded)
		is "$excluded" "${want[$n]}" "$1 $2: level $n leaves out $excluded pages"
	done
	ok "$1 $2: level 1 has pages of zeroes" test "$(count "$3/level-1/report" kept-zero)" -gt 100
}

# log_has_all SET DUMP MOUNT
log_has_all() {
	# two consoles on one line, early and late
	console_lines "$1" | awk '!seen[$0]++' >"$T/console"
	is "$(in_order "$T/console" "$3/dmesg" | head -n 5)" "" "$1 $2: dmesg has each kernel line of the console, in this order"
	log_is_complete "$1" "$2"
}

# expected MOUNT IMAGE [RAW]: what libkdumpfile should read from it; RAW: where the pages are, the mount's as a rule
declare -A known=()
expected() {
	if [[ -n ${3:-} ]]; then
		python3 tests/tools/image_pages.py "$1/$2" "$3" 2>&1
	else
		echo "${known[$2]}"
	fi
}

stored() { sed -n 's/^pages-stored: \([0-9]*\) .*/\1/p' "$1/info"; }
# reads_back SET DUMP MOUNT IMAGE PAGES NUMBER: our own reader has in IMAGE the pages of the file PAGES, and NUMBER in all
reads_back() {
	local back=$T/back
	mount_dump "$3/$4" "$back" || { fail "mount of $4 of $1 $2"; return; }
	is "$(expected "$3" "$5" "$back/raw")" "$(expected "$3" "$5")" "$1 $2: $4: we read the same pages from it"
	is "$(stored "$back")" "$6" "$1 $2: $4: ... and no others"
	ok "$1 $2: $4: unmount" unmount "$back"
}

# gdb_run FILE ADDRESS: threads, and 16 bytes as "0x.. 0x.. ..."
gdb_run() {
	timeout -k 5 60 gdb-multiarch -nx -batch -ex 'set pagination off' -ex "core-file $1" -ex 'info threads' \
		-ex "x/16xb $2" </dev/null >"$T/gdb.all" 2>&1
	sed -n '/^  Id/,/^$/p' "$T/gdb.all" | grep -v ':[[:blank:]]' >"$T/gdb.threads"
	sed -n 's/^0x[0-9a-f]*:[[:blank:]]*0x/0x/p' "$T/gdb.all" | tr '\t\n' '  ' >"$T/gdb.bytes"
}

gdb_opens() {
	local at file want
	at=0x$(zcat "${set[$1]}/truth/kallsyms.gz" | awk '$3 == "_stext" { print $1; exit }')
	want=$(od -An -tx1 "$3/virt/$at+16" | sed 's/ / 0x/g; s/^ //')
	gdb_run "${set[$1]}/$2" "$at"
	mv "$T/gdb.threads" "$T/gdb.original"
	for file in elf level-31/elf; do
		gdb_run "$3/$file" "$at"
		is "$(sed 's/ $//' "$T/gdb.bytes")" "$want" "$1 $2: $file: gdb reads _stext" || diag "$(cat "$T/gdb.all")"
		same "$T/gdb.threads" "$T/gdb.original" "$1 $2: $file: gdb has the threads of the original" ||
			diag "$(cat "$T/gdb.all")"
	done
	ok "$1 $2: ... which are some" test -s "$T/gdb.original"
}

cat >"$T/tasks.py" <<'END'
from drgn.helpers.linux.pid import for_each_task
print(prog["init_uts_ns"].name.release.string_().decode())
for t in for_each_task(prog):
    print(t.pid.value_(), t.comm.string_().decode())
END
# Debian's drgn lists tasks of some architectures; of few when the dump has no virtual addresses, as QEMU's.
drgn_opens() {
	local file kernel=${set[$1]}/vmlinux
	drgn_run "${set[$1]}/$2" "$kernel" "$T/tasks.py" >"$T/tasks" 2>"$T/err"
	for file in elf level-31/elf; do
		drgn_run "$3/$file" "$kernel" "$T/tasks.py" >"$T/tasks.${file%%/*}" 2>"$T/err" || diag "$(tail -n 3 "$T/err")"
		is "$(head -n 1 "$T/tasks.${file%%/*}")" "$(<"${set[$1]}/release")" "$1 $2: $file: drgn opens it"
		ok "$1 $2: $file: ... and lists tasks" test "$(lines "$T/tasks.${file%%/*}")" -ge 40
		case $1 in
		s390x | a64-kexec) same "$T/tasks.${file%%/*}" "$T/tasks" "$1 $2: $file: the same as from the original" ;;
		esac
	done
	same "$T/tasks.level-31" "$T/tasks.elf" "$1 $2: drgn lists the same tasks from level 31"
}

# check SET DUMP OPTION...: on a mount of it
check() {
	local name=$1 dump=$2 mnt=$T/mnt image
	shift 2
	mount_dump "${set[$name]}/$dump" "$mnt" "$@" || { fail "mount of $name $dump"; return; }
	zones_agree "$name" "$dump" "$mnt/report"
	log_has_all "$name" "$dump" "$mnt"
	sed '/^$/,$d' "$mnt/report" | cut -c 1-50 >"$T/classes.$dump"
	if [[ $dump == kdump-zlib ]]; then
		same "$T/classes.$dump" "$T/classes.elf" "$name $dump: the same classes as elf"
	else
		classes_agree "$name" "$dump" "$mnt"
		levels_fit "$name" "$dump" "$mnt"
		for image in kdump-compressed level-1/dump.none level-16/dump.none level-31/dump; do
			known[$image]=$(expected "$mnt" "$image" "$mnt/raw")
			is "$(pages "$mnt/$image")" "${known[$image]}" "$name $dump: $image: libkdumpfile reads its pages"
		done
		reads_back "$name" "$dump" "$mnt" elf kdump-compressed "$(stored "$mnt")"
		for image in kdump-compressed level-31/dump; do
			reads_back "$name" "$dump" "$mnt" $image $image "${known[$image]%% *}"
		done
		case $(fact "$name" machine) in
		mips64) skip "$name $dump: gdb" "it ends in an internal error on the original, which has no notes" ;;
		*) gdb_opens "$name" "$dump" "$mnt" ;;
		esac
		case $(fact "$name" machine) in
		aarch64 | armv7l | ppc64le | s390x) drgn_opens "$name" "$dump" "$mnt" ;;
		esac
	fi
	ok "$name $dump: unmount" unmount "$mnt"
}

for name in "${names[@]}"; do
	options=()
	[[ ! -e ${set[$name]}/vmlinux ]] || options=(-x "${set[$name]}/vmlinux")
	for dump in elf vmcore kdump-zlib; do
		[[ ! -e ${set[$name]}/$dump ]] || check "$name" "$dump" "${options[@]}"
	done
	# without a vmlinux
	dump=elf
	[[ -e ${set[$name]}/elf ]] || dump=vmcore
	"$VMCOREFS" --cat report "${set[$name]}/$dump" 2>"$T/err" | sed '/^$/,$d' | cut -c 1-50 >"$T/classes.bare"
	same "$T/classes.bare" "$T/classes.$dump" "$name $dump: without a vmlinux the same classes" || diag "$(cat "$T/err")"
done

done_testing
