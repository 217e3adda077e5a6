#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# Kernels whose kallsyms have functions only (no CONFIG_KALLSYMS_ALL): variables out of the tables of exported symbols, in
# both forms and byte orders, against nm; BTF found by its header, against bpftool; init_task, the list of modules and the
# command line by their contents, taint by the code that returns it.
. tests/real/lib.sh

names=(a64-512 a64-kexec armlpae-512 i386pae ppc64el s390x mips64el)
sets "${names[@]}"
FACTS=$BUILD/tests/tools/kernel_facts
command -v bpftool /usr/sbin/bpftool >/dev/null || fail "bpftool is installed"

dump_of() { ls "${set[$1]}"/vmcore "${set[$1]}"/elf 2>/dev/null | head -n 1; }
facts() { "$FACTS" "$(dump_of "$1")" 2>"$T/facts.err"; }

for name in "${names[@]}"; do
	nm "${set[$name]}/vmlinux" >"$T/nm"
	echo symbols | facts "$name" >"$T/symbols" || diag "$(cat "$T/facts.err")"
	grep -q "^symbols from kallsyms and exported symbols:" "$T/facts.err"
	result $? "$name: two sources" || diag "$(cat "$T/facts.err")"
	python3 - "$T/nm" "$T/symbols" <<-'END' >"$T/wrong"
	import sys
	nm = [line.split() for line in open(sys.argv[1])]
	got = [line.split() for line in open(sys.argv[2])]
	known = {}
	for address, kind, symbol in (words for words in nm if len(words) == 3):
	    known.setdefault(symbol, set()).add(int(address, 16))
	bits = 64 if any(int(words[0], 16) >> 32 for words in got) else 32
	moved = next(int(a, 16) for a, t, n in got if n == "_stext") - min(known["_stext"])
	data = [(int(a, 16), n) for a, t, n in got if t in "DA"]
	for address, symbol in data:
	    if (address - moved) % (1 << bits) not in known.get(symbol, ()):
	        print("%x %s" % (address, symbol))
	if len(data) < 500:
	    print("only %d variables" % len(data))
	END
	is "$(head -n 5 "$T/wrong")" "" "$name: hundreds of variables, each where nm has it" || diag "$(tail -n 2 "$T/wrong")"
	is "$(grep -cE ' (init_task|init_pid_ns|init_uts_ns|jiffies)$' "$T/symbols")" 4 "$name: init_task and others"
done

# --- BTF

PATH=$PATH:/usr/sbin bpftool -j btf dump file "${set[a64-512]}/vmlinux" format raw |
	tests/tools/btf-questions "$T/questions" "$T/answers"
for name in a64-512 a64-kexec; do
	facts "$name" <"$T/questions" >"$T/got"
	grep -q "^types from BTF:" "$T/facts.err"
	result $? "$name: there is BTF" || diag "$(cat "$T/facts.err")"
	ok "$name: tens of thousands of questions about types" test "$(lines "$T/questions")" -gt 40000
	is "$(diff "$T/answers" "$T/got" | head -n 5)" "" "$name: BTF in memory says what bpftool reads"
done
for name in armlpae-512 i386pae; do
	facts "$name" </dev/null
	grep -q "^types: no BTF was found around the kernel's text (CONFIG_DEBUG_INFO_BTF)" "$T/facts.err"
	result $? "$name: has none, and that is said"
	grep -q '^# CONFIG_DEBUG_INFO_BTF is not set' "${set[$name]}/config"
	result $? "$name: which is so"
done

# --- init_task

want=$(echo "find init_task" | facts a64-512)
LC_ALL=C sed 's/init_task\x00/init_tusk\x00/g' "${set[a64-512]}/elf" >"$T/renamed"
is "$(echo "find init_tusk" | "$FACTS" "$T/renamed" 2>"$T/facts.err")" "${want/task/tusk}" "a64-512: init_task with another name"
is "$(echo "find init_task" | "$FACTS" "$T/renamed" 2>"$T/facts.err")" "$want" "a64-512: init_task by its contents" ||
	diag "$(cat "$T/facts.err")"

# --- what no symbol tells: by contents and code, against what the kernel said when it lived

truth() { sed -n "/^truth begin ${2//\//\\/}\r*\$/,/^truth end/p" "${set[$1]}/console.log" | tr -d '\r' | sed '1d;$d'; }
for name in "${names[@]}"; do
	"$VMCOREFS" --cat info "$(dump_of "$name")" >"$T/info" 2>"$T/err"
	is "$(sed -n 's/^cmdline: //p' "$T/info")" "$(truth "$name" /proc/cmdline)" "$name: the command line" || diag "$(cat "$T/err")"
	is "$(sed -n 's/^taint: //p' "$T/info")" "none" "$name: not tainted"
done
for name in a64-512 a64-kexec; do
	ok "$name: no symbol names the list of modules" test "$(echo "find modules" | facts "$name")" = "modules: No such file or directory"
	echo modules | facts "$name" >"$T/modules"
	is "$(cat "$T/modules")" "$(truth "$name" /proc/modules | cut -d' ' -f1)" "$name: its modules"
done

# --- a rule over a variable

echo "erase init_uts_ns.name.nodename" >"$T/rules"
"$VMCOREFS" --cat info -o "erase=$T/rules" "$(dump_of a64-512)" >"$T/info" 2>"$T/err"
like "$(cat "$T/info")" "host: X{64}" "a64-512: an erase rule over a variable" || diag "$(cat "$T/err")"

done_testing
