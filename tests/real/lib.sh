# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/real/*.t: '. tests/real/lib.sh', 'sets NAME...', checks, done_testing. Needs the tools of
# 'packaging/install-deps real'; what should be there and is not is a failure, not a skip.
# shellcheck disable=SC2034 # used by the tests
. tests/lib.sh

# sets NAME...: made by the rig unless they are in its cache; their folders are then in ${set[NAME]}.
declare -A set=()
sets() {
	local name
	tests/rig/rig make "$@" >"$T/rig.log" 2>&1 || {
		fail "the rig makes $*"
		diag "$(tail -n 30 "$T/rig.log")"
		done_testing
	}
	for name; do set[$name]=$(tests/rig/rig path "$name") || exit; done
}

# tool NAME [LIBRARY...]: tests/tools/NAME.c becomes $T/NAME
tool() {
	local name=$1
	shift
	cc -O2 -Wall -o "$T/$name" "tests/tools/$name.c" "$@" 2>"$T/$name.err" && return
	fail "tests/tools/$name.c compiles"
	diag "$(cat "$T/$name.err")"
	exit 1
}

# must NAME COMMAND...: a step before the checks: only its failure is worth a line, and ends the test.
must() {
	local name=$1
	shift
	"$@" >"$T/must.log" 2>&1 && return
	fail "$name"
	diag "$* gave $?: $(tail -n 20 "$T/must.log")"
	done_testing
}

lines() { wc -l <"$1"; }

# --- makedumpfile: the distribution's, and the newest with all bitmaps in a file instead of in cycles
mdf() { makedumpfile --message-level 0 "$@"; }
mdf_new() {
	mkdir -p "$T/bitmaps"
	"${set[mdf-new]}/makedumpfile" --message-level 0 --work-dir "$T/bitmaps" "$@"
}


# --- libkdumpfile
pages() { "$T/kdumpfile_pages" "$@" 2>&1; }
# same_pages VIEW FILE NAME: libkdumpfile reads the same pages from both
same_pages() {
	local expected
	expected=$(pages "$2")
	if [[ $expected =~ ^[1-9][0-9]*\ pages, ]]; then
		is "$(pages "$1")" "$expected" "$3"
	else
		fail "$3"
		diag "$2: $expected"
	fi
}

# --- the console of the guest

# truth_of SET KIND: the "truth KIND ..." lines, without these words
truth_of() { tr -d '\r' <"${set[$1]}/console.log" | sed -n "s/^truth $2 //p"; }
# proc_of SET NAME: the guest's /proc/NAME before the panic
proc_of() {
	tr -d '\r' <"${set[$1]}/console.log" | awk -v begin="truth begin /proc/$2" \
		'$0 == "truth end" { p = 0 } p { print } $0 == begin { p = 1 }'
}

# console_lines SET: those that the kernel printed. The log has more: debug messages, and what came before the console.
console_lines() {
	tr -d '\r' <"${set[$1]}/console.log" | grep -aE '^\[ *[0-9]+\.[0-9]{6}\] '
}
# in_order CONSOLE DMESG: prints the lines of CONSOLE that DMESG does not have at or after the one before.
in_order() {
	python3 - "$1" "$2" <<-'END'
	import re, sys
	def printable(line):
	    # The console has raw bytes, dmesg \xNN for a control byte and for what is not UTF-8.
	    line = line.rstrip(b"\n").decode("utf-8", "surrogateescape")
	    text = "".join("\\x%02x" % (ord(c) & 255) if ord(c) < 32 and not c.isspace() or ord(c) == 127 or
	                   "\udc80" <= c <= "\udcff" else c for c in line)
	    return text.rstrip()
	with open(sys.argv[2], "rb") as f:
	    log = [l.rstrip(b"\n").decode().rstrip() for l in f]
	at = missing = seen = 0
	with open(sys.argv[1], "rb") as f:
	    for line in f:
	        seen += 1
	        want = printable(line)
	        for i in range(at, len(log)):
	            # The console repeats the time stamp for each line of a record, dmesg indents.
	            if log[i] == want or log[i] == re.sub(r"^\[.{12}\]", " " * 14, want):
	                at = i + 1
	                break
	        else:
	            missing += 1
	            print(want)
	if seen < 150:
	    print("only %d lines on the console" % seen)
	END
}

# symbol SET NAME: its address in the guest's /proc/kallsyms
symbol() { truth_of "$1" symbol | awk -v name="$2" '$3 == name { print $1 }'; }

# The newest crash and drgn, of the set judges: newest_judges, after sets. Else the distribution's.
crash=(crash)
drgn=(drgn)
newest_judges() {
	crash=("${set[judges]}/judge" crash)
	drgn=("${set[judges]}/judge" drgn)
}

# mount_judged SET [OPTION...]: mounts its dump at $T/SET. $folder: the set's; $dump: what drgn can read: QEMU's dumps have no virtual
# addresses, there it is our ELF.
mount_judged() {
	folder=${set[$1]} dump=${set[$1]}/vmcore
	[[ -e $dump ]] || dump=$folder/elf
	mkdir "$T/$1"
	mount_dump "$dump" "$T/$1" "${@:2}" || { fail "$1: mount"; return 1; }
	[[ $dump == */vmcore ]] || dump=$T/$1/elf
}

# --- crash

# crash_run FILE VMLINUX DUMP COMMAND...: what it prints; not the line with the name of the dump.
crash_run() {
	local out=$1 kernel=$2 dump=$3
	shift 3
	printf '%s\n' "$@" quit >"$out.in"
	timeout -k 5 120 "${crash[@]}" -s --no_scroll -i "$out.in" "$kernel" "$dump" </dev/null >"$out.all" 2>&1
	local status=$?
	grep -v '^ *DUMPFILE: ' "$out.all" >"$out"
	[[ $status == 0 ]] || { diag "crash on $dump: status $status: $(tail -n 5 "$out.all")"; return 1; }
}

# --- drgn

# drgn_run DUMP VMLINUX SCRIPT [ARGUMENT...]
drgn_run() {
	local dump=$1 kernel=$2
	shift 2
	timeout -k 5 120 "${drgn[@]}" -q -c "$dump" -s "$kernel" "$@"
}
