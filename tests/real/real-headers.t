#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# All header fields of what we write are those of what makedumpfile writes, for all kernels: of kdump-compressed files
# (struct disk_dump_header, struct kdump_sub_header, notes), their flattened form and split parts, of ELF cores (file
# header, PT_NOTE, notes). PT_LOADs are compared by real-elf.t.
. tests/real/lib.sh

kexec=(v510-512 v61-512 v612-512 v7-512 v61-la57 v61-nokaslr)
qemu=(q61-512)
sets "${kexec[@]}" "${qemu[@]}" mdf-new

cat_() { "$VMCOREFS" --cat "$@" 2>"$T/err"; }
ours() { cat_ "$@" >"$T/ours" || diag "$* gave $?: $(cat "$T/err")"; }
fields() { tests/tools/dump_headers.py "$1" >"$2" 2>&1 || diag "$(cat "$2")"; }

# compare NAME [FIELDS]: $T/ours and $T/theirs, but for lines that match the expression FIELDS
compare() {
	local but=${2:-^$} file
	for file in ours theirs; do
		fields "$T/$file" "$T/$file.all"
		grep -vE "$but" "$T/$file.all" >"$T/$file.fields"
	done
	same "$T/ours.fields" "$T/theirs.fields" "$1" || diag "$(diff "$T/ours.fields" "$T/theirs.fields")"
}
theirs() {
	rm -f "$T/theirs"
	must "makedumpfile $*" mdf_new "$@" "$T/theirs"
}

for name in "${kexec[@]}"; do
	dump=${set[$name]}/vmcore
	for level in 1 31; do
		theirs -c -d $level "$dump"
		ours level-$level/dump "$dump"
		compare "$name: level-$level/dump"
	done
	like "$(cat "$T/ours.fields")" "utsname.nodename: '[^']+'" "$name: ... with the host's name"
	like "$(cat "$T/ours.fields")" "utsname.version: '#1 SMP [^']+'" "$name: ... and the version"
	ours level-31/flattened "$dump"
	is "$(head -c 16 "$T/ours" | tr -d '\0')" "makedumpfile" "$name: level-31/flattened begins so"
	mv "$T/ours" "$T/flat"
	must "makedumpfile -R" sh -c 'makedumpfile -R "$2" <"$1"' - "$T/flat" "$T/ours"
	compare "$name: level-31/flattened"
	ours kdump-compressed "$dump"
	theirs -c -d 0 "$dump"
	compare "$name: kdump-compressed"
	# The difference that is meant: where the parts meet. makedumpfile cuts at multiples of --splitblock-size.
	rm -f "$T"/t.[123]
	must "makedumpfile --split" mdf_new -c -d 31 --split "$dump" "$T/t.1" "$T/t.2" "$T/t.3"
	for i in 1 2 3; do
		ours level-31/split-3/$i "$dump"
		mv "$T/t.$i" "$T/theirs"
		compare "$name: level-31/split-3/$i" '^(start|end)_pfn(_64)?: '
	done
	theirs -E -d 31 "$dump"
	ours level-31/elf "$dump"
	compare "$name: level-31/elf"
done

# --- methods: the status

for method in none:-d lzo:-l zstd:-z; do
	theirs ${method#*:} $([[ $method == none:* ]] || echo -d) 31 "${set[v510-512]}/vmcore"
	ours "level-31/dump.${method%:*}" "${set[v510-512]}/vmcore"
	compare "v510-512: level-31/dump.${method%:*}"
done

# --- from a dump that was filtered before, in another form: its level stays

for name in v510-512 v61-512; do
	rm -f "$T/source"
	must "makedumpfile -l -d 1" mdf_new -l -d 1 "${set[$name]}/vmcore" "$T/source"
	theirs -c -d 16 "$T/source"
	ours level-16/dump.zlib "$T/source"
	compare "$name: level-16/dump.zlib of a dump of level 1"
done

# --- QEMU's, which has no CRASHTIME; makedumpfile needs its addresses, which the elf view has

for name in "${qemu[@]}"; do
	ours elf "${set[$name]}/elf"
	mv "$T/ours" "$T/source"
	theirs -c -d 31 "$T/source"
	ours level-31/dump "${set[$name]}/elf"
	compare "$name: level-31/dump"
	theirs -E -d 31 "$T/source"
	ours level-31/elf "${set[$name]}/elf"
	compare "$name: level-31/elf"
done

done_testing
