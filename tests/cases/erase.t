#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Erase rules on the bundled dump of a real kernel (symbols and types from its own memory), and eraseinfo through all
# formats. tests/real/real-erase.t holds the rules against makedumpfile's.
. tests/lib.sh

dump=$top/tests/corpus/tiny61.kdump
# Of this dump's modules nothing is there but the list's head.
cat_() {
	local status
	"$VMCOREFS" --cat "$@" 2>"$T/all"
	status=$?
	grep -vE '^vmcorefs: warning: (the BTF of module|module|the list of modules) ' "$T/all" >"$T/err"
	return $status
}
rules() { printf '%s\n' "$@" >"$T/rules"; }
erased() { cat_ "$1" -o "erase=$T/rules${3:+,$3}" "${2:-$dump}"; }
# refuses STATUS REGEX NAME
refuses() {
	erased info >"$T/got"
	is "$?$(cat "$T/got")" "$1" "$3: status $1, nothing on stdout"
	is "$(wc -l <"$T/err")" 1 "... one line"
	like "$(cat "$T/err")" "^vmcorefs: $2\$" "... says what and where"
}

cat_ raw "$dump" >"$T/raw"
cat_ vmcoreinfo "$dump" >"$T/vmcoreinfo"
fact() { sed -n "s/^$1=//p" "$T/vmcoreinfo"; }
# paddr VADDR
paddr() { cat_ "vtop/$1" "$dump" | sed -n 's/^paddr //p'; }

# --- the host name: where it is VMCOREINFO tells
start=$(paddr "$(printf '0x%x' $((0x$(fact 'SYMBOL(init_uts_ns)') + $(fact 'OFFSET(uts_namespace.name)') + 65)))")
host=$(dd if="$T/raw" bs=1 skip=$((start)) count=6 status=none)
is "$host" "(none)" "the test knows where the host name is"
is "$(cat_ info "$dump" | sed -n 's/^host: //p')" "$host" "... and info shows it"
rules "erase init_uts_ns.name.nodename"
cp "$T/raw" "$T/want"
printf '%065d' 0 | tr 0 X | dd of="$T/want" bs=1 seek=$((start)) conv=notrunc status=none
erased raw >"$T/got"
is "$?$(cat "$T/err")" 0 "erase: no complaints"
same "$T/got" "$T/want" "raw: these 65 bytes are X, no other is"
x64=$(printf '%064d' 0 | tr 0 X)
is "$(erased info | grep -E '^(host|erased)')" "erased: 1 ranges, 65 bytes
host: $x64" "info: the host name is erased"
is "$(erased eraseinfo)" "erase init_uts_ns.name.nodename size 65" "eraseinfo tells"
is "$(erased "phys/$start+65")" "X$x64" "phys/"
erased "pfn/$((start / 4096))" >"$T/got"
dd if="$T/want" bs=4096 skip=$((start / 4096)) count=1 status=none >"$T/page"
same "$T/got" "$T/page" "pfn/"
is "$(erased "virt/0x$(fact 'SYMBOL(init_uts_ns)')+455" | grep -ao 'X*' | wc -c)" 66 "virt/"
erased elf >"$T/elf"
cat_ raw "$T/elf" >"$T/got"
same "$T/got" "$T/want" "elf"
# the dump's own codec: pages are copied as they are stored, but not this one
for view in kdump-compressed flattened level-0/dump.lzo level-0/dump.none level-31/dump; do
	erased "$view" >"$T/file"
	cat_ raw "$T/file" >"$T/got"
	if [[ $view == level-31/dump ]]; then
		cat_ level-31/raw "$dump" >"$T/kept"
		is "$(cmp -l "$T/kept" "$T/got" | wc -l)" 65 "$view: 65 bytes differ"
	else
		same "$T/got" "$T/want" "$view"
	fi
	is "$(cat_ eraseinfo "$T/file")" "erase init_uts_ns.name.nodename size 65" "... carries eraseinfo"
	[[ $view == flattened ]] || is "$(head -c 142 "$T/file" | tail -c 65 | tr -d "\0")" "$x64" "... and its header has X"
	is "$(cat_ info "$T/file" | grep -E '^(host|erased)')" "erased-before: 1 pieces
host: $x64" "... as info shows"
done
if have readelf; then
	like "$(readelf -nW "$T/elf" | grep -o 'ERASEINFO.*')" "^ERASEINFO +0x00000028.*65 72 61 73 65 20 69 6e 69 74" \
		"elf: a note ERASEINFO"
else
	skip "elf: a note ERASEINFO" "readelf is not installed"
fi

# all of the names: nothing of them comes back from the dump's header
rules "erase init_uts_ns"
erased kdump-compressed >"$T/file"
is "$(head -c 402 "$T/file" | tail -c 390 | tr -d 'X\0')" "" "no name is left in the header"

