#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# proc/ about the machine: what the guest's own /proc said right before the panic. What does not change is equal byte for byte,
# counters are close. Kernels without such copies have the same files. Level 31 has them too.
. tests/real/lib.sh

sets v61-proc v510-512 v61-512 v612-512 v7-512
copies=${set[v61-proc]}/copies dump=${set[v61-proc]}/vmcore

# Equal
for file in version cmdline modules filesystems misc devices; do
	"$VMCOREFS" --cat "proc/$file" "$dump" >"$T/ours"
	is $? 0 "proc/$file"
	same "$T/ours" "$copies/proc/$file" "... is the guest's" || diff "$T/ours" "$copies/proc/$file" | head -n 10 | sed 's/^/# /'
done

# Counters move on until the panic
for file in uptime loadavg stat interrupts softirqs; do
	"$VMCOREFS" --cat "proc/$file" "$dump" >"$T/ours"
	is $? 0 "proc/$file"
	tests/tools/compare_counts.py 20 "$T/ours" "$copies/last/$file" >"$T/compared"
	result $? "... is close to the guest's: $(tail -n 1 "$T/compared")"
	head -n 10 "$T/compared" | cut -c 1-300 | sed 's/^/# /'
done

# The clock stands still: the crash came so long after the boot
for name in v61-proc v510-512 v61-512 v612-512 v7-512; do
	vmcore=${set[$name]}/vmcore
	booted=$("$VMCOREFS" --cat proc/stat "$vmcore" | sed -n 's/^btime //p')
	uptime=$("$VMCOREFS" --cat proc/uptime "$vmcore" | sed 's/[. ].*//')
	crashed=$("$VMCOREFS" --cat vmcoreinfo "$vmcore" | sed -n 's/^CRASHTIME=//p')
	ok "$name: btime, uptime and time of the crash agree" test $((crashed - booted - uptime)) -ge 0 -a \
		$((crashed - booted - uptime)) -le 1
done

# Other kernels: what the guests printed of these some seconds before
for name in v510-512 v61-512 v612-512 v7-512; do
	for file in version cmdline modules; do
		proc_of "$name" "$file" >"$T/theirs"
		"$VMCOREFS" --cat "proc/$file" "${set[$name]}/vmcore" >"$T/ours"
		same "$T/ours" "$T/theirs" "$name: proc/$file is the guest's" || diff "$T/ours" "$T/theirs" | head -n 10 | sed 's/^/# /'
	done
done

done_testing
