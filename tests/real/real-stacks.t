#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# Kernel stacks of all tasks without a vmlinux (and without DWARF where there is one) are drgn's with DWARF, less inlined functions;
# that of the task that panicked is the trace in the guest's log.
. tests/real/lib.sh
need_root
need_fuse

by_btf=(v510-512 v61-512 v612-512 v7-512 v61-la57 a64-512 riscv64)
by_dwarf=(s390x ppc64el)
names=("${by_btf[@]}" "${by_dwarf[@]}")
sets judges v61-proc a64-kexec "${names[@]}"
newest_judges
LIST=$BUILD/tests/tools/list_stacks

# trace_of SET: functions of the call trace that panic() printed, from the one that called it on: "name", once each in order. Where
# a call returns to is behind a call that does not return: it is then the next function's.
trace_of() {
	tr -d '\r' <"${set[$1]}/console.log" | awk '
		/Call [Tt]race:/ && !done { p = 1; next }
		p && /<TASK>/ { next }
		p && (/<\/TASK>/ || /RIP: / || /---/ || /SMP: / || /Kernel Offset/ || !/\+0x/) { p = 0; done = 1 }
		p && !/\? / { print }' | sed 's/ *$//; s/^.* //; s/+0x.*//'
}
# after_panic: of lines with a name each, those behind the last panic or vpanic
after_panic() { awk '{ line[NR] = $1 } $1 ~ /^v?panic$/ { at = NR } END { for (i = at + 1; i <= NR; i++) print line[i] }'; }
# frames_of FILE PID: names of its frames
frames_of() { awk -v pid="$2" '$1 == "task" { p = $2 == pid; next } p && $1 ~ /^0x/ { sub(/\+.*/, "", $2); print $2 }' "$1"; }

all=0 equal=0
for name in "${names[@]}"; do
	folder=${set[$name]} vmlinux=${set[$name]}/vmlinux options=()
	dump=$folder/vmcore
	[[ -e $dump ]] || dump=$folder/elf
	[[ " ${by_dwarf[*]} " != *" $name "* ]] || options=(-x "$vmlinux")
	[[ -e $vmlinux ]] || vmlinux=${set[v61-512]}/vmlinux
	"$LIST" "${options[@]}" "$dump" >"$T/$name.ours" 2>"$T/err"
	is $? 0 "$name: all stacks" || diag "$(tail -n 3 "$T/err")"
	diag "$name: $(paste -sd' ' "$T/err")"
	is "$(grep -cE '^   end |\?' "$T/$name.ours")" 0 "$name: none is torn, no frame is guessed" ||
		diag "$(grep -B9 -E '^   end |\?' "$T/$name.ours" | head -n 40)"

	# by the guest itself
	trace_of "$name" >"$T/trace"
	frames_of "$T/$name.ours" 1 >"$T/frames"
	ok "$name: the log has a trace" test "$(lines "$T/trace")" -gt 6
	after_panic <"$T/trace" | sed 's/sysrq_reset_seq_param_set/sysrq_handle_crash/' >"$T/expected"
	after_panic <"$T/frames" >"$T/got"
	same "$T/got" "$T/expected" "$name: from panic() on the stack is that in the log" ||
		diag "$(diff "$T/got" "$T/expected")"

	# by drgn, which wants VMCOREINFO: ours has it where it was found in memory. It reads no tasks of riscv64 without DWARF.
	[[ $name != riscv64 ]] || continue
	if [[ -e $folder/elf ]]; then
		dump=$T/$name.elf
		"$VMCOREFS" --cat elf "$folder/elf" >"$dump" 2>"$T/err"
	fi
	drgn_run "$dump" "$vmlinux" "$top/tests/tools/drgn_tasks.py" >"$T/$name.drgn" 2>"$T/err"
	is $? 0 "$name: drgn" || diag "$(tail -n 3 "$T/err")"
	python3 tests/tools/compare_stacks.py "$T/$name.ours" "$T/$name.drgn" >"$T/differ"
	figures=$(tail -n 1 "$T/differ")
	diag "$name: $figures"
	[[ $figures =~ ^([0-9]+)\ tasks,\ ([0-9]+)\ equal,\ ([0-9]+)\ frames,\ ([0-9]+)\ equal ]]
	ok "$name: there are some" test "${BASH_REMATCH[1]:-0}" -gt 60 -a "${BASH_REMATCH[3]:-0}" -gt 400
	all=$((all + ${BASH_REMATCH[3]:-0})) equal=$((equal + ${BASH_REMATCH[4]:-0}))
	# drgn has no registers of QEMU's CPUs in some dumps, and takes those of the task before for one that is switched to
	ok "$name: but for 2 tasks all are equal" test $((BASH_REMATCH[1] - BASH_REMATCH[2])) -le 2 || diag "$(cat "$T/differ")"
	rm -f "$T/$name.elf"
