# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/cases/format-*.t: '. tests/lib.sh', '. tests/formats.sh': formats that tests/mkformat writes.

# The memory of these tests: pages of all kinds, a hole, and VMCOREINFO text in memory, as the kernel keeps it.
format_memory() {
	cat <<-'EOF'
	vmcoreinfo OSRELEASE=6.1.0-test
	vmcoreinfo PAGESIZE=4096
	page 0-3 number
	page 9 random 1
	page 10 text hello
	page 11-12 zero
	page 40 byte 7
	page 0x100-0x117 random 9
	EOF
}

# format_reads NAME FORMAT [KEY=VALUE...]: memory comes out as it went in. Further files of a set are given too.
format_reads() {
	local name=$1 format=$2
	shift 2
	rm -f "$T"/made*
	format_memory >"$T/desc"
	python3 tests/mkformat "$format" "$T/desc" "$T/made" "$@" && python3 tests/mkdump --raw "$T/desc" "$T/want" ||
		{ fail "$name: mkformat"; return; }
	"$VMCOREFS" ${FORMAT_OPTIONS:-} --cat raw "$T"/made* >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$name: no complaints"
	same "$T/got" "$T/want" "$name: contents"
}

# format_damaged FORMAT TARGET [KEY=VALUE...]: every field wrong, cut at every structure: a message or an open dump, never a
# crash or a hang. TARGET: the fuzz target that reads them.
format_damaged() {
	local format=$1 target=$2 how n total=0
	shift 2
	format_memory >"$T/desc"
	for how in garbage truncated; do
		rm -rf "$T/damaged"
		n=$(python3 tests/mkformat "--$how" "$format" "$T/desc" "$T/damaged" "$@") || { fail "$format: $how"; return; }
		[[ $n -gt 0 ]] || fail "$format: nothing $how"
		total=$(find "$T/damaged" -type f | wc -l)
		is "$("$BUILD/tests/fuzz/replay_$target" "$T/damaged" | tail -n 1)" "$total inputs replayed" "$format $*: $n variants $how"
	done
}

# format_refused FILE REGEX NAME [OPTION...]: status 32 and one line that says why
format_refused() {
	local file=$1 regex=$2 name=$3
	shift 3
	timeout 20 "$VMCOREFS" "$@" --cat info "$file" >"$T/got" 2>"$T/err"
	is "$?" 32 "$name: status 32"
	is "$(grep -vc '^vmcorefs: warning: ' "$T/err")" 1 "$name: one line, warnings apart"
	like "$(cat "$T/err")" "$regex" "$name: says why"
}

# format_corpus TARGET
format_corpus() {
	is "$("$BUILD/tests/fuzz/replay_$1" "tests/fuzz/corpus/$1" | tail -n 1)" \
		"$(find "tests/fuzz/corpus/$1" -type f | wc -l) inputs replayed" "$1: corpus"
}
