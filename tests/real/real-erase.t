#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 2400
# Erase rules of each kind on a real dump, against makedumpfile --config: the same pages, the same eraseinfo; and with
# types from the dump's BTF instead of the vmlinux. makedumpfile looks up each name in all of DWARF: minutes.
. tests/real/lib.sh

sets v61-512 v510-512 v612-512
tool kdumpcmp -lz
dump=${set[v61-512]}/vmcore kernel=${set[v61-512]}/vmlinux
cat_() { "$VMCOREFS" --cat "$@" 2>"$T/err"; }
eraseinfo_of() {	# FILE: the text, by the sub header
	python3 -c 'import struct, sys
f = open(sys.argv[1], "rb")
f.seek(4096 + 64)
offset, size = struct.unpack("<QQ", f.read(16))
f.seek(offset)
sys.stdout.buffer.write(f.read(size))' "$1"
}
# judged NAME LEVEL [OPTION...]: rules in $T/NAME.conf
judged() {
	local name=$1 level=$2
	shift 2
	must "makedumpfile --config, $name" mdf --config "$T/$name.conf" -x "$kernel" -c -d "$level" "$dump" "$T/$name.mdf"
	eraseinfo_of "$T/$name.mdf" >"$T/$name.info"
	cat_ "level-$level/dump" -o "erase=$T/$name.conf,compress=zlib" "$@" "$dump" >"$T/$name.our"
	is "$?$(cat "$T/err")" 0 "$name: no complaints"
	# 0x9f: the end of a segment inside a page, which makedumpfile drops
	is "$("$T/kdumpcmp" -v "$T/$name.mdf" "$T/$name.our" | grep -v -e 'pfn 0x9f only in the second' -e '^[0-9]* pages')" "" \
		"... the same pages"
	eraseinfo_of "$T/$name.our" >"$T/got"
	same "$T/got" "$T/$name.info" "... the same eraseinfo, of $(wc -l <"$T/got") lines" || diag "$(diff "$T/got" "$T/$name.info" | head)"
}

# --- each construct, with variables that BTF's users know too
cat >"$T/btf.conf" <<'END'
# strings, structs, arrays, pointers to them
erase init_uts_ns.name.nodename
erase saved_command_line
erase init_task.comm
erase init_task.cred
erase init_task.stack size 40000
erase log_buf size log_buf_len
erase prb nullify
[vmlinux]
for t in init_task.tasks.next within task_struct:tasks
  erase t.comm
  erase t.mm nullify
  erase t.signal size 3
endfor
# from the first on, sizes from each element
for t in init_task.tasks within task_struct:tasks
  erase t.real_cred size t.pid
endfor
for m in modules.next within module
  erase m.name
  erase m.version
endfor
for f in file_systems via next
  erase f.name
endfor
for f in file_systems
  erase f nullify
endfor
for a in init_task.pid_links
  erase a
endfor
for n in init_task.comm erase n endfor
END
judged btf 31 -x "$kernel"
cat_ eraseinfo -o "erase=$T/btf.conf" -x "$kernel" "$dump" >"$T/want"
cat_ eraseinfo -o "erase=$T/btf.conf" "$dump" >"$T/got"
is "$?$(cat "$T/err")" 0 "with BTF: no complaints"
same "$T/got" "$T/want" "... the same eraseinfo as with DWARF"
is "$(cat_ raw -o "erase=$T/btf.conf" "$dump" | sha256sum)" "$(cat_ raw -o "erase=$T/btf.conf" -x "$kernel" "$dump" | sha256sum)" \
	"... the same memory"
