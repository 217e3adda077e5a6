#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 900
# types/ of mounted dumps, from their own memory: every struct and union has the members that pahole finds in the vmlinux, at
# the same offsets, and definitions with all that they need compile to the sizes and offsets that the vmlinux tells.
. tests/real/lib.sh
need_fuse

names=(v510-512 v61-512 v612-512 v7-512 a64-512)
declare -A compiler=([a64-512]=aarch64-linux-gnu-gcc)
sets "${names[@]}"
command -v pahole >/dev/null || skip_all "pahole is not installed"
TYPES=$BUILD/tests/tools/kernel_types
SAMPLE=80

for name in "${names[@]}"; do
	dump=${set[$name]}/vmcore vmlinux=${set[$name]}/vmlinux mnt=$T/mnt-$name
	[[ -e $dump ]] || dump=${set[$name]}/elf
	mount_dump "$dump" "$mnt" || fail "$name: mounted"
	pahole -F btf "$vmlinux" >"$T/pahole" 2>"$T/pahole.err"
	# names of one type only: of several the view has the first
	python3 - "$mnt/types" "$T" "$SAMPLE" <<-'END' >"$T/counts"
	import collections, random, re, sys
	types, T, sample = sys.argv[1:]
	text = open(T + "/pahole", errors="surrogateescape").read()
	found = re.findall(r"^((struct|union) (\w+) \{\n.*?^\}[^\n]*;)", text, flags=re.S | re.M)
	often = collections.Counter(name for _, _, name in found)
	unique = [(body, kind, name) for body, kind, name in found if often[name] == 1]
	missing = 0
	with open(T + "/ours", "w", errors="surrogateescape") as ours, open(T + "/theirs", "w", errors="surrogateescape") as theirs:
	    for body, kind, name in unique:
	        theirs.write(body + "\n\n")
	        try:
	            with open("%s/%s %s" % (types, kind, name), errors="surrogateescape") as f:
	                ours.write("== %s %s\n%s" % (kind, name, f.read()))
	        except OSError:
	            missing += 1
	random.seed(13)
	chosen = random.sample([name for _, kind, name in unique if kind == "struct"], int(sample) - 4)
	chosen += ["task_struct", "mm_struct", "net_device", "inode"]
	open(T + "/chosen", "w").write("\n".join(chosen) + "\n")
	print(len(unique), missing)
	END
	read -r total missing <"$T/counts"
	ok "$name: $total structs and unions" test "$total" -gt 6000
	is "$missing" 0 "... are all in types/"
	tests/tools/compare_pahole.py "$T/ours" "$T/theirs" >"$T/compared"
	result $? "$name: with pahole's members and offsets: $(head -n 1 "$T/compared")"
	cut -c 1-160 "$T/compared" | head -n 5 | while read -r line; do diag "$line"; done

	sed 's/^/asserts /' "$T/chosen" | "$TYPES" -t "$vmlinux" tests/corpus/tiny61.kdump 2>/dev/null >"$T/asserts"
	bad='' offsets=0
	while read -r type; do
		cp "$mnt/types/struct $type.h" "$T/one.c" || bad+=" $type"
		grep "struct $type[,)]" "$T/asserts" >>"$T/one.c"
		((offsets += $(grep -c '^_Static_assert' "$T/one.c")))
		${compiler[$name]:-gcc} -std=gnu11 -w -fsyntax-only "$T/one.c" 2>"$T/one.err" || bad+=" $type"
	done <"$T/chosen"
	is "$bad" "" "$name: $SAMPLE definitions compile to $offsets sizes and offsets"
	ok "... which are many" test "$offsets" -gt 800
	unmount "$mnt"
done
done_testing
