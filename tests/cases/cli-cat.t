#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --cat and --list: the views without a mount.
. tests/lib.sh

dump=$T/dump
small_dump "$dump"
cat_() { "$VMCOREFS" --cat "$@" "$dump" 2>"$T/err"; }

# --- --list
list=$("$VMCOREFS" --list "$dump")
is $? 0 "--list: status 0"
for name in README info elf kdump-compressed raw vmcoreinfo progress pfn/ phys/; do
	like $'\n'"$list"$'\n' $'\n'"$name"$'\n' "--list has $name"
done
is "$("$VMCOREFS" --list / "$dump")" "$list" "--list / is the same"
is "$("$VMCOREFS" "$dump" --list)" "$list" "--list after the dump is the same"
is "$("$VMCOREFS" --list pfn "$dump")" "README" "--list pfn: only the README"
is "$("$VMCOREFS" --list /pfn/ "$dump")" "README" "--list /pfn/: the same"
is "$("$VMCOREFS" --list pfn/README "$dump")" "pfn/README" "--list FILE: its name, as ls"
"$VMCOREFS" --list nothing "$dump" >"$T/out" 2>"$T/err"
is $? 32 "--list of a missing name: status 32"
is "$(cat "$T/out" "$T/err")" "vmcorefs: nothing: No such file or directory" "... and says so in one line"
"$VMCOREFS" --list "$dump" >/dev/full 2>"$T/err"
is $? 2 "--list to a full device: status 2"
like "$(cat "$T/err")" "^vmcorefs: standard output .*: No space left on device" "... and says so"

# --- --cat
like "$(cat_ vmcoreinfo)" "OSRELEASE=6.1.0-test" "--cat vmcoreinfo"
is "$(cat_ vmcoreinfo)" "$(cat_ /vmcoreinfo)" "a leading slash makes no difference"
is "$("$VMCOREFS" "$dump" --cat=vmcoreinfo)" "$(cat_ vmcoreinfo)" "--cat=PATH after the dump"
is "$(cat_ pfn/0x10 | tr -d '\0')" "hello world" "--cat pfn/0x10"
is "$(cat_ pfn/16 | wc -c)" 4096 "--cat pfn/16 is one page"
like "$(cat_ progress && echo fine)" "fine$" "--cat progress, which has no size"
(cd /tmp && "$VMCOREFS" --cat vmcoreinfo "$dump" >/dev/null)
is $? 0 "the current folder does not matter"

for path in nothing pfn/99999999 pfn/x pfn level-99/dump README/x ""; do
	cat_ "$path" >"$T/out"
	is $? 32 "--cat '$path': status 32"
	like "$(cat "$T/err")" "^vmcorefs: $path: [A-Z][a-z ]+$" "... and one line"
	is "$(wc -c <"$T/out")" 0 "... and nothing else"
done

# --- names that are not there
explains() {	# PATH TEXT [OPTION...]
	local path=$1 text=$2
	shift 2
	cat_ "$path" "$@" >"$T/out"
	is "$? $(wc -c <"$T/out") $(cat "$T/err")" "32 0 vmcorefs: $path: $text" "--cat $path: $text"
}
explains vmcore-dmesg "not in this dump: no such file lies beside the dump (give the folder that has both)"
info=$(cat_ info)
for name in dmesg report; do
	explains "$name" "not in this dump: $(sed -n "s/^missing: $name: //p" <<<"$info")"
done
explains level-31/dump "not in this dump: $(sed -n 's/^missing: levels other than 0 and 1: //p' <<<"$info")"
explains vmcorinfo "No such file or directory; did you mean vmcoreinfo?"
explains /INFO "No such file or directory; did you mean /info?"
explains ofni "No such file or directory"
explains nifo "No such file or directory; did you mean info?"
explains kdump "No such file or directory; did you mean kdump-compressed?"
explains eraseinf "No such file or directory; did you mean eraseinfo?"
explains level-1/dupm "No such file or directory; did you mean level-1/dump?"
explains level-1//dump.zldi "No such file or directory; did you mean level-1//dump.zlib?"
explains level-32 "No such file or directory"
explains "$(printf 'x%.0s' {1..300})" "File name too long"
"$VMCOREFS" --list levl-1 "$dump" >"$T/out" 2>"$T/err"
is "$? $(cat "$T/out" "$T/err")" "32 vmcorefs: levl-1: No such file or directory; did you mean level-1?" "--list: the same"

