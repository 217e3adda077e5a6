# SPDX-License-Identifier: GPL-2.0-or-later
# The dump sets: a table, and how each kind of set is made. Needs all other files of the rig.

# name | kind | kernel | MiB | options | explanation
# Options:
#   balloon, nokaslr
#   novmci            without the vmcoreinfo device: QEMU has it for PCs and ARM only, armhf kernels lack its driver
#   facts             see facts.sh
#   proc              see copies.sh
#   cpu=CPU smp=N     of QEMU
#   dump=FORM,...     what QEMU writes: those of dump-guest-memory; savevm, mapped-ram: migration to a file
#   qemu=new          by the set qemu-new
#   machine=NAME      of QEMU
#   ram=ADDRESS+BYTES,...   of a machine for which QEMU writes none of these forms
#   append=WORD       of the kernel command line; may be there more than once
#   crash=SIZE        memory of the crash kernel
#   dom0=MIB domu=MIB xen=WORD   of a machine with Xen: memory of its domains, and a word of Xen's command line
#   fill=MB of files, heap=MB of process memory, host=MB of files of the host
SETS='
v61-512     | kexec   | 6.1  |  512 | crash=160M balloon fill=32 heap=24       | /proc/vmcore of 6.1, 512 MB, with a memory balloon
q61-512     | qemu    | 6.1  |  512 | balloon fill=32 heap=24                  | one 6.1 guest dumped by QEMU as elf, elf-paging and kdump-zlib
tiny61      | qemu    | 6.1  |   96 | tiny                                     | the smallest 6.1 guest, dumped by QEMU as elf
v61-3g      | kexec   | 6.1  | 3072 | crash=160M fill=500 heap=450 host=600    | /proc/vmcore of 6.1, 3 GB, half of it in use, for benchmarks
zgetdump    | zgetdump |     |      |                                          | not a dump: zgetdump of s390-tools, and what it needs to run here
mdf-new     | tool    |      |      |                                          | not a dump: the newest makedumpfile with its own libraries
judges      | judges  |      |      |                                          | not a dump: crash and drgn of Debian sid in a root of their own
q61-migrate | qemu    | 6.1  |  512 | qemu=new dump=elf,kdump-raw-zlib,savevm,mapped-ram fill=16 heap=18 | one 6.1 guest by a newer QEMU: elf, plain kdump files, migration streams
q61-hole    | qemu    | 6.1  | 5120 | tiny machine=q35 dump=elf,savevm         | 6.1 on a q35 with memory above 4 GiB, as elf and migration stream
q61-hole-pc | qemu    | 6.1  | 4608 | tiny machine=pc dump=elf,savevm          | the same on an i440fx
qemu-new    | newqemu |      |      |                                          | not a dump: the QEMU of the next Debian with its own libraries
v612-512    | kexec   | 6.12 |  512 | crash=192M balloon fill=24 heap=24       | /proc/vmcore of 6.12 (not the cloud flavour: it has hwpoison)
v7-512      | kexec   | 7    |  512 | crash=192M balloon fill=24 heap=24       | /proc/vmcore of the newest 7.x
v510-512    | kexec   | 5.10 |  512 | crash=160M balloon fill=32 heap=24       | /proc/vmcore of 5.10
v61-la57    | kexec   | 6.1  |  512 | crash=160M cpu=qemu64,+la57,-cx16 fill=32 heap=24 | /proc/vmcore of 6.1 with 5-level page tables
v61-proc    | kexec   | 6.1  |  512 | proc crash=160M append=no_hash_pointers fill=16 heap=24 | /proc/vmcore of 6.1, with copies of /proc and what tools printed just before
v61-nokaslr | kexec   | 6.1  |  384 | crash=160M nokaslr fill=16 heap=18       | /proc/vmcore of 6.1 at its linked address
q61-novmci  | qemu    | 6.1  |  256 | novmci fill=16 heap=18                   | 6.1 dumped by QEMU as elf, without a VMCOREINFO note
q61-probes  | qemu    | 6.1  |  128 | tiny append=ftrace=function append=ftrace_filter=vfs_read,ksys_read append=kprobe_event=p,vfs_write+5;p,kfree+5 | 6.1 with a function tracer and kprobes at work, dumped by QEMU as elf
q61-capture | capture | 6.1  |  384 | crash=160M fill=8 heap=18               | 6.1 dumped by QEMU as elf while its crash kernel runs: two kernels in one memory
xen417      | xen     | 6.1-dom0 | 640 | crash=160M dom0=320 domu=24 fill=16 heap=18 | /proc/vmcore of Xen 4.17 with 6.1 as a PV dom0, and a domU
live-v61    | live    | 6.1  |  512 | crash=64M                                | not a dump: vmcorefs and makedumpfile on the /proc/kcore of 6.1
sandbox-v510 | sandbox | 5.10 | 512 |                                         | not a dump: what the sandbox leaves to who has taken it over, on 5.10
sandbox-v61 | sandbox | 6.1  |  512 |                                          | the same on 6.1
sandbox-v612 | sandbox | 6.12 | 512 |                                         | the same on 6.12
sandbox-v7  | sandbox | 7    |  512 |                                          | the same on the newest 7.x
cap-v61     | measure | 6.1  |  320 | crash=128M fill=16 heap=18               | not a dump: vmcorefs and makedumpfile in the crash kernel of 6.1, their time and memory
a64-512       | qemu  | arm64   |  512 | facts dump=elf,kdump-zlib fill=24 heap=24 | arm64 6.1 with 48 bit addresses, by QEMU as elf and kdump-zlib (blocks of 64 KiB)
a64-novmci    | qemu  | arm64   |  256 | facts novmci dump=elf,kdump-zlib fill=8 heap=18 | the same without a VMCOREINFO note
a64-kexec     | kexec | arm64   |  512 | facts crash=192M fill=24 heap=24 | /proc/vmcore of arm64 6.1
armlpae-512   | qemu  | armlpae |  512 | facts novmci dump=elf,kdump-zlib append=vmalloc=768M fill=24 heap=24 | 32-bit ARM 6.1 with LPAE, by QEMU as elf and kdump-zlib
armv7         | qemu  | armmp   |  256 | facts novmci dump=elf,kdump-zlib fill=8 heap=18 | 32-bit ARM 6.1 with short descriptors, by QEMU as elf and kdump-zlib
i386pae       | qemu  | 686pae  |  384 | facts dump=elf,elf-paging,kdump-zlib append=vmalloc=768M fill=16 heap=18 | i386 6.1 with PAE, by QEMU as elf, elf-paging and kdump-zlib
i386pae-kexec | kexec | 686pae  |  512 | facts crash=160M fill=24 heap=24 | /proc/vmcore of i386 6.1 with PAE
i386          | qemu  | 686     |  256 | facts dump=elf,kdump-zlib fill=8 heap=18 | i386 6.1 without PAE, by QEMU as elf and kdump-zlib
ppc64el       | qemu  | ppc64el |  512 | facts novmci dump=elf,kdump-zlib fill=24 heap=24 | little-endian POWER 6.1 with radix page tables of 64 KiB, by QEMU as elf and kdump-zlib, no VMCOREINFO note
ppc64el-hash  | qemu  | ppc64el |  512 | facts novmci cpu=power8 dump=elf fill=24 heap=24 | the same with the hashed page table, as elf
s390x         | qemu  | s390x   |  256 | facts novmci dump=elf,kdump-zlib fill=8 heap=18 | big-endian s390x 6.1, by QEMU as elf and kdump-zlib, no VMCOREINFO note
riscv64       | qemu  | riscv64 |  384 | facts novmci dump=elf,kdump-zlib fill=16 heap=18 | riscv64 6.12 with sv57, by QEMU as elf and kdump-zlib, no VMCOREINFO note
riscv64-sv48  | qemu  | riscv64 |  256 | facts novmci append=no5lvl dump=elf fill=8 heap=18 | the same with sv48, as elf
riscv64-sv39  | qemu  | riscv64 |  256 | facts novmci append=no4lvl dump=elf fill=8 heap=18 | the same with sv39, as elf
a64-migrate   | qemu  | arm64   |  256 | dump=elf,savevm fill=8 heap=18 | arm64 6.1, by QEMU as elf and migration stream
s390x-migrate | qemu  | s390x   |  256 | novmci dump=elf,savevm fill=8 heap=18 | s390x 6.1, by QEMU as elf and migration stream
riscv64-migrate | qemu | riscv64 | 256 | novmci dump=elf,savevm fill=8 heap=18 | riscv64 6.12, by QEMU as elf and migration stream
ppc64el-migrate | qemu | ppc64el | 512 | novmci cpu=power8 dump=elf,savevm fill=8 heap=18 | POWER 6.1 with the hashed page table, by QEMU as elf and migration stream
mips64el      | qemu  | malta   |  512 | facts smp=1 novmci ram=0x0+0x10000000,0x90000000+0x10000000 fill=16 heap=18 | little-endian MIPS64 6.1, its memory with an ELF header, no notes
'

