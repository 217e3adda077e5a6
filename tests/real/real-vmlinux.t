#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 900
# vmlinux made of dumps: symbols, code, BTF and build-id are those of the real one.
. tests/real/lib.sh

names=(v510-512 v61-512 v612-512 v7-512)
others=(a64-512 s390x ppc64el riscv64 armlpae-512 i386pae)
sets "${names[@]}" "${others[@]}"
functions=(schedule __schedule vfs_read copy_process kfree tcp_sendmsg_locked do_exit getname_flags netif_receive_skb
	wake_up_process bio_endio do_syscall_64 start_kernel)
for program in bpftool gdb objdump nm eu-elflint file; do
	command -v $program /usr/sbin/$program >/dev/null || fail "$program is installed"
done

# made SET: into $T/SET
made() {
	local dump=${set[$1]}/vmcore
	[[ -e $dump ]] || dump=${set[$1]}/elf
	"$VMCOREFS" --cat vmlinux "$dump" >"$T/$1" || fail "$1: vmlinux"
}
build_id() { LC_ALL=C file -b "$1" | sed -n 's/.*BuildID\[sha1\]=\([0-9a-f]*\).*/\1/p'; }
# complaints FILE: those of eu-elflint, but for kinds of notes it does not know, and for flags that the real one has too
complaints() {
	eu-elflint --gnu-ld "$1" | grep -vE "unknown object file note type|has wrong flags|both executable and writable|^No errors"
}
# listing FILE FUNCTION: "address bytes instruction", without what depends on other names for an address
listing() {
	objdump -d -w --disassemble="$2" "$1" |
		perl -ne 'next unless my ($at, $bytes, $text) = /^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t?(.*)$/;
			$text =~ s/\s*[<#].*//s; $bytes =~ tr/ //d; print "$at $bytes $text\n"'
}

for name in "${names[@]}"; do
	real=${set[$name]}/vmlinux
	started=$(now_ms)
	made "$name"
	took=$(($(now_ms) - started))
	ok "$name: made and read in $took ms" test "$took" -lt 2000
	is "$(build_id "$T/$name")" "$(build_id "$real")" "$name: file tells the build-id"
	is "$(complaints "$T/$name" | head -n 3)" "" "$name: eu-elflint has no complaints"
	is "$(readelf -aW "$T/$name" 2>&1 >/dev/null | grep -v 'unable to demangle' | head -n 3)" "" "... nor has readelf"

	# every symbol of kallsyms, at its address. The letters: kallsyms do not tell those of per-CPU variables.
	nm "$T/$name" | sort >"$T/ours"
	nm "$real" | sort >"$T/theirs"
	is "$(lines "$T/ours")" "$("$VMCOREFS" --cat proc/kallsyms "${set[$name]}/vmcore" | grep -vc '\]$')" "$name: as many symbols as kallsyms have"
	none=$(comm -23 <(awk '{ print $1, $3 }' "$T/ours" | sort) <(awk '{ print $1, $3 }' "$T/theirs" | sort) | head -n 5)
	is "$none" "" "... all of them are in the real one, at the same address"
	wrong=$(comm -23 "$T/ours" "$T/theirs" | grep -vcE '^00000000000[0-9a-f]{5} D ')
	ok "... and of the same kind, but for $wrong at the border of two sections" test "$wrong" -le 8
	# functions: where they end. Labels of assembler have no size there; trampolines of static calls end behind their code.
	end=$(nm "$real" | awk '$3 == "_etext" { print $1 }')
	functions_of() { nm -S "$1" | awk -v end="$end" 'NF == 4 && $3 ~ /[tT]/ && $1 < end && $4 !~ /^__SCT__/ { print $1, $2, $4 }' | sort; }
	functions_of "$T/$name" >"$T/ours"
	functions_of "$real" >"$T/theirs"
	both=$(join -j 1 -o 1.1 <(awk '{ print $1 "/" $3 }' "$T/ours" | sort) <(awk '{ print $1 "/" $3 }' "$T/theirs" | sort) | wc -l)
	same_size=$(comm -12 "$T/ours" "$T/theirs" | wc -l)
	ok "$name: of $both functions $same_size have the size that the compiler gave" test $((same_size * 100)) -ge $((both * 96))

	# code: equal but where the kernel has patched itself
	total=0 patched=0 bad=
	for function in "${functions[@]}"; do
		listing "$real" "$function" >"$T/theirs"
		listing "$T/$name" "$function" >"$T/ours"
		[[ $function == start_kernel ]] && continue	# thrown away
		read -r n changed unexplained < <(python3 - "$T/theirs" "$T/ours" <<-'END'
		import sys
		def insns(name):
		    out = {}
		    for line in open(name):
		        at, code, *text = line.split()
		        out[int(at, 16)] = (bytes.fromhex(code), " ".join(text))
		    return out
		theirs, ours = insns(sys.argv[1]), insns(sys.argv[2])
		def memory(table):
		    return {a + i: b for a, (code, _) in table.items() for i, b in enumerate(code)}
		m, n = memory(theirs), memory(ours)
		changed = {a for a in m if m[a] != n.get(a, m[a])}
		bad = [a for a in theirs if a in ours and theirs[a][0] == ours[a][0] and theirs[a][1] != ours[a][1]]
		# instructions that begin elsewhere are inside of what was patched
		bad += [a for a in ours if a not in theirs and not any(a - 16 < c < a + 16 for c in changed)]
		bad += [a for a in theirs if a not in ours and not any(a - 16 < c < a + 16 for c in changed)]
		print(len(theirs), sum(a in ours and theirs[a][0] != ours[a][0] for a in theirs), len(bad))
		END
		)
		((total += n, patched += changed))
		[[ $unexplained == 0 ]] || bad+=" $function:$unexplained"
	done
	ok "$name: $total instructions, $patched patched" test "$total" -gt 2500 -a $((patched * 8)) -lt "$total"
	is "$bad" "" "... are those of the real one where memory is"

	PATH=$PATH:/usr/sbin bpftool btf dump file "$T/$name" >"$T/ours" 2>&1
	PATH=$PATH:/usr/sbin bpftool btf dump file "$real" >"$T/theirs"
	same "$T/ours" "$T/theirs" "$name: bpftool reads the same BTF"
	like "$(gdb -nx -batch -ex 'info symbol vfs_read' -ex 'p (int)sizeof(int)' "$T/$name" 2>&1)" 'vfs_read in section .text' "$name: gdb finds symbols"
	is "$("$VMCOREFS" -x "$T/$name" --cat types/task_struct "${set[$name]}/vmcore" 2>&1 | md5sum)" \
		"$("$VMCOREFS" --cat types/task_struct "${set[$name]}/vmcore" | md5sum)" "$name: as -x it gives types"
	is "$("$VMCOREFS" -x "$T/$name" --cat symbols/vfs_read "${set[$name]}/vmcore" 2>&1 | grep -v ^size)" \
		"$("$VMCOREFS" --cat symbols/vfs_read "${set[$name]}/vmcore" | grep -v ^size)" "... and symbols"
	rm -f "$T/$name"
done

# others: symbols of functions only, the other byte order, 32 bits
declare -A objdump=([a64-512]=aarch64-linux-gnu-objdump [ppc64el]=powerpc64le-linux-gnu-objdump [s390x]=s390x-linux-gnu-objdump
	[armlpae-512]=arm-linux-gnueabihf-objdump)
for name in "${others[@]}"; do
	made "$name"
	is "$(complaints "$T/$name" | head -n 3)" "" "$name: eu-elflint has no complaints"
	real=${set[$name]}/vmlinux
	[[ -e $real ]] || continue
	is "$(build_id "$T/$name")" "$(build_id "$real")" "$name: the build-id"
	offset=$((0x$(nm "$T/$name" | awk '$3 == "_stext" { print $1 }') - 0x$(nm "$real" | awk '$3 == "_stext" { print $1 }')))
	[[ $name == i386pae ]] || is "$offset" 0 "$name: at the addresses it is linked at"
	nm "$T/$name" | awk '$2 ~ /[tTW]/ { print $1, $3 }' | sort >"$T/ours"
	nm "$real" | python3 -c '
import sys
offset, mask = int(sys.argv[1]), 0xffffffff if int(sys.argv[2]) == 8 else (1 << 64) - 1
for line in sys.stdin:
    words = line.split()
    if len(words) == 3:
        print("%0*x %s" % (int(sys.argv[2]), (int(words[0], 16) + offset) & mask, words[2]))' "$offset" \
		"$(nm "$T/$name" | awk 'NR == 1 { print length($1) }')" | sort >"$T/theirs"
	ok "$name: tens of thousands of functions" test "$(lines "$T/ours")" -gt 30000
	is "$(comm -23 "$T/ours" "$T/theirs" | head -n 5)" "" "... where the real one has them"
	[[ -n ${objdump[$name]:-} ]] || continue
	for function in schedule vfs_read; do
		"${objdump[$name]}" -d --disassemble="$function" "$T/$name" | grep -cE '^ *[0-9a-f]+:' >"$T/ours"
		"${objdump[$name]}" -d --disassemble="$function" "$real" | grep -cE '^ *[0-9a-f]+:' >"$T/theirs"
		is "$(cat "$T/ours")" "$(cat "$T/theirs")" "$name: $function has as many instructions"
	done
	rm -f "$T/$name"
done
done_testing