# --- the log: what is in memory once only is gone everywhere
cat_ dmesg "$dump" >"$T/dmesg"
python3 - "$T/dmesg" "$T/raw" >"$T/secrets" <<'END'
import re, sys
lines = {re.sub(rb"^\[[^]]*\] ", b"", line) for line in open(sys.argv[1], "rb").read().splitlines()}
with open(sys.argv[2], "rb") as f:
    memory = f.read().replace(bytes(4096), b"")
for line in sorted(lines):
    if len(line) > 20 and memory.count(line) == 1:
        print(line.decode())
END
[[ $(wc -l <"$T/secrets") -gt 50 ]]
result $? "$(wc -l <"$T/secrets") lines of the log are in memory once"
rules "erase log_buf size log_buf_len"
erased eraseinfo >"$T/got"
like "$(cat "$T/got")" "^erase log_buf size [0-9]+$" "the log is erased"
leaks() { grep -aoF -f "$T/secrets" | wc -l; }
for view in raw elf dmesg dmesg-partial info report notes/00-CORE-1 level-0/dump.none level-1/dump.none level-1/elf level-1/raw \
	level-31/dump.none level-31/raw level-0/split-3/1 level-0/split-3/2 level-0/split-3/3; do
	is "$(erased $view "$dump" compress=none | leaks)" 0 "$view: nothing of it"
done
for view in flattened kdump-compressed; do
	is "$(erased $view "$dump" compress=none | leaks)" 0 "$view: nothing of it"
done
is "$(erased dmesg | sed 's/^\[[^]]*\] //' | tr -d 'X\n')" "" "dmesg: lines of X"
is "$(erased info | sed -n 's/^panic: //p' | tr -d X)" "" "info: no panic message"
start=$(paddr "$(printf '0x%x' $((0x$(fact 'SYMBOL(prb)'))))")
is "$(erased "phys/$start+8" | od -An -tx8)" "$(dd if="$T/raw" bs=1 skip=$((start)) count=8 status=none | od -An -tx8)" \
	"the ring buffer's descriptor is as it was"

# --- all tasks: the loop finds those that are there
rules "# names" "for t in init_task.tasks.next within task_struct:tasks" "	erase t.comm size 8" "endfor"
erased eraseinfo >"$T/got"
n=$(wc -l <"$T/got")
is "$(sort -u "$T/got")" "erase t.comm size 8" "tasks: a line each"
[[ $n -gt 20 ]]
result $? "... $n of them"
erased raw >"$T/got"
is "$(cmp -l "$T/raw" "$T/got" | awk '{ print int($1 / 4096) }' | sort -u | wc -l)" \
	"$(erased info | sed -n 's/^erased: \([0-9]*\).*/\1/p')" "... each in another page"
is "$(cmp -l "$T/raw" "$T/got" | awk '$3 != 130' | wc -l)" 0 "... and what changed is X"

# --- parts of a split set: each has its own, joined they have all
rules "erase init_task.comm" "for t in init_task.tasks.next within task_struct:tasks" "erase t.comm" "erase t.mm nullify" "endfor"
erased eraseinfo | sort >"$T/want"
files=()
for i in 1 2 3; do
	erased level-0/split-3/$i >"$T/part$i"
	files=("$T/part$i" "${files[@]}")
done
for i in 1 2 3; do cat_ eraseinfo "$T/part$i" -o degraded; done | sort >"$T/got"
same "$T/got" "$T/want" "split: the parts have each piece once"
cat_ eraseinfo "${files[@]}" | sort >"$T/got"
same "$T/got" "$T/want" "... and joined all of them"
cat_ level-0/dump "${files[@]}" >"$T/joined"
cat_ eraseinfo "$T/joined" | sort >"$T/got"
same "$T/got" "$T/want" "... also written as one file"

# --- one after the other: the earlier text comes first
rules "erase init_task.comm"
erased level-0/dump >"$T/first"
rules "erase init_uts_ns.name.nodename"
for view in kdump-compressed elf level-1/elf; do
	erased "$view" "$T/first" >"$T/second"
	is "$(cat_ eraseinfo "$T/second")" "erase init_task.comm size 16
erase init_uts_ns.name.nodename size 65" "$view: both, in order"
done
rules "erase init_task.comm nullify"
erased eraseinfo "$T/elf" >/dev/null
like "$(cat "$T/err")" ":1:17: 'nullify' is for pointers, and 'init_task.comm' is none" "a rule that cannot be meant"