each_set() {
	local name kind kernel mib options text
	while IFS='|' read -r name kind kernel mib options text; do
		name=${name// /}
		[ -z "$name" ] || "$1" "$name" "${kind// /}" "${kernel// /}" "${mib// /}" "$options" "${text# }"
	done <<<"$SETS"
}

list_line() { printf '%-14s %s\n' "$1" "$6"; }

set_row() {
	[ "$1" = "$WANTED" ] || return 0
	KIND=$2 LABEL=$3 MIB=$4 OPTIONS=$5
}

has() { case " $OPTIONS " in *" $1 "*) ;; *) return 1 ;; esac; }

# value KEY DEFAULT: of KEY=VALUE among the options.
value() {
	local word
	for word in $OPTIONS; do
		case $word in "$1"=*) echo "${word#*=}" && return ;; esac
	done
	echo "${2:-}"
}

# values KEY: of all of them, with blanks before each
values() {
	local word
	for word in $OPTIONS; do
		case $word in "$1"=*) printf ' %s' "${word#*=}" ;; esac
	done
}

# set_link_vmlinux FOLDER: into it, where the kernel has one.
set_link_vmlinux() {
	[ -z "$KERNEL" ] || [ ! -e "$KERNEL/vmlinux" ] || [ -e "$1/vmlinux" ] || ln "$KERNEL/vmlinux" "$1/vmlinux" ||
		die "cannot link vmlinux"
}

