#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 600
# text/: where instructions begin is what objdump finds in the same bytes, and what they call is what crash names.
. tests/real/lib.sh

names=(v510-512 v61-512 v612-512 v7-512 a64-512 ppc64el armlpae-512 s390x)
sets judges "${names[@]}"
newest_judges
declare -A objdump=(
	[a64-512]='aarch64-linux-gnu-objdump -m aarch64' [ppc64el]='powerpc64le-linux-gnu-objdump -m powerpc:common64 -EL'
	[armlpae-512]='arm-linux-gnueabihf-objdump -m arm' [s390x]='s390x-linux-gnu-objdump -m s390'
)
declare -A few=([s390x]=4)	# in a hundred
functions=(schedule __schedule vfs_read copy_process kfree tcp_sendmsg_locked do_exit alloc_pages_bulk_noprof getname_flags
	netif_receive_skb wake_up_process bio_endio)

# starts OBJDUMP TEXT: those that objdump finds in the bytes of the function
starts() {
	local first last
	first=$(head -n 1 "$2" | cut -d' ' -f1) last=$(tail -n 1 "$2" | cut -d' ' -f1)
	"$VMCOREFS" --cat "virt/$first+$((last - first + 4))" "$dump" >"$T/bytes" || return
	# shellcheck disable=SC2086 # its options
	$1 -D -z -b binary --adjust-vma="$first" "$T/bytes" | awk -F'\t' '$1 ~ /^ *[0-9a-f]+:$/ && $3 != "" { sub(/^ */, "", $1); sub(/:.*/, "", $1); print $1 }'
}

for name in "${names[@]}"; do
	dump=${set[$name]}/vmcore
	[[ -e $dump ]] || dump=${set[$name]}/elf
	total=0 unknown=0 listed=0 wrong=
	for function in "${functions[@]}"; do
		"$VMCOREFS" --cat "text/$function" "$dump" >"$T/text" 2>/dev/null || continue
		((listed++))
		# not judged: what this version of capstone does not know, and what is behind it: nor does objdump know how long it is
		awk '!/\t\.byte/ && !after { sub(/^0x0*/, "", $1); print $1 } { after = /\t\.byte/ }' "$T/text" | sort >"$T/ours"
		starts "${objdump[$name]:-objdump -m i386:x86-64}" "$T/text" | sed 's/^0*//' | sort >"$T/theirs"
		((total += $(lines "$T/ours"), unknown += $(grep -c $'\t\.byte' "$T/text")))
		[[ -z $(comm -23 "$T/ours" "$T/theirs") ]] || wrong+=" $function"
	done
	ok "$name: functions are there" test "$listed" -ge 9 -a "$total" -gt 3000
	is "$wrong" "" "$name: $total instructions begin where objdump finds them"
	# capstone 4 knows s390x up to the z13
	ok "$name: few are unknown: $unknown" test $((unknown * 100)) -le $((total * ${few[$name]:-1}))
done

# What it says of calls and jumps. crash counts in decimal, and leaves out what the compiler adds to names.
plain() { sed -E 's/(\.(part|isra|constprop|cold)(\.[0-9]+)?)+//g'; }
dump=${set[v61-512]}/vmcore
crash_run "$T/crash" "${set[v61-512]}/vmlinux" "$dump" 'dis schedule' 'dis vfs_read' 'dis copy_process'
is $? 0 "crash disassembles"
perl -ne 'printf "%s %s %s+%d\n", $1, $2, $3, $4 // 0 if /^0x(\S+) .*:\s+[cj]\S+ +0x([0-9a-f]+) <([^+>]+)(?:\+(\d+))?>/' "$T/crash" | plain >"$T/theirs"
for function in schedule vfs_read copy_process; do "$VMCOREFS" --cat "text/$function" "$dump"; done |
	perl -ne 'printf "%s %s %s+%d\n", $1, $2, $3, hex($4 // 0) if /^0x(\S+) .*:\s+[cj]\S+ +0x([0-9a-f]+) <([^+>]+)(?:\+0x([0-9a-f]+))?>/' | plain >"$T/ours"
ok "... calls and jumps" test "$(lines "$T/theirs")" -gt 300
same "$T/ours" "$T/theirs" "... lead where crash says" || diag "$(diff "$T/ours" "$T/theirs" | head)"

# places that the kernel patches, by its own tables: what stands there is an instruction of one of their forms
for name in v510-512 v61-512 v612-512 v7-512; do
	dump=${set[$name]}/vmcore
	for function in "${functions[@]}" __x64_sys_getpid; do
		"$VMCOREFS" --cat "text/$function" "$dump" 2>/dev/null
	done >"$T/text"
	ok "$name: calls of ftrace and jump labels are marked" \
		test "$(grep -c '; ftrace' "$T/text")" -ge 9 -a "$(grep -c '; jump label <' "$T/text")" -gt 20
	is "$(grep '; ftrace\|; jump label' "$T/text" | grep -vcE ':\s+(nop|jmp|call|xchg)')" 0 "... they are calls, jumps and nops"
done
like "$("$VMCOREFS" --cat text/schedule "$dump" 2>&1 | head -n 1)" '<schedule\+0>:' "a function by its name"
at=$("$VMCOREFS" --cat text/schedule "$dump" | sed -n '5s/ .*//p')
same <("$VMCOREFS" --cat "text/$at" "$dump") <("$VMCOREFS" --cat text/schedule "$dump") "... and by an address in it"
is "$("$VMCOREFS" --cat text/no_such_function "$dump" 2>&1 >/dev/null | wc -l)" 1 "no such function"
done_testing
