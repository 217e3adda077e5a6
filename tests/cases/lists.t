#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# list/: elements of lists and trees, by the types that are in the dump's memory.
. tests/lib.sh
D=tests/corpus/tiny61.kdump

cat_() { "$VMCOREFS" -q --cat "$1" "$D" 2>&1; }

# following the links by hand, as long as they are in the dump
next=$(cat_ var/init_task.tasks.next | sed -n 's/.*)\(0x[0-9a-f]*\).*/\1/p')
cat_ list/task_struct.tasks@init_task.tasks >"$T/tasks"
offset=$(cat_ types/task_struct | sed -n 's|^\tstruct list_head tasks; */\* *\([0-9]*\) .*|\1|p')
is "$(head -n 1 "$T/tasks")" "$(printf %#x $((next - offset)))" "the first element"
first=$(head -n 1 "$T/tasks")
is "$(cat_ list/task_struct.tasks@init_task.tasks,pid,comm,tasks.prev | head -n 1 | cut -f 1-3)" \
	"$first	$(cat_ "struct/task_struct@$first.pid")	$(cat_ "struct/task_struct@$first.comm")" "columns"
is "$(cat_ list/task_struct.tasks@init_task)" "$(<"$T/tasks")" "the head is of the elements' type: from its link on"
is "$(cat_ "list/task_struct.tasks@task_struct@init_task.tasks")" "$(<"$T/tasks")" "the head is a member of a value"
is "$(cat_ "list/task_struct.tasks@$(cat_ json/init_task.tasks | sed -n '0,/address/s/.*"address": "\(.*\)".*/\1/p')")" \
	"$(<"$T/tasks")" "the head is an address"
ok "the list has elements" test "$(grep -c ^0x "$T/tasks")" -ge 2
diag "$(grep -c ^0x "$T/tasks") tasks; $(tail -n 1 "$T/tasks")"
# a module that is not in the dump: told, as the last one
is "$(cat_ list/module.list@modules | tail -n 1)" "/* torn: a link is not in the dump */" "a list that is torn says so"
is "$(cat_ list/module.list@modules,name | head -n 1 | cut -f 2)" "/* not in the dump */" "... as a column of what is lost does"
# the ring of tasks from a place that is not in it: it never comes back there
is "$(cat_ "list/task_struct.tasks@list_head@init_task+$((offset + 8))" | tail -n 1)" \
	"/* damaged: it runs in a circle, has links that do not fit, or more than 1048576 elements */" "a circle says so"
is "$(cat_ list/pid@init_pid_ns.idr | sed -n '1s/\t.*//p')" "[1]" "an idr: the first id"

missing="No such file or directory"
for name in list/nosuch.tasks@init_task list/task_struct.nosuch@init_task list/task_struct.comm@init_task \
	list/task_struct.tasks@nosuch list/task_struct.tasks@init_task,nosuch; do
	is "$(cat_ "$name")" "vmcorefs: $name: $missing" "none: $name"
done
for name in list/task_struct.tasks list/task_struct.tasks@ list/task_struct.@init_task list/task_struct.tasks@init_task, \
	list/task_struct.tasks@init_task,,pid list/task_struct@modules; do
	is "$(cat_ "$name")" "vmcorefs: $name: Invalid argument" "malformed: $name"
done
is "$("$VMCOREFS" --list list "$D")" README "list/ is not listed"
done_testing