# make_set NAME: makes $CACHE/dumps/NAME unless it is there and up to date.
make_set() {
	local stamp work started=$SECONDS
	WANTED=$1 KIND=
	each_set set_row
	[ -n "$KIND" ] || die "no set named $1 (see: rig list)"
	arch_use x86_64
	[ -z "$LABEL" ] || kernel_use "$LABEL"
	install_deps
	lock kernels
	KERNEL=
	[ -z "$LABEL" ] || kernel_get "$LABEL"
	lock "$1"

	SET=$CACHE/dumps/$1
	stamp="rig $RIG_VERSION${KERNEL:+, kernel $(cat "$KERNEL/release")}"
	case $KIND in live | measure | sandbox) stamp+=", $(live_stamp "$KIND")" || exit ;; esac
	if [ "$(cat "$SET/stamp" 2>/dev/null)" = "$stamp" ]; then
		set_link_vmlinux "$SET"
		return
	fi

	say "making $1"
	work=$SET.tmp
	rm -rf "$work"
	mkdir -p "$work"
	cd "$work" || die "cannot enter $work"
	"make_$KIND"
	if [ -n "$KERNEL" ]; then
		cp "$KERNEL/release" release
		set_link_vmlinux .
		! has facts || facts_write
		! has proc || copies_write
	fi
	echo "$stamp" >stamp
	rm -rf "$SET"
	cd / && mv "$work" "$SET" || die "cannot rename $work"
	say "made $1 in $((SECONDS - started)) seconds"
}

# boot KDUMP QEMU-OPTION...: starts the guest of the set, and sees it through to its panic.
boot() {
	local kdump=$1 profile=full append net="virtio-net-$BUS,netdev=net"
	shift
	! has tiny || profile=tiny
	append="panic=0 rig_profile=$profile rig_fill=$(value fill) rig_heap=$(value heap)"
	! has nokaslr || append+=" nokaslr"
	! has balloon || append+=" rig_balloon=1"
	! has proc || append+=" rig_proc=more"
	# Emulated without KVM, these take their time.
	[ "$ARCH" = x86_64 ] || append+=" rig_removed=20000"
	append+=$(values append)
	if [ "$KIND" = xen ]; then
		append+=" rig_domu=$(value domu) rig_kdump=$CAPTURE_CONSOLE"
	elif [ -n "$kdump" ]; then
		append+=" crashkernel=$(value crash) rig_kdump=${CAPTURE_CONSOLE:-$CONSOLE}"
	fi
	initramfs_make tree initrd.gz "$profile" "$kdump"
	rm -rf tree

	# A boot ROM only PCI has.
	[ "$BUS" != pci ] || net+=,romfile=
	if [ "$profile" = full ]; then
		set -- "$@" -device "virtio-balloon-$BUS" -device "virtio-rng-$BUS" \
			-netdev user,id=net,restrict=on -device "$net"
	fi
	if has facts; then
		truncate -s 32M facts.img
		# shellcheck disable=SC2046 # a list
		set -- "$@" $(disk facts)
	fi
	if has proc; then
		truncate -s 128M proc.img
		# shellcheck disable=SC2046 # a list
		set -- "$@" $(disk proc)
	fi
	guest_start "$MIB" "$(value cpu "$CPU")" "$append" "$@"
	if has balloon; then
		guest_wait 900 '^rig: ready for the balloon' console.log
		qmp balloon "{\"value\": $(((MIB - 32) << 20))}"
	fi
	# The panic may overtake what the console has not written yet.
	guest_wait 1800 '^rig: panic now|Kernel panic - not syncing' console.log
	guest_wait 300 'Kernel panic - not syncing' console.log
}

