#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# struct/, var/ and json/: values by the types and symbols that are in the dump's memory, against the bytes in virt/.
. tests/lib.sh
D=tests/corpus/tiny61.kdump

cat_() { "$VMCOREFS" -q --cat "$1" "$D" 2>&1; }
has() { case $1 in *"$2"*) result 0 "$3" ;; *) fail "$3"; diag "$2 is not in: $1" ;; esac; }	# TEXT PART NAME
# number ADDRESS BYTES: what is there, unsigned
number() { cat_ "virt/$1+$2" | od -An -t "u$2" | tr -d ' '; }
# offset TYPE MEMBER: by its definition
offset() { cat_ "types/$1" | sed -n "s|^\t[^\t].*[ *]$2\([[)][^;]*\)\?; */\* *\([0-9]*\) .*|\2|p"; }

release=$(cat_ vmcoreinfo | sed -n 's/^OSRELEASE=//p')
is "$(cat_ var/init_uts_ns.name.release)" "\"$release\"" "var/: a member, an array of char"
is "$(cat_ struct/uts_namespace@init_uts_ns.name.release)" "\"$release\"" "struct/: the same"
has "$(cat_ var/init_uts_ns)" "		.release = \"$release\"," "... in the struct"
init=0x$(cat_ vmcoreinfo | sed -n 's/^SYMBOL(init_uts_ns)=//p')
is "$(cat_ "struct/struct uts_namespace@$init.name.release")" "\"$release\"" "struct/: an address, and struct said"
is "$(cat_ var/init_task.prio)" "$(number "init_task+$(offset task_struct prio)" 4)" "an integer"
is "$(cat_ "struct/int@init_task+$(offset task_struct prio)")" "120" "a base type, an offset"
next=$(printf %#x "$(number "init_task+$(offset task_struct tasks)" 8)")
is "$(cat_ var/init_task.tasks.next)" "(struct list_head *)$next" "a pointer"
prev=$(cat_ "struct/list_head@$next.prev")
is "${prev%% /*}" "(struct list_head *)$(printf %#x "$(number "$next+0x8" 8)")" "a struct at an address"
is "$(cat_ var/init_task.tasks.next.prev)" "$prev" "a dot after a pointer follows it"
is "$(cat_ var/init_task.flags)" "0x4200002 /* PF_IDLE | PF_KTHREAD | PF_NO_SETAFFINITY */" "flags by name"
class=$(cat_ var/init_task.sched_class | sed -n 's/.*)\(0x[0-9a-f]*\).*/\1/p')
is "$(cat_ var/init_task.sched_class.task_tick)" "(void (*)(struct rq *, struct task_struct *, int))$(
	printf %#x "$(number "$class+$(offset sched_class task_tick)" 8)") /* task_tick_idle */" "a function, by its symbol"
is "$(cat_ 'var/init_task.signal.rlim[3].rlim_cur')" 8388608 "an element of an array"
is "$(cat_ 'var/init_task.signal.rlim[16]')" "vmcorefs: var/init_task.signal.rlim[16]: No such file or directory" "... one behind its end"
has "$(cat_ var/init_task.signal.rlim)" "[0 ... 2] = {" "elements that are equal are one"
is "$(cat_ var/init_task.mm)" NULL "NULL"
is "$(cat_ var/runqueues@1.cpu)" 1 "a per-CPU variable"
is "$(cat_ var/runqueues.cpu)" "$(printf '/* CPU 0 */\n0\n/* CPU 1 */\n1')" "... of all CPUs"
is "$(cat_ struct/rq@runqueues@1.cpu)" 1 "... by its type"

cat_ var/init_task >"$T/init_task.txt"
{ echo '#include <stddef.h>'; echo '#include <stdbool.h>'; cat_ types/task_struct.h | sed 's/^typedef _Bool bool;//'
	printf 'struct task_struct x = '; sed '1s/(struct task_struct)//; $s/$/;/' "$T/init_task.txt"; } >"$T/init_task.c"
ok "init_task as text compiles against its type" gcc -std=gnu11 -w -fsyntax-only "$T/init_task.c"
cat_ json/init_task >"$T/init_task.json"
is "$(python3 - "$T/init_task.json" <<-'END'
	import json, sys
	task = json.load(open(sys.argv[1]))
	m = task["value"]
	print(task["type"], m["comm"]["value"], m["prio"]["value"], m["prio"]["type"], m["flags"]["flags"].split(" ")[0],
	      int(m["prio"]["address"], 16) - int(task["address"], 16), m["mm"]["value"], m["fs"]["symbol"])
END
)" "struct task_struct swapper/0 120 int PF_IDLE $(offset task_struct prio) 0x0 init_fs" "json/: values, types, addresses, symbols"
is "$(cat_ json/task_struct@init_task)" "$(<"$T/init_task.json")" "json/: by the type"

missing="No such file or directory"
for name in struct/nosuch@init_task struct/task_struct@nosuch struct/task_struct@init_task.nosuch struct/task_struct@init_task.mm.x.y \
	var/nosuch var/init_task.nosuch 'var/init_task[0]' json/nosuch@init_task json/nosuch; do
	is "$(cat_ "$name")" "vmcorefs: $name: $missing" "none: $name"
done
for name in struct/task_struct struct/@init_task struct/task_struct@init_task. struct/task_struct@init_task..x \
	'struct/task_struct@init_task[x]' 'struct/task_struct@init_task[1' struct/task_struct@; do
	is "$(cat_ "$name")" "vmcorefs: $name: Invalid argument" "malformed: $name"
done
# the last word of a page, and the first of the next one, which is not stored
edge=0xffffffff95c45ff8
has "$(cat_ "virt/$(printf %#x $((edge + 8)))+8")" "No data available" "a page that is not in the dump"
is "$(cat_ struct/list_head@$edge | sed 's/= .*/=/')" "$(printf '(struct list_head){\n\t.next =\n\t/* .prev: not in the dump */\n}')" \
	"what is lost has no value"
is "$(cat_ "struct/list_head@$(printf %#x $((edge + 8)))")" \
	"vmcorefs: struct/list_head@$(printf %#x $((edge + 8))): No data available" "... nor a text, if all of it is"
is "$(cat_ json/list_head@$edge | python3 -c 'import json, sys; m = json.load(sys.stdin)["value"]["prev"]; print(m["value"], m["lost"])')" \
	"None not in the dump" "... nor in JSON"
is "$(cat_ struct/list_head@0x10)" "vmcorefs: struct/list_head@0x10: Bad address" "not mapped"
is "$(cat_ var/init_task.mm.pgd)" "vmcorefs: var/init_task.mm.pgd: Bad address" "behind NULL"
for dir in struct var json; do
	is "$("$VMCOREFS" --list $dir "$D")" README "$dir/ is not listed"
done
done_testing
