#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run the tests: run.sh [-j N] [--keep] [-v] [--repeat N] [--without PATTERN]... [PATTERN...]
#
# tests/cases/*.t (or $CASES/*.t) and $BUILD/tests/unit/test_*, under prove. A PATTERN is part of a test's name. Each
# test has its own folder, $T, removed when it passed; --keep leaves all of them. A test that fails leaves its folder
# with what it printed (output) and how to run it again (repro.sh).
# In a test: '# TIMEOUT: seconds' in one of the first lines (default 120), and tests/lib.sh.
set -u

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top" || exit 1
BUILD=${BUILD:-build}

# Processes that this test started, daemons too: they carry its mark in their environment.
processes_of() {
	local p
	for p in /proc/[0-9]*; do
		[[ ${p#/proc/} == "$$" || ${p#/proc/} == "$BASHPID" ]] && continue
		grep -qzxF "VMCOREFS_TEST=$1" "$p/environ" 2>/dev/null && echo "${p#/proc/}"
	done
}

# Mount points inside a folder, the innermost first. The table of mounts writes a blank as \040.
mounts_in() {
	local target
	while read -r _ _ _ _ target _; do
		target=$(printf '%b' "${target//\\/\\0}")
		[[ $target == "$1"/* ]] && printf '%s\n' "$target"
	done </proc/self/mountinfo | tac
}

unmount_all() {
	local m
	mounts_in "$1" | while IFS= read -r m; do
		fusermount3 -u -z "$m" 2>/dev/null || umount -l "$m" 2>/dev/null
	done
}

# One test; what prove runs.
run_one() {
	local test=$1 name seconds status mark left why=
	name=$(basename "$test" .t)
	mark=$name.$$.$RANDOM
	T=$(mktemp -d "${TMPDIR:-/tmp}/vmcorefs-$name.XXXXXX") || exit 1
	chmod 755 "$T"
	seconds=$(head -n 10 "$test" | sed -n 's/^# TIMEOUT: *\([0-9]*\).*/\1/p' | head -n 1)
	seconds=${seconds:-120}
	[[ $BUILD != *san* ]] || seconds=$((seconds * 3))	# what sanitizers cost
	[[ $BUILD == /* ]] || BUILD=$top/$BUILD
	export T top BUILD
	export LC_ALL=C TZ=UTC CMOCKA_MESSAGE_OUTPUT=TAP VMCOREFS=$BUILD/vmcorefs PATH=$BUILD:$PATH
	export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1} \
		TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=0:die_after_fork=0:atexit_sleep_ms=50}
	printf '#!/bin/bash\ncd %q && BUILD=%q CASES=%q exec tests/run.sh -v --keep %q\n' \
		"$top" "$BUILD" "${CASES:-}" "$name" >"$T/repro.sh"

	# Into files, not pipes: a process that is left behind must not keep us waiting.
	VMCOREFS_TEST=$mark timeout -k 10 "$seconds" "$test" </dev/null >"$T/output" 2>"$T/errors"
	status=$?
	[[ $status == 124 || $status == 137 ]] && why="timeout after $seconds s"
	cat "$T/output"

	unmount_all "$T"
	left=$(processes_of "$mark")
	if [[ -n $left ]]; then
		sleep 0.5
		left=$(processes_of "$mark")
		[[ -n $left ]] && kill $left 2>/dev/null && sleep 0.5
		left=$(processes_of "$mark")
		[[ -n $left ]] && kill -9 $left 2>/dev/null
	fi

	grep -q '^not ok' "$T/output" && why=${why:-a failed check}
	[[ $status == 0 ]] || why=${why:-status $status}
	if [[ -n $why ]]; then
		{
			echo "# $name: $why; left in $T"
			awk '/^ok/ { p = 0 } /^not ok/ { p = 1 } p { sub(/^# /, "    "); print "# " $0 }' "$T/output" | head -n 40
			tail -n 20 "$T/errors" | sed 's/^/# stderr: /'
		} >&2
	elif [[ -n $KEEP ]]; then
		echo "# $name: left in $T" >&2
	else
		rm -rf --one-file-system "$T"
	fi
	return $status
}

if [[ ${1:-} == --one ]]; then
	KEEP=${VMCOREFS_TEST_KEEP:-}
	run_one "$2"
	exit
fi

jobs=2 keep='' verbose='' repeat=1 patterns=() without=()
while [[ $# -gt 0 ]]; do
	case $1 in
	-j) jobs=$2; shift ;;
	-j*) jobs=${1#-j} ;;
	--keep) keep=1 ;;
	--repeat) repeat=$2; shift ;;
	--without) without+=("$2"); shift ;;
	-v) verbose=-v ;;
	-h|--help) sed -n '3,8s/^# \{0,1\}//p' "$0"; exit ;;
	-*) echo "run.sh: $1: no such option" >&2; exit 1 ;;
	*) patterns+=("$1") ;;
	esac
	shift
done

wanted() {	# FILE: matches a pattern, or there is none, and none of those of --without
	local p
	for p in ${without[@]+"${without[@]}"}; do
		[[ ${1##*/} != *$p* ]] || return 1
	done
	[[ ${#patterns[@]} -gt 0 ]] || return 0
	for p in "${patterns[@]}"; do
		[[ ${1##*/} == *$p* ]] && return 0
	done
	return 1
}

tests=()
if [[ -n ${CASES:-} ]]; then
	found=("$CASES"/*.t)
else
	found=(tests/cases/*.t "$BUILD"/tests/unit/test_*)
fi
for t in "${found[@]}"; do
	[[ -f $t && ( $t == *.t || -x $t ) ]] && wanted "$t" || continue
	tests+=("$t")
done
[[ ${#tests[@]} -gt 0 ]] || { echo "run.sh: no such test" >&2; exit 1; }
[[ -x $BUILD/vmcorefs ]] || echo "run.sh: $BUILD/vmcorefs is missing: most tests will fail" >&2

export VMCOREFS_TEST_KEEP=$keep
for ((i = 1; i < repeat; i++)); do
	prove -Q -j "$jobs" --exec "bash tests/run.sh --one" "${tests[@]}" || exit
done
prove --timer $verbose -j "$jobs" --exec "bash tests/run.sh --one" "${tests[@]}"