done
diag "$equal of $all frames are drgn's"
ok "at least 99 % of all frames are drgn's" test $((equal * 100)) -ge $((all * 99))

# With DWARF and the symbols of a vmlinux it is the same, names and lengths too
for name in v61-512 a64-kexec; do
	"$LIST" "${set[$name]}/vmcore" >"$T/without" 2>/dev/null
	"$LIST" -x "${set[$name]}/vmlinux" "${set[$name]}/vmcore" >"$T/with" 2>/dev/null
	ok "$name: there are stacks" test "$(lines "$T/without")" -gt 500
	same "$T/with" "$T/without" "$name: -x: the same" || diag "$(diff "$T/with" "$T/without" | head)"
done

# proc/<pid>/stack: what the guest's own said, of each task that has not run since then: a file of both folders each
copies=${set[v61-proc]}/copies dump=${set[v61-proc]}/vmcore
must "mount" mount_dump "$dump" "$T/mnt"
count() { grep -h ctxt_switches "$1"; }
compared=0 moved=0 wrong=0
for theirs in "$copies"/proc/[0-9]*/stack "$copies"/proc/[0-9]*/task/*/stack; do
	folder=${theirs#"$copies/"} folder=${folder%/stack}
	if [[ $(count "$T/mnt/$folder/status") != "$(count "$copies/$folder/status")" ]]; then
		moved=$((moved + 1))
		continue
	fi
	compared=$((compared + 1))
	cat "$T/mnt/$folder/stack" >"$T/stack"
	cmp -s "$T/stack" "$theirs" && continue
	wrong=$((wrong + 1))
	diag "$folder: $(diff "$T/stack" "$theirs")"
done
is "$wrong" 0 "proc/<pid>/stack of $compared tasks is the guest's byte for byte; $moved have run since then"
ok "these are most" test "$compared" -gt 150 -a $((moved * 4)) -lt "$compared"

# panic/ and cpu/: the CPU of the process that wrote into /proc/sysrq-trigger
is "$(readlink "$T/mnt/panic/task")" ../proc/1 "panic/task leads to it"
cpu=$(sed -n 's/^cpu: //p' "$T/mnt/panic/stack")
is "$(readlink "$T/mnt/cpu/$cpu/task")" ../../proc/1 "so does cpu/$cpu/task"
like "$(head -n 1 "$T/mnt/panic/log")" 'Kernel panic - not syncing: sysrq triggered crash' "panic/log begins with the panic"
same "$T/mnt/panic/regs" "$T/mnt/cpu/$cpu/regs" "panic/regs are those of cpu/$cpu/"
like "$(grep '^rip ' "$T/mnt/panic/regs")" ' __crash_kexec\+0x' "they have names"
is "$(ls "$T/mnt/cpu" | paste -sd' ')" "0 1" "cpu/ lists the CPUs"
grep -c '^#' "$T/mnt/proc/1/stack.full" >"$T/full"
is "$(cat "$T/full")" "$(($(grep -c . "$T/mnt/proc/1/stack") + 1))" "stack.full has the frame of the program too"
ok "unmount" unmount "$T/mnt"

# stacks: groups and tasks are those of the list; frames of the program do not count
groups() { awk '$1 == "task" { if (n++) print t; t = ""; next } $1 ~ /^0x/ { t = t " " $1 } END { print t }' "$1" | sort -u | wc -l; }
"$VMCOREFS" --cat stacks "${set[v61-512]}/vmcore" >"$T/stacks"
is "$(head -n 1 "$T/stacks")" "$(grep -c '^task' "$T/v61-512.ours") tasks, $(groups "$T/v61-512.ours") different stacks" \
	"stacks has all tasks, equal stacks once"
is "$(awk '/^[0-9]+ tasks?:/ { n += $1 } END { print n }' "$T/stacks")" "$(grep -c '^task' "$T/v61-512.ours")" "its groups have all of them"
done_testing
