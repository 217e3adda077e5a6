#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# level-N/dump of other kernels than 6.1, of 5-level page tables and of a kernel at its linked address, against
# makedumpfile -d N.
. tests/real/lib.sh

names=(v510-512 v612-512 v7-512 v61-la57 v61-nokaslr)
sets "${names[@]}" mdf-new
tool kdumpcmp -lz

# 7.1 renamed a member of struct page and changed what it means; makedumpfile 1.7.8 does not know that, but what it
# needs it also reads under the old name. Then it judges a copy of the vmcore with the old name in its VMCOREINFO.
with_old_name() {
	python3 - "$1" "$2" <<-'END'
	import shutil, sys
	old, new = b"OFFSET(page.compound_head)=", b"OFFSET(page.compound_info)="
	shutil.copyfile(sys.argv[1], sys.argv[2])
	with open(sys.argv[2], "r+b") as f:
	    at = f.read(1 << 20).find(new)
	    if at < 0:
	        sys.exit("no page.compound_info in the notes")
	    f.seek(at)
	    f.write(old)
	END
}
V7=${set[v7-512]}/vmcore
if [[ $("$VMCOREFS" --cat vmcoreinfo "$V7") == *page.compound_info* ]] &&
	! grep -qaF page.compound_info "${set[mdf-new]}"/root/usr/bin/makedumpfile; then
	diag "v7-512: a copy for a makedumpfile that does not know page.compound_info"
	must "a copy of v7-512" with_old_name "$V7" "$T/v7"
	V7=$T/v7
fi

for name in "${names[@]}"; do
	dump=${set[$name]}/vmcore judged=$dump
	[[ $name != v7-512 ]] || judged=$V7
	for n in 0 1 2 4 8 16 31; do
		rm -f "$T/theirs"
		must "$name: makedumpfile -d $n" mdf_new -d $n "$judged" "$T/theirs"
		"$VMCOREFS" --cat "level-$n/dump" "$dump" >"$T/our" 2>"$T/err" || diag "$(cat "$T/err")"
		ok "$name: level $n: the same pages, the same bytes" "$T/kdumpcmp" -v "$T/theirs" "$T/our"
		diag "$(tail -n 1 "$T/.printed")"
	done
done

done_testing
