# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/cases/*.t: '. tests/lib.sh', then checks, then done_testing. tests/run.sh sets $T (a folder of this test's
# own), $VMCOREFS, $BUILD and the current folder (the top of the source).
set -u

[[ -n ${T:-} ]] || { echo "run me with tests/run.sh $(basename "$0")" >&2; exit 1; }

checks=0 failures=0
logs=()

# --- TAP

diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

result() {	# STATUS NAME
	checks=$((checks + 1))
	if [[ $1 == 0 ]]; then
		echo "ok $checks - $2"
	else
		echo "not ok $checks - $2"
		failures=$((failures + 1))
	fi
	[[ $1 == 0 ]]
}

pass() { result 0 "$1"; }
fail() { result 1 "$1"; }
ok() {		# NAME COMMAND...: it succeeds. Not in a subshell: the command may set variables.
	local name=$1 status
	shift
	"$@" >"$T/.printed" 2>&1
	status=$?
	result $status "$name" || diag "$* gave $status: $(cat "$T/.printed")"
}
not_ok() {	# NAME COMMAND...: it fails
	local name=$1
	shift
	! "$@" >"$T/.printed" 2>&1
	result $? "$name" || diag "$* succeeded: $(cat "$T/.printed")"
}
is() {		# GOT EXPECTED NAME
	[[ $1 == "$2" ]]
	result $? "$3" || { diag "got:      $1"; diag "expected: $2"; }
}
like() {	# TEXT REGEX NAME
	[[ $1 =~ $2 ]]
	result $? "$3" || { diag "got:      $1"; diag "expected: $2"; }
}
unlike() {	# TEXT REGEX NAME
	[[ ! $1 =~ $2 ]]
	result $? "$3" || { diag "got:          $1"; diag "not expected: $2"; }
}
same() {	# FILE FILE NAME
	cmp "$1" "$2" >/dev/null 2>&1
	result $? "$3" || diag "$(cmp "$1" "$2" 2>&1)"
}
skip() {	# NAME REASON
	checks=$((checks + 1))
	echo "ok $checks - $1 # SKIP $2"
}
skip_all() { echo "1..0 # SKIP $*"; exit 0; }

done_testing() {
	local log
	for log in "${logs[@]}"; do
		is "$(grep -Ei 'error|assert|leak|sanitizer|runtime' "$log" | head -n 5)" "" "nothing suspicious in $(basename "$log")"
	done
	echo "1..$checks"
	exit $((failures > 0))
}

# --- gates

have() { command -v "$1" >/dev/null 2>&1; }
need_tool() { have "$1" || skip_all "$1 is not installed"; }
need_root() { [[ $(id -u) == 0 ]] || skip_all "needs root"; }
need_fuse() {
	[[ -c /dev/fuse ]] || skip_all "no /dev/fuse"
	( exec 9<>/dev/fuse ) 2>/dev/null || skip_all "/dev/fuse cannot be opened"
	[[ $(id -u) == 0 ]] || have fusermount3 || skip_all "needs root or fusermount3"
}

# an ordinary user
user() { setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/nonexistent "$@"; }
# fuse_for_users TEST: containers often have a /dev/fuse that is for root only: then the test begins anew with another one, in
# a table of mounts of its own.
fuse_for_users() {
	local mount_fuse='mount --bind "$T/fuse" /dev/fuse && exec bash "$1"'
	[[ -z ${PRIVATE_MOUNTS:-} ]] && ! user sh -c 'exec 9<>/dev/fuse' 2>/dev/null || return 0
	mknod -m 666 "$T/fuse" c 10 229 && user sh -c 'exec 9<>"$1"' - "$T/fuse" 2>/dev/null && unshare -m true 2>/dev/null || return
	exec unshare -m --propagation private env PRIVATE_MOUNTS=1 bash -c "$mount_fuse" - "$1"
}

# --- waiting

now_ms() { date +%s%3N; }
retry() {	# COMMAND...: up to 5 seconds until it succeeds
	local end=$(($(now_ms) + 5000))
	until "$@" >/dev/null 2>&1; do
		[[ $(now_ms) -lt $end ]] || return 1
		sleep 0.05
	done
}
is_mounted() { mountpoint -q "$1" || ! stat "$1" >/dev/null 2>&1; }
not_mounted() { ! is_mounted "$1"; }
is_gone() {	# PID: ended, or a zombie that nobody waits for
	[[ ! -e /proc/$1 ]] || grep -q '^State:[[:space:]]Z' "/proc/$1/status" 2>/dev/null
}