disk() {
	echo "-drive if=none,id=$1,file=$1.img,format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap" \
		"-device virtio-blk-$BUS,drive=$1,serial=$1"
}

make_kexec() {
	local options bytes host log=capture.log
	[ -n "$CAPTURE_CONSOLE" ] || log=console.log
	need_space $((MIB + 2000))
	truncate -s "$((MIB + 64))M" dump.img
	options=$(disk dump)
	host=$(value host)
	if [ -n "$host" ]; then
		tar -cf - -C / usr/bin usr/lib usr/share 2>/dev/null | head -c "${host}M" >fill.img
		options+=" $(disk fill)"
	fi
	# shellcheck disable=SC2086 # a list
	boot kdump $options
	guest_wait 3000 '^rig: vmcore bytes' $log
	guest_gone 300 $log
	bytes=$(sed -n 's/^rig: vmcore bytes \([0-9]*\).*/\1/p' $log)
	[ "${bytes:-0}" -gt $((MIB << 19)) ] || guest_fail "a vmcore of ${bytes:-no} bytes" $log
	[ $log = capture.log ] || split_console
	truncate -s "$bytes" dump.img
	mv dump.img vmcore
	rm -f initrd.gz fill.img qmp.sock qmp.log qemu.log
}

# The hypervisor dumps while the crash kernel runs: there is no disk for it to write to.
make_capture() {
	need_space $((MIB + 500))
	boot kdump -device vmcoreinfo
	guest_wait 900 '^rig: no disk' capture.log
	qmp stop
	qmp dump-guest-memory '{"paging": false, "protocol": "file:elf"}'
	guest_kill
	rm -f initrd.gz qmp.sock qmp.log qemu.log
}

# The crash kernel had to use the console of the first one: from the first one's last words on it is its log.
split_console() {
	awk '{ print >(bye ? "capture.log" : "first.log") } /\] Bye!/ { bye = 1 }' console.log
	mv first.log console.log
}

# memory_save: the memory at the places of the option "ram", and an ELF core around it.
memory_save() {
	local range parts=()
	for range in $(value ram | tr , ' '); do
		qmp pmemsave "{\"val\": $((${range%+*})), \"size\": $((${range#*+})), \"filename\": \"$PWD/${range%+*}\"}"
		parts+=("${range%+*}" "${range%+*}")
	done
	"$RIG/memory2elf.py" elf 8 "${parts[@]}" || die "cannot write elf"
}

make_qemu() {
	local format formats=elf,elf-paging,kdump-zlib options='-device vmcoreinfo'
	need_space $((MIB * 3 + 500))
	MACHINE=$(value machine "$MACHINE")
	case $(value qemu) in new)
		"$RIG/rig" make qemu-new || exit
		QEMU=$("$RIG/rig" path qemu-new)/$QEMU || exit ;;
	esac
	! has tiny || formats=elf
	! has novmci || formats=elf options=
	formats=$(value dump "$formats")
	# shellcheck disable=SC2086 # a list
	boot '' $options
	guest_panicked 300
	qmp stop
	if [ -n "$(value ram)" ]; then
		formats=
		memory_save
	fi
	for format in ${formats//,/ }; do
		case $format in
		elf) qmp dump-guest-memory '{"paging": false, "protocol": "file:elf"}' ;;
		elf-paging) qmp dump-guest-memory '{"paging": true, "protocol": "file:elf-paging"}' ;;
		savevm) guest_migrate "exec:cat > savevm" ;;
		mapped-ram)
			# A machine migrates once. Its memory goes on in another that does not run.
			guest_kill
			guest_again -S -incoming "exec:cat savevm"
			guest_incoming 300
			qmp migrate-set-capabilities '{"capabilities": [{"capability": "mapped-ram", "state": true}]}'
			guest_migrate "file:$PWD/mapped-ram" ;;
		*) qmp dump-guest-memory \
			"{\"paging\": false, \"format\": \"$format\", \"protocol\": \"file:$format\"}" ;;
		esac
	done
	guest_kill
	# Most of a large guest is memory that nobody used.
	[ "$MIB" -le 1024 ] || fallocate --dig-holes elf
	rm -f initrd.gz qmp.sock qmp.log qemu.log capture.log
}