# --- without rules: what others erased is carried
desc() { printf '%s\n' 'vmcoreinfo OSRELEASE=6.1.0-test' 'page 0-90 random 1' 'exclude 91-200' "$@" >"$T/desc"; }
for how in "format kdump" "format kdump|abi 32padded|endian big|machine ppc" "format flattened-kdump" "format kdump|version 5"; do
	IFS='|' read -ra statements <<<"$how"
	desc "${statements[@]}" "eraseinfo erase a.b size 5"
	python3 tests/mkdump "$T/desc" "$T/made"
	for view in kdump-compressed elf flattened level-1/dump; do
		cat_ "$view" "$T/made" >"$T/file"
		is "$(cat_ eraseinfo "$T/file")" "erase a.b size 5" "$how, $view: eraseinfo is carried"
	done
done
text=$(printf 'erase n.m nullify\nerase q size 7\n' | od -An -tx1 | tr -d ' \n')
for end in "" 0a00000000; do
	desc "format elf" "note ERASEINFO 0 $text$end" "note CORE 1 00112233445566778899aabbccddeeff"
	python3 tests/mkdump "$T/desc" "$T/made"
	for view in kdump-compressed elf flattened level-1/dump level-1/elf; do
		cat_ "$view" "$T/made" >"$T/file"
		is "$(cat_ eraseinfo "$T/file")" $'erase n.m nullify\nerase q size 7' "ELF, $view: eraseinfo is carried"
		is "$(grep -aoF 'q size 7' "$T/file" | wc -l)" 1 "... once"
		is "$(cat_ info "$T/file" | grep -E '^(registers|incomplete)')" $'incomplete: no\nregisters: of 1 CPU' "... and the other notes are"
	done
done
desc "format kdump" "eraseinfo erase a.b size 5" "set sub.offset_eraseinfo 0x7fffffffffff"
python3 tests/mkdump "$T/desc" "$T/made"
is "$(cat_ info "$T/made" | grep -E '^(erased|incomplete)')" "incomplete: yes" "eraseinfo behind the end of the file: the rest is served"
desc "format kdump"
python3 tests/mkdump "$T/desc" "$T/made"
cat_ eraseinfo "$T/made" >/dev/null
is $? 32 "nothing was erased: no eraseinfo"
like "$(cat_ info "$T/made")" "missing: eraseinfo: nothing was erased" "... and info says so"

# --- errors
rules "erase init_task.comm" "  eraze x";	refuses 32 "$T/rules:2:3: expected 'erase', 'for' or a section, found 'eraze'" "a syntax error"
rules "erase no_such_symbol";			refuses 32 "$T/rules:1:7: the kernel has no symbol 'no_such_symbol'" "an unknown symbol"
rules "erase init_task.no_member";		refuses 32 "$T/rules:1:17: the struct has no member 'no_member'" "an unknown member"
rules "erase init_task.stack";			refuses 32 "$T/rules:1:17: 'init_task.stack' is a void pointer: say 'size' or 'nullify'" "a void pointer"
rules "erase boot_command_line size 5";		refuses 32 "$T/rules:1:7: the type of 'boot_command_line' is not known from BTF \(-x vmlinux .*" "an unknown type"
rm "$T/rules";					refuses 32 "$T/rules: No such file or directory" "no file"
rules "erase init_task.comm"
erased info "$T/made" >/dev/null
is $? 32 "a dump without symbols: status 32"
like "$(cat "$T/err")" "^vmcorefs: $T/rules: the rules cannot be applied: " "... says why"
rules "[no_such_module]" "erase nothing"
erased raw >"$T/got"
is "$?$(cat "$T/err")" "0vmcorefs: warning: $T/rules:1:2: module no_such_module is not loaded: its rules are passed over" \
	"a module that is not loaded: a warning"
same "$T/got" "$T/raw" "... and nothing is erased"
like "$(erased info)" "erase-warnings: 1," "... which info counts"
cat_ info -o erase= "$dump" >/dev/null
is $? 1 "an empty name: status 1"

if [[ -c /dev/fuse ]]; then
	rules "erase init_uts_ns.name.nodename"
	cd "$T" || exit 1
	mkdir -p mnt
	"$VMCOREFS" -o erase=rules "$dump" mnt 2>"$T/err" || diag "$(cat "$T/err")"
	cd "$top" || exit 1
	is "$(cat "$T/mnt/eraseinfo")" "erase init_uts_ns.name.nodename size 65" "in a mount, with a relative name"
	ok "umount" fusermount3 -u "$T/mnt"
	rules "erase init_uts_ns.name." ""
	"$VMCOREFS" -o "erase=$T/rules" "$dump" "$T/mnt" 2>"$T/err"
	is "$?$(cat "$T/err")" "32vmcorefs: $T/rules:1:24: a name is missing here" "a syntax error: no mount"
	not_ok "... really" is_mounted "$T/mnt"
fi

# --- in fs/, memory comes from the engine's pages only: the dump's own are not erased
is "$(grep -rnE 'dump->pages|->src->ops|d->pages' fs --include='*.[ch]' | grep -v '^fs/views/engine.c:')" "" \
	"no view reads the dump's memory past the rules"

done_testing
