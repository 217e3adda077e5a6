# SPDX-License-Identifier: GPL-2.0-or-later
# Boots a guest until it has panicked. Needs lib.sh, what arches.sh sets, and KERNEL from kernels.sh.

# In the order of wishes; what they depend on comes by itself.
MODULES_CAPTURE='virtio_pci virtio_blk'
MODULES_TINY='qemu_fw_cfg'
MODULES_FULL='virtio_pci virtio_blk virtio_balloon virtio_net virtio-rng qemu_fw_cfg loop overlay lzo-rle zram
	ext4 veth dummy tun squashfs nf_conntrack nf_tables fuse dm-mod'

# modules_into FOLDER NAME...: copies modules, and writes the order to load them in.
modules_into() {
	local dir=$1 release name file copy
	shift
	release=$(cat "$KERNEL/release")
	mkdir -p "$dir/modules"
	# The emulated CPU has no use for crc32c-intel: its insmod would fail.
	for name; do
		# Prints "insmod FILE" for the module and all it needs, "builtin NAME" if it is no module.
		/sbin/modprobe -C /dev/null -d "$KERNEL/modules" -S "$release" --show-depends "$name" 2>/dev/null ||
			say "kernel $release has no module $name"
	done | sed -n '/crc32c-intel/d; s/^insmod //p' | awk '!seen[$0]++' |
		while read -r file; do
			copy=modules/${file##*/}
			case $file in
			*.xz) copy=${copy%.xz} && xz -dc "$file" >"$dir/$copy" ;;
			*) cp "$file" "$dir/$copy" ;;
			esac || exit
			echo "/$copy"
		done >"$dir/modules/order" || die "cannot copy the modules"
}

# pack FOLDER FILE: an initramfs out of a folder.
pack() {
	(cd "$1" && find . | cpio -o -H newc --quiet | gzip -1) >"$2"
}

# tool NAME FILE: the program of the guest's architecture; FILE is our own.
tool() {
	if [ -e "$KERNEL/tools/$1" ]; then
		echo "$KERNEL/tools/$1"
	else
		echo "$2"
	fi
}

# kexec_into FOLDER: with its libraries.
kexec_into() {
	local lib loader
	cp "$(tool kexec /sbin/kexec)" "$1/bin/kexec"
	if [ -e "$KERNEL/tools/kexec" ]; then
		loader=$(cat "$KERNEL/tools/loader")
		mkdir -p "$1/lib" "$1/${loader%/*}"
		cp "$KERNEL"/tools/lib/* "$1/lib/"
		[ "${loader%/*}" = /lib ] || mv "$1/lib/${loader##*/}" "$1/$loader"
		return
	fi
	for lib in $(ldd /sbin/kexec | grep -o '/[^ ]*'); do
		mkdir -p "$1/${lib%/*}"
		cp -L "$lib" "$1/$lib"
	done
}

# initramfs_make FOLDER FILE PROFILE KDUMP: the initramfs of the first kernel.
initramfs_make() {
	local dir=$1 out=$2
	mkdir -p "$dir/capture/bin" "$dir/first/bin" "$dir/first/boot"
	cp "$(tool busybox /bin/busybox)" "$dir/first/bin/busybox"
	cp "$RIG/initramfs/init" "$dir/first/init"
	# shellcheck disable=SC2086 # a list
	$COMPILER -std=gnu11 -O2 -Wall -static -s -pthread -o "$dir/first/bin/workload" "$RIG"/workload*.c ||
		die "cannot compile the workload"
	if [ "$3" = tiny ]; then
		# shellcheck disable=SC2086 # a list
		modules_into "$dir/first" $MODULES_TINY
	else
		# shellcheck disable=SC2086 # a list
		modules_into "$dir/first" $MODULES_FULL ${XEN:+$MODULES_XEN}
		[ -z "${XEN:-}" ] || xen_into "$dir/first"
	fi
	! has proc || tools_into "$dir/first"
	if [ "$4" = kdump ]; then
		cp "$(tool busybox /bin/busybox)" "$dir/capture/bin/busybox"
		cp "$RIG/initramfs/capture-init" "$dir/capture/init"
		# shellcheck disable=SC2086 # a list
		modules_into "$dir/capture" $MODULES_CAPTURE
		[ "$KIND" != measure ] || programs_into "$dir/capture"
		pack "$dir/capture" "$dir/first/boot/capture.gz"
		cp "$KERNEL/vmlinuz" "$dir/first/boot/"
		kexec_into "$dir/first"
	fi
	pack "$dir/first" "$out"
	rm -rf "$dir/first" "$dir/capture"
}