# The processes of this test that run vmcorefs.
vmcorefs_pids() {
	local p
	for p in /proc/[0-9]*; do
		[[ $(readlink "$p/exe") == "$(readlink -f "$VMCOREFS")" ]] || continue
		grep -qzxF "VMCOREFS_TEST=${VMCOREFS_TEST:-}" "$p/environ" && echo "${p#/proc/}"
	done 2>/dev/null
}

# Of these the monitors (fs/monitor.h), which have started the others.
monitor_pids() {
	local p
	for p in $(vmcorefs_pids); do
		[[ $(readlink "/proc/$(ps -o ppid= -p "$p" | tr -d ' ')/exe") == "$(readlink -f "$VMCOREFS")" ]] || echo "$p"
	done
}

# --- dumps

small_description() {
	cat <<-'EOF'
	format elf
	vmcoreinfo OSRELEASE=6.1.0-test
	vmcoreinfo PAGESIZE=4096
	vmcoreinfo CRASHTIME=1700000000
	page 0 text first
	page 0x10 text hello world
	page 0x11-0x18 random 7
	page 0x19-0x20 number
	page 0x21-0x24 zero
	page 0x40-0x41 byte 0x41
	page 0x100-0x1ff random 9
	page 0x3f0-0x3ff number
	EOF
}

# small_dump FILE [STATEMENT...]: 4 MiB of address space, pages of all states. Its description is left in FILE.desc.
small_dump() {
	local out=$1
	shift
	{ small_description; printf '%s\n' "$@"; } >"$out.desc"
	python3 tests/mkdump "$out.desc" "$out" || { fail "tests/mkdump"; exit 1; }
	touch -d @1700000000 "$out"
}

# real_dump FILE: the small dump of a real kernel that comes with the source, or $REAL_DUMP
real_dump() {
	local found=${REAL_DUMP:-}
	[[ -n $found ]] || found=$(ls tests/corpus/*.kdump tests/corpus/*.kdump.xz 2>/dev/null | head -n 1)
	[[ -n $found ]] || skip_all "no dump in tests/corpus"
	case $found in
	*.xz) xz -dc "$found" >"$1" || skip_all "xz cannot unpack $found" ;;
	*) ln -s "$(readlink -f "$found")" "$1" ;;
	esac
}

# --- mounting

declare -A daemons=()		# mount point -> process
mounts=0

# mount_dump DUMP DIR [OPTION...]: in the foreground, so that the test sees messages, sanitizers and the exit status
mount_dump() {
	local dump=$1 dir=$2 log fifo ready
	shift 2
	mkdir -p "$dir"
	log=$T/log.$mounts
	fifo=$T/ready.$mounts
	mounts=$((mounts + 1))
	mkfifo "$fifo"
	exec {ready}<>"$fifo"
	env --default-signal=INT,HUP "$VMCOREFS" -f --ready-fd="$ready" "$@" ${dump:+"$dump"} "$dir" </dev/null >"$log" 2>&1 &
	daemons[$dir]=$!
	[[ -n ${SUSPICIOUS_LOG:-} ]] || logs+=("$log")
	read -r -t 10 -u "$ready"
	local status=$?
	exec {ready}>&-
	if [[ $status != 0 ]]; then
		diag "no mount: $(cat "$log")"
		return 1
	fi
}
daemon_of() { echo "${daemons[$1]}"; }
# the process that serves it: the first one that the monitor has started
server_of() {
	local pid=${daemons[$1]} first=
	read -r first _ <"/proc/$pid/task/$pid/children"
	echo "${first:-$pid}"
}
log_of() { cat "$T/log.$1"; }

# unmount DIR: and wait for the daemon; its exit status
unmount() {
	fusermount3 -u "$1" 2>/dev/null || umount "$1" || return
	wait_daemon "$1"
}
wait_daemon() {
	local status
	wait "${daemons[$1]}"
	status=$?
	unset "daemons[$1]"
	return $status
}
