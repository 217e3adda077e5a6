# SPDX-License-Identifier: GPL-2.0-or-later
# The dump sets: a table, and how each kind of set is made. Needs all other files of the rig.

# name | kind | kernel | MiB | options | explanation
# Options: balloon, la57, nokaslr, novmci; crash=SIZE (memory of the crash kernel);
# fill=MB of files, heap=MB of process memory, host=MB of files of the host.
SETS='
v61-512     | kexec   | 6.1  |  512 | crash=160M balloon fill=32 heap=24       | /proc/vmcore of 6.1, 512 MB, with a memory balloon
q61-512     | qemu    | 6.1  |  512 | balloon fill=32 heap=24                  | one 6.1 guest dumped by QEMU as elf, elf-paging and kdump-zlib
tiny61      | qemu    | 6.1  |   96 | tiny                                     | the smallest 6.1 guest, dumped by QEMU as elf
v61-3g      | kexec   | 6.1  | 3072 | crash=160M fill=500 heap=450 host=600    | /proc/vmcore of 6.1, 3 GB, half of it in use, for benchmarks
mdf-new     | tool    |      |      |                                          | not a dump: the newest makedumpfile with its own libraries
v612-512    | kexec   | 6.12 |  512 | crash=192M balloon fill=24 heap=24       | /proc/vmcore of 6.12 (not the cloud flavour: it has hwpoison), no vmlinux
v7-512      | kexec   | 7    |  512 | crash=192M balloon fill=24 heap=24       | /proc/vmcore of the newest 7.x, no vmlinux
v510-512    | kexec   | 5.10 |  512 | crash=160M balloon fill=32 heap=24       | /proc/vmcore of 5.10, no vmlinux
v61-la57    | kexec   | 6.1  |  512 | crash=160M la57 fill=32 heap=24          | /proc/vmcore of 6.1 with 5-level page tables
v61-nokaslr | kexec   | 6.1  |  384 | crash=160M nokaslr fill=16 heap=18       | /proc/vmcore of 6.1 at its linked address
q61-novmci  | qemu    | 6.1  |  256 | novmci fill=16 heap=18                   | 6.1 dumped by QEMU as elf, without a VMCOREINFO note
'

each_set() {
	local name kind kernel mib options text
	while IFS='|' read -r name kind kernel mib options text; do
		name=${name// /}
		[ -z "$name" ] || "$1" "$name" "${kind// /}" "${kernel// /}" "${mib// /}" "$options" "${text# }"
	done <<<"$SETS"
}

list_line() { printf '%-12s %s\n' "$1" "$6"; }

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

# make_set NAME: makes $CACHE/dumps/NAME unless it is there and up to date.
make_set() {
	local stamp work started=$SECONDS
	WANTED=$1 KIND=
	each_set set_row
	[ -n "$KIND" ] || die "no set named $1 (see: rig list)"
	install_deps
	lock kernels
	KERNEL=
	[ -z "$LABEL" ] || kernel_get "$LABEL"
	lock "$1"

	SET=$CACHE/dumps/$1
	stamp="rig $RIG_VERSION${KERNEL:+, kernel $(cat "$KERNEL/release")}"
	[ "$(cat "$SET/stamp" 2>/dev/null)" != "$stamp" ] || return 0

	say "making $1"
	work=$SET.tmp
	rm -rf "$work"
	mkdir -p "$work"
	cd "$work" || die "cannot enter $work"
	"make_$KIND"
	if [ -n "$KERNEL" ]; then
		cp "$KERNEL/release" release
		[ ! -e "$KERNEL/vmlinux" ] || ln "$KERNEL/vmlinux" vmlinux || die "cannot link vmlinux"
	fi
	echo "$stamp" >stamp
	rm -rf "$SET"
	cd / && mv "$work" "$SET" || die "cannot rename $work"
	say "made $1 in $((SECONDS - started)) seconds"
}

# boot KDUMP QEMU-OPTION...: starts the guest of the set, and sees it through to its panic.
boot() {
	local kdump=$1 profile=full cpu=qemu64,-cx16 append
	shift
	! has tiny || profile=tiny
	! has la57 || cpu=qemu64,+la57,-cx16
	append="panic=0 rig_profile=$profile rig_fill=$(value fill) rig_heap=$(value heap)"
	! has nokaslr || append+=" nokaslr"
	! has balloon || append+=" rig_balloon=1"
	[ -z "$kdump" ] || append+=" crashkernel=$(value crash) rig_kdump=1"
	initramfs_make tree initrd.gz "$profile" "$kdump"
	rm -rf tree

	if [ "$profile" = full ]; then
		set -- "$@" -device virtio-balloon-pci -device virtio-rng-pci \
			-netdev user,id=net,restrict=on -device virtio-net-pci,netdev=net,romfile=
	fi
	guest_start "$MIB" "$cpu" "$append" "$@"
	if has balloon; then
		guest_wait 900 '^rig: ready for the balloon' console.log
		qmp balloon "{\"value\": $(((MIB - 32) << 20))}"
	fi
	guest_wait 1800 '^rig: panic now' console.log
	guest_wait 300 'Kernel panic - not syncing' console.log
}

disk() {
	echo "-drive if=none,id=$1,file=$1.img,format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap" \
		"-device virtio-blk-pci,drive=$1,serial=$1"
}

make_kexec() {
	local options bytes host
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
	guest_wait 3000 '^rig: vmcore bytes' capture.log
	guest_gone 300 capture.log
	bytes=$(sed -n 's/^rig: vmcore bytes \([0-9]*\).*/\1/p' capture.log)
	[ "${bytes:-0}" -gt $((MIB << 19)) ] || guest_fail "a vmcore of ${bytes:-no} bytes" capture.log
	truncate -s "$bytes" dump.img
	mv dump.img vmcore
	rm -f initrd.gz fill.img qmp.sock qmp.log qemu.log
}

make_qemu() {
	local format formats='elf elf-paging kdump-zlib' options='-device vmcoreinfo'
	need_space $((MIB * 3 + 500))
	has tiny && formats=elf
	has novmci && formats=elf options=
	# shellcheck disable=SC2086 # a list
	boot '' $options
	guest_wait 300 'end Kernel panic' console.log
	qmp stop
	for format in $formats; do
		case $format in
		elf) qmp dump-guest-memory '{"paging": false, "protocol": "file:elf"}' ;;
		elf-paging) qmp dump-guest-memory '{"paging": true, "protocol": "file:elf-paging"}' ;;
		*) qmp dump-guest-memory \
			"{\"paging\": false, \"format\": \"$format\", \"protocol\": \"file:$format\"}" ;;
		esac
	done
	guest_kill
	rm -f initrd.gz qmp.sock qmp.log qemu.log capture.log
}