# --- a terminal
if have script; then
	on_terminal() { script -qec "$VMCOREFS $*; echo status \$?" /dev/null </dev/null | tr -d '\r'; }
	for path in raw elf level-1/dump pfn/0x11 phys/0; do
		is "$(on_terminal --cat $path "$dump" | tr '\n' '|')" \
			"vmcorefs: $path: is binary and would go to a terminal: write it to a file (> FILE), or give --force|status 1|" \
			"--cat $path to a terminal is refused"
	done
	like "$(on_terminal --cat info "$dump")" "file: .*status 0" "info goes to a terminal"
	like "$(on_terminal --cat vmcoreinfo "$dump")" "OSRELEASE=.*status 0" "... vmcoreinfo too"
	like "$(on_terminal --force --cat pfn/0x40 "$dump")" "AAAA.*status 0" "--force: binary too"
else
	skip "binary to a terminal" "no script(1)"
fi

# --- holes
python3 tests/mkdump --raw "$dump.desc" "$T/raw"
cat_ raw | cat >"$T/piped"
same "$T/piped" "$T/raw" "--cat raw | cat: what is in memory"
cat_ raw >"$T/sparse"
same "$T/sparse" "$T/raw" "--cat raw > FILE: the same bytes"
blocks() { stat -c %b "$1"; }
[[ $(blocks "$T/sparse") -le $(( ($(blocks "$T/raw") + 64) * 11 / 10 )) ]]
result $? "--cat raw > FILE is sparse" || diag "$(blocks "$T/sparse") blocks, expected about $(blocks "$T/raw")"
{ echo head; cat_ raw; echo tail; } >"$T/between"
{ echo head; cat "$T/raw"; echo tail; } | cmp - "$T/between"
result $? "with other output before and after"
echo head >"$T/append"
cat_ raw >>"$T/append"
{ echo head; cat "$T/raw"; } | cmp - "$T/append"
result $? "appended with >>"
head -c 8M /dev/urandom >"$T/old"
cp "$T/old" "$T/over"
cat_ raw 1<>"$T/over"
{ cat "$T/raw"; tail -c +$(($(stat -c %s "$T/raw") + 1)) "$T/old"; } | cmp - "$T/over"
result $? "into a file with other contents: those do not shine through the holes"
cat_ elf >"$T/elf"
cat_ elf | cmp - "$T/elf"
result $? "elf: to a pipe and to a file"

# --- standard output
bash -o pipefail -c '"$VMCOREFS" --cat raw "$1" 2>"$2" | head -c 1 >/dev/null' - "$dump" "$T/err"
status=$?
[[ $status == 0 || $status == 141 ]]
result $? "a reader that leaves early is no error" || diag "status $status"
is "$(cat "$T/err")" "" "... and no message"
(trap '' PIPE; "$VMCOREFS" --cat raw "$dump" 2>"$T/err"; echo $? >"$T/status") | true
is "$(cat "$T/err" "$T/status")" 0 "the same where SIGPIPE is ignored"
cat_ raw >/dev/full
is $? 2 "a full device: status 2"
is "$(cat "$T/err")" "vmcorefs: standard output (/dev/full): No space left on device" "... and says so"
cat_ raw >&-
is $? 2 "no standard output: status 2"
like "$(cat "$T/err")" "^vmcorefs: standard output: " "... and says so"
"$VMCOREFS" --cat vmcoreinfo "$dump" <&- 2>&- | grep -q OSRELEASE
result $? "no standard input and error: works"

# --- pages that are not there
cat_ raw -o excluded=zero >"$T/zero"
is $? 0 "excluded=zero is the default: status 0"
cat_ raw -o excluded=error >"$T/out"
is $? 32 "excluded=error: stops at the first page that is not there: status 32"
like "$(tail -n 1 "$T/err")" "^vmcorefs: raw: offset 0x1000: No data available" "... and says where"
is "$(wc -c <"$T/out")" 4096 "... after what comes before it"

done_testing
