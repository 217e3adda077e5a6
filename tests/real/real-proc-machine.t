#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1200
# proc/ about the machine: what the guest's own /proc said right before the panic. What does not change is equal byte for byte,
# counters are close. Of kernels without such copies the console has some files.
. tests/real/lib.sh

sets judges v61-proc v510-512 v61-512 v612-512 v7-512
copies=${set[v61-proc]}/copies dump=${set[v61-proc]}/vmcore

# Equal
for file in version cmdline modules filesystems misc devices swaps cpuinfo iomem ioports; do
	"$VMCOREFS" --cat "proc/$file" "$dump" >"$T/ours"
	is $? 0 "proc/$file"
	same "$T/ours" "$copies/proc/$file" "... is the guest's" || diff "$T/ours" "$copies/proc/$file" | head -n 10 | sed 's/^/# /'
done

# Sockets: equal but for timers that run
sockets() {
	sed -E 's/ (0[1234]):[0-9A-F]{8} / \1:- /' "$1"
}
for file in tcp tcp6 udp udp6 raw raw6 unix; do
	"$VMCOREFS" --cat "proc/net/$file" "$dump" >"$T/ours"
	is $? 0 "proc/net/$file"
	is "$(sockets "$T/ours")" "$(sockets "$copies/proc/net/$file")" "... is the guest's"
done

# Counters move on until the panic
for file in uptime loadavg stat interrupts softirqs meminfo vmstat buddyinfo slabinfo; do
	"$VMCOREFS" --cat "proc/$file" "$dump" >"$T/ours"
	is $? 0 "proc/$file"
	tests/tools/compare_counts.py 20 "$T/ours" "$copies/last/$file" >"$T/compared"
	result $? "... is close to the guest's: $(tail -n 1 "$T/compared")"
	head -n 10 "$T/compared" | cut -c 1-300 | sed 's/^/# /'
done

# Programs read it as they read the live one
for tool in netstat swapon; do
	"$VMCOREFS" --exec "$(cut -d ' ' -f 2- "$copies/tools/$tool.status")" "$dump" >"$T/ours" 2>"$T/err"
	is $? 0 "$tool" || diag "$(head -n 3 "$T/err")"
	same "$T/ours" "$copies/tools/$tool" "... prints what it printed in the guest" || diff "$T/ours" "$copies/tools/$tool" | sed 's/^/# /'
done
for tool in free vmstat slabtop uptime; do
	"$VMCOREFS" --exec "$(cut -d ' ' -f 2- "$copies/tools/$tool.status")" "$dump" >"$T/ours" 2>"$T/err"
	is $? 0 "$tool" || diag "$(head -n 3 "$T/err")"
	is "$(lines "$T/ours")" "$(lines "$copies/tools/$tool")" "... prints as many lines as in the guest"
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
	for file in meminfo vmstat slabinfo; do
		proc_of "$name" "$file" >"$T/theirs"
		"$VMCOREFS" --cat "proc/$file" "${set[$name]}/vmcore" >"$T/ours"
		tests/tools/compare_counts.py 20 "$T/ours" "$T/theirs" >"$T/compared"
		result $? "$name: proc/$file is close to the guest's: $(tail -n 1 "$T/compared")"
		head -n 10 "$T/compared" | cut -c 1-300 | sed 's/^/# /'
	done
	for file in version cmdline modules swaps iomem; do
		proc_of "$name" "$file" >"$T/theirs"
		"$VMCOREFS" --cat "proc/$file" "${set[$name]}/vmcore" >"$T/ours"
		same "$T/ours" "$T/theirs" "$name: proc/$file is the guest's" || diff "$T/ours" "$T/theirs" | head -n 10 | sed 's/^/# /'
	done
done

# crash counts the slabs and objects of each cache in the same dump, and reads the swap areas
newest_judges
for name in v510-512 v61-512 v612-512; do
	crash_run "$T/crash" "${set[$name]}/vmlinux" "${set[$name]}/vmcore" "kmem -s" "swap"
	is $? 0 "$name: crash"
	awk '$1 ~ /^ffff/ && NF == 7 && $2 != "PARTITION" { print $7, $4, $5 }' "$T/crash" | sort >"$T/theirs"
	"$VMCOREFS" --cat proc/slabinfo "${set[$name]}/vmcore" | awk 'NR > 2 { print $1, $3, $15 }' | sort >"$T/ours"
	ok "$name: more than 100 caches" test "$(lines "$T/theirs")" -gt 100
	same "$T/ours" "$T/theirs" "$name: objects and slabs of all caches are what crash counts" ||
		diff "$T/ours" "$T/theirs" | head -n 10 | sed 's/^/# /'
	awk '$2 == "PARTITION" { print $3, $4, $6, $7 }' "$T/crash" | tr -d k >"$T/theirs"
	"$VMCOREFS" --cat proc/swaps "${set[$name]}/vmcore" | awk 'NR > 1 { print $3, $4, $5, $1 }' >"$T/ours"
	same "$T/ours" "$T/theirs" "$name: swap areas are what crash reads" || diff "$T/ours" "$T/theirs" | sed 's/^/# /'
done

# The sockets that drgn finds from the processes on are those with an inode in the tables
for name in v61-proc v510-512 v61-512 v612-512 v7-512; do
	drgn_run "${set[$name]}/vmcore" "${set[$name]}/vmlinux" "$top/tests/tools/drgn_sockets.py" >"$T/theirs" 2>"$T/err"
	is $? 0 "$name: drgn" || diag "$(tail -n 3 "$T/err")"
	for file in tcp tcp6 udp udp6 raw raw6; do
		"$VMCOREFS" --cat "proc/net/$file" "${set[$name]}/vmcore" | awk -v file=$file 'NR > 1 && $10 {
			split($2, local, ":"); split($3, remote, ":"); print file, local[2], remote[2], $4, $10 }'
	done >"$T/all"
	"$VMCOREFS" --cat proc/net/unix "${set[$name]}/vmcore" | awk 'NR > 1 && $7 { print "unix", $5, $6, $7 }' >>"$T/all"
	LC_ALL=C sort "$T/all" >"$T/ours"
	ok "$name: more than 6 sockets" test "$(lines "$T/theirs")" -gt 6
	is "$(LC_ALL=C sort "$T/theirs" | comm -13 "$T/ours" -)" "" "$name: each is in proc/net"
	is "$(LC_ALL=C sort "$T/theirs" | comm -23 "$T/ours" -)" "" "$name: ... which has no others"
done

done_testing