cat_ level-31/elf -o "erase=$T/btf.conf" "$dump" >"$T/elf"
must "makedumpfile reads our ELF" mdf -d 31 -c "$T/elf" "$T/again"
eraseinfo_of "$T/again" >"$T/got"
same "$T/got" "$T/btf.info" "makedumpfile takes eraseinfo over from level-31/elf"
cat_ eraseinfo "$T/btf.mdf" >"$T/got"
same "$T/got" "$T/btf.info" "makedumpfile's eraseinfo is read"
must "makedumpfile -E" mdf --config "$T/btf.conf" -x "$kernel" -E -d 31 "$dump" "$T/mdf.elf"
cat_ eraseinfo "$T/mdf.elf" >"$T/got"
same "$T/got" "$T/btf.info" "... of its ELF files too"
for i in 1 2 3; do cat_ level-31/split-3/$i -o "erase=$T/btf.conf" "$dump" >"$T/part$i"; done
# In order: of others makedumpfile mixes up where their eraseinfo is.
must "makedumpfile --reassemble" mdf --reassemble "$T/part1" "$T/part2" "$T/part3" "$T/joined"
is "$(eraseinfo_of "$T/joined" | sort | sha256sum)" "$(sort "$T/btf.info" | sha256sum)" "makedumpfile joins what our parts have"
rm -f "$T"/*.elf "$T"/elf "$T"/part? "$T"/joined "$T"/again

# --- variables that only DWARF tells
cat >"$T/dwarf.conf" <<'END'
erase log_buf_len
erase panic_on_oops
erase init_nsproxy.uts_ns.name.domainname size 2
for d in chrdevs
  erase d.name
  erase d nullify
endfor
for s in super_blocks.next within super_block:s_list
  erase s.s_id
  erase s.s_type.name
  erase s.s_root.d_iname
endfor
for c in console_drivers via next
  erase c.name
endfor
for r in iomem_resource.child via sibling
  erase r.name
endfor
END
judged dwarf 1 -x "$kernel"

# --- per-CPU variables, which makedumpfile cannot erase: crash shows them, and says that something was erased
printf '%s\n' "erase crngs.key" "erase base_crng.key" >"$T/cpu.conf"
cat_ level-31/dump -o "erase=$T/cpu.conf,compress=zlib" -x "$kernel" "$dump" >"$T/cpu.our"
crash_run "$T/crash" "$kernel" "$T/cpu.our" "p crngs:a" "p base_crng"
is "$(grep -o 'key = .*' "$T/crash" | sort | uniq -c | tr -s ' ')" " 3 key = \"$(printf '%032d' 0 | tr 0 X)\"," \
	"per-CPU: the keys of both CPUs, and the one they come from"
like "$(cat "$T/crash.all")" "Kernel data has been erased from this dumpfile" "... crash knows that from eraseinfo"
printf '%s\n' "erase crngs.key" >"$T/cpu.conf"
is "$(cat_ eraseinfo -o "erase=$T/cpu.conf" "$dump")" $'erase crngs.key size 32\nerase crngs.key size 32' "... BTF knows their types"

# --- other kernels, without vmlinux: what the rules name is gone from the log and the list of tasks
printf '%s\n' "erase init_uts_ns.name.nodename" "erase log_buf size log_buf_len" \
	"for t in init_task.tasks.next within task_struct:tasks" "erase t.comm" "endfor" >"$T/other.conf"
for name in v510-512 v612-512; do
	cat_ eraseinfo -o "erase=$T/other.conf" "${set[$name]}/vmcore" >"$T/got"
	is "$?$(cat "$T/err")" 0 "$name: no complaints"
	is "$(sort "$T/got" | uniq -c | awk '$1 > 20 { $1 = ""; print }')" " erase t.comm size 16" "... all tasks"
	is "$(cat_ dmesg -o "erase=$T/other.conf" "${set[$name]}/vmcore" | sed 's/^\[[^]]*\] //' | tr -d 'X\n')" "" "... no log"
done

# --- a string, wherever it is: what grep finds in the raw image is what is found and erased, on each kernel
for name in v61-512 v510-512 v612-512; do
	dump=${set[$name]}/vmcore
	word=$(cat_ info "$dump" | sed -n 's/^release: //p')
	[[ -n $word ]] || { fail "$name: a release"; continue; }
	echo "$word" >"$T/words"
	echo "erase string $word" >"$T/string.conf"
	n=$(cat_ raw "$dump" | grep -aoF -- "$word" | wc -l)
	"$VMCOREFS" --residue "$T/words" "$dump" >"$T/got" 2>"$T/err"
	is $? 1 "$name: its release is found"
	is "$(sed -n 's/^line 1: pages* [^:]*: \([0-9]*\) cop.*/\1/p' "$T/got" | awk '{ n += $1 } END { print n + 0 }')" "$n" "... $n times, as by grep"
	like "$(cat "$T/got")" "kernel data \(init_uts_ns" "... in init_uts_ns"
	is "$(cat_ raw -o "erase=$T/string.conf" "$dump" | grep -acF -- "$word")" 0 "... and erased, all of them"
	is "$(cat_ info -o "erase=$T/string.conf" "$dump" | sed -n 's/^erased-strings: //p')" "$n copies" "... as info counts"
done

done_testing
