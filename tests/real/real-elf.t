#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# The elf view: drgn lists all tasks, gdb finds its way, crash tells the same as from the original dump, readelf has
# nothing to complain about.
. tests/real/lib.sh
need_root
need_fuse

sets v61-512 q61-512 q61-novmci
tool kdumpfile_pages -lkdumpfile -lz
kernel=${set[v61-512]}/vmlinux
declare -A dump=([v]=${set[v61-512]}/vmcore [q]=${set[q61-512]}/elf [n]=${set[q61-novmci]}/elf)
declare -A guest=([v]=v61-512 [q]=q61-512 [n]=q61-novmci)
for x in v q n; do
	mount_dump "${dump[$x]}" "$T/$x" || { fail "mount of ${dump[$x]}"; done_testing; }
done

# --- drgn
cat >"$T/tasks.py" <<'END'
from drgn.helpers.linux.pid import for_each_task
for task in for_each_task(prog):
    print(task.pid.value_(), task.comm.string_().decode())
END
tasks() { drgn_run "$1" "$kernel" "$T/tasks.py" 2>"$T/err" | sort; }
# Processes of the workload, as /proc/PID/stat in the guest named them before the panic.
workload_of() { truth_of "$1" process | sed -n 's/^pid=\([0-9]*\) .* comm=(\(rig-.*\))$/\1 \2/p' | sort; }

declare -A original=([v]=${dump[v]} [q]=${set[q61-512]}/elf-paging)
for x in v q; do
	tasks "${original[$x]}" >"$T/expected"
	[[ $(lines "$T/expected") -ge 80 ]]
	result $? "${guest[$x]}: drgn on the original lists all tasks" || diag "$(lines "$T/expected"): $(cat "$T/err")"
	tasks "$T/$x/elf" >"$T/got"
	is "$(diff "$T/got" "$T/expected" 2>&1 | head -n 10)" "" "${guest[$x]}: drgn on the elf view: the same tasks" ||
		diag "$(cat "$T/err")"
done
for x in v q n; do
	workload_of "${guest[$x]}" >"$T/expected"
	[[ $(lines "$T/expected") -ge 20 ]]
	result $? "${guest[$x]}: the guest named some tasks" || diag "$(cat "$T/expected")"
	tasks "$T/$x/elf" >"$T/got"
	is "$(comm -13 "$T/got" "$T/expected")" "" "${guest[$x]}: drgn on the elf view lists all of these"
done
# What the view is good for. If these work one day, that is no failure of ours.
for x in q n; do
	if tasks "${dump[$x]}" >"$T/got" && [[ -s $T/got ]]; then
		diag "${guest[$x]}: drgn now lists tasks on the original, too"
	else
		pass "${guest[$x]}: drgn lists no tasks on the original: $(tail -n 1 "$T/err" | cut -c 1-60)"
	fi
done

# --- gdb
for x in v q n; do
	offset=$(sed -n 's/^kernel-offset: //p' "$T/$x/info")
	stext=$(nm "$kernel" | awk '$3 == "_stext" { print $1 }')
	is "$((offset))" "$((0x$(symbol "${guest[$x]}" _stext) - 0x$stext))" "${guest[$x]}: kernel-offset is that of _stext in the guest"
	timeout -k 5 120 gdb -nx -batch -ex 'set pagination off' -ex 'set confirm off' -ex "core-file $T/$x/elf" \
		-ex "add-symbol-file $kernel -o $offset" -ex 'print init_task.comm' -ex 'print &init_task' \
		-ex 'x/s prb->text_data_ring.data+8' -ex 'x/s linux_banner' >"$T/gdb" 2>&1 </dev/null
	like "$(grep '^\$1' "$T/gdb")" '^\$1 = "swapper/0[\\0]*"$' "${guest[$x]}: gdb prints init_task.comm" ||
		diag "$(cat "$T/gdb")"
	like "$(grep '^\$2' "$T/gdb")" " 0x$(symbol "${guest[$x]}" init_task) " "${guest[$x]}: ... at the address that the guest had it"
	like "$(grep '__log_buf' "$T/gdb")" '"Linux version 6\.1\.' "${guest[$x]}: gdb reads the log buffer"
	like "$(grep '<linux_banner>' "$T/gdb")" '"Linux version 6\.1\.' "${guest[$x]}: gdb reads linux_banner"
done

# --- crash
for x in v q; do
	commands=(sys log "bt -a" "rd -8 linux_banner 64" "vtop $(symbol "${guest[$x]}" init_task)"
		"vtop $(symbol "${guest[$x]}" linux_banner)" "vtop $(symbol "${guest[$x]}" jiffies_64)")
	crash_run "$T/expected" "$kernel" "${dump[$x]}" "${commands[@]}"
	result $? "${guest[$x]}: crash reads the original"
	for what in 'RELEASE: 6\.1\.' 'Linux version' 'sysrq: Trigger a crash' '^PID: 1 ' 'panic at ' 'VIRTUAL  *PHYSICAL'; do
		grep -q "$what" "$T/expected" || fail "${guest[$x]}: crash on the original prints $what"
	done
	crash_run "$T/got" "$kernel" "$T/$x/elf" "${commands[@]}"
	result $? "${guest[$x]}: crash reads the elf view"
	same "$T/got" "$T/expected" "${guest[$x]}: sys, log, bt -a, rd, vtop: the same" || diag "$(diff "$T/got" "$T/expected" | head)"
done

# --- libkdumpfile: each page of the original, with the same bytes
for x in v q n; do
	same_pages "$T/$x/elf" "${dump[$x]}" "${guest[$x]}: libkdumpfile: the same pages"
done

# --- readelf
for x in v q n; do
	readelf -hlnW "$T/$x/elf" >"$T/out" 2>"$T/err"
	is $? 0 "${guest[$x]}: readelf: status 0"
	is "$(cat "$T/err"; grep -i warning "$T/out")" "" "${guest[$x]}: readelf has no warnings"
	is "$(grep -c 'NT_PRSTATUS (' "$T/out")" 2 "${guest[$x]}: a NT_PRSTATUS for each processor"
	if [[ $x == v ]]; then
		is "$(grep -A1000 '^Displaying notes' "$T/out" | tail -n +2)" \
			"$(readelf -nW "${dump[$x]}" | grep -A1000 '^Displaying notes' | tail -n +2)" "${guest[$x]}: readelf: the same notes"
	fi
done

for x in v q n; do ok "unmount" unmount "$T/$x"; done
done_testing