# guest_start MIB CPU APPEND QEMU-OPTION...: in the current folder; sets GUEST to its process.
guest_start() {
	local mib=$1 cpu=$2 append="console=$CONSOLE printk.devkmsg=on loglevel=7 $3"
	shift 3
	: >console.log
	if [ -n "${XEN:-}" ]; then
		xen_command "$append"
		set -- "${XEN_COMMAND[@]}" "$@"
	else
		set -- -kernel "$KERNEL/vmlinuz" -initrd initrd.gz -append "$append" "$@"
	fi
	[ -z "$CAPTURE_CONSOLE" ] || set -- -serial file:capture.log "$@"
	GUEST_COMMAND=("$QEMU" -accel tcg -M "$MACHINE" -cpu "$cpu" -smp "$(value smp 2)" -m "$mib"
		-nodefaults -no-user-config -display none -no-reboot
		-action panic=pause -serial file:console.log -qmp unix:qmp.sock,server=on,wait=off "$@")
	guest_run
}

guest_run() {
	"${GUEST_COMMAND[@]}" "$@" </dev/null >qemu.log 2>&1 9>&- &
	GUEST=$!
	trap guest_kill EXIT
}

# guest_again QEMU-OPTION...: the same machine once more. What the first one said on its consoles is kept.
guest_again() {
	GUEST_COMMAND=("${GUEST_COMMAND[@]/#file:/file:again-}")
	rm -f qmp.sock
	guest_run "$@"
}

# guest_incoming SECONDS: until it has got the state that it is to go on with.
guest_incoming() {
	local end=$((SECONDS + $1))
	until "$RIG/qmp.py" qmp.sock 60 query-status 2>/dev/null | grep -Eq '"status": "(paused|prelaunch)"'; do
		[ "$SECONDS" -lt "$end" ] || guest_fail "no state came in within $1 seconds" qemu.log
		sleep 0.2
	done
}

# guest_migrate URI: until all is written.
guest_migrate() {
	local status
	qmp migrate "{\"uri\": \"$1\"}"
	while :; do
		status=$("$RIG/qmp.py" qmp.sock 60 query-migrate) || guest_fail "QMP query-migrate failed" qemu.log
		case $status in
		*'"status": "completed"'*) return ;;
		*'"status": "failed"'* | *'"status": "cancelled"'*) guest_fail "migration: $status" qemu.log ;;
		esac
		sleep 0.2
	done
}

guest_kill() {
	[ -n "${GUEST:-}" ] || return 0
	kill -KILL "$GUEST" 2>/dev/null
	wait "$GUEST" 2>/dev/null
	GUEST=
}

# guest_fail WHAT LOG: the guest is stopped, and its last lines are shown.
guest_fail() {
	say "the last lines of $2:"
	tail -n 20 "$2" qemu.log | tr -d '\r' >&2
	guest_kill
	die "$1"
}

# guest_wait SECONDS REGEX LOG: until the log has such a line.
guest_wait() {
	local end=$((SECONDS + $1))
	until grep -Eqa "$2" "$3" 2>/dev/null; do
		! grep -qa '^rig: FAILED' "$3" 2>/dev/null || guest_fail "the guest gave up" "$3"
		[ "$SECONDS" -lt "$end" ] || guest_fail "no '$2' within $1 seconds" "$3"
		if ! kill -0 "$GUEST" 2>/dev/null; then
			grep -Eqa "$2" "$3" 2>/dev/null || guest_fail "the guest ended before '$2'" "$3"
			return 0
		fi
		sleep 0.5
	done
}

# guest_panicked SECONDS: until the kernel has said its last words. Where these are "end Kernel panic" the machine runs
# on; others tell the hypervisor before, and QEMU stops them.
guest_panicked() {
	local end=$((SECONDS + $1))
	until grep -qa 'end Kernel panic' console.log ||
		"$RIG/qmp.py" qmp.sock 60 query-status 2>&1 | grep -q '"running": false'; do
		[ "$SECONDS" -lt "$end" ] || guest_fail "no end of the panic within $1 seconds" console.log
		sleep 0.5
	done
}

# guest_gone SECONDS LOG: until QEMU has ended by itself.
guest_gone() {
	local end=$((SECONDS + $1))
	while kill -0 "$GUEST" 2>/dev/null; do
		[ "$SECONDS" -lt "$end" ] || guest_fail "the guest did not end within $1 seconds" "$2"
		sleep 0.5
	done
	wait "$GUEST" || guest_fail "QEMU failed" "$2"
	GUEST=
}

qmp() {
	"$RIG/qmp.py" qmp.sock 600 "$@" >>qmp.log || guest_fail "QMP $1 failed" qmp.log
}
