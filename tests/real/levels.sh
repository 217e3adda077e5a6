# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/real/real-levels*.t: level-N of a dump against makedumpfile -d N. The judges are tests/tools/kdumpcmp.c and
# elfcmp.c, which share no code with vmcorefs.
. tests/real/lib.sh
need_root
need_fuse
tool kdumpcmp -lz
tool elfcmp

# 7.1 renamed a member of struct page and changed what it means; makedumpfile 1.7.8 does not know that, but what it
# needs it also reads under the old name. with_old_name DUMP COPY: for such a makedumpfile, the old name in VMCOREINFO.
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

# judged_copy SET: prints the name of the vmcore that makedumpfile can judge: its own, or a copy
judged_copy() {
	local dump=${set[$1]}/vmcore
	if [[ $("$VMCOREFS" --cat vmcoreinfo "$dump") == *page.compound_info* ]] &&
		! grep -qaF page.compound_info "${set[mdf-new]}"/root/usr/bin/makedumpfile; then
		with_old_name "$dump" "$T/renamed" >&2 || return
		dump=$T/renamed
	fi
	echo "$dump"
}

# compare_level SET MOUNT JUDGED N: leaves makedumpfile's in $T/theirs (kdump-compressed, not compressed)
compare_level() {
	local name=$1 mnt=$2 judged=$3 n=$4 view
	rm -f "$T/theirs" "$T/theirs.elf"
	must "$name: makedumpfile -d $n" mdf_new -d "$n" "$judged" "$T/theirs"
	must "$name: makedumpfile -E -d $n" mdf_new -E -d "$n" "$judged" "$T/theirs.elf"
	# compressed as it comes for two levels; what the others select is seen as well in pages that are not
	case $n in
	0 | 31) view=dump ;;
	*)	view=dump.none ;;
	esac
	ok "$name: level-$n/$view: the same pages, the same bytes" "$T/kdumpcmp" -v "$T/theirs" "$mnt/level-$n/$view"
	diag "$(tail -n 1 "$T/.printed")"
	# makedumpfile writes a copy's own notes, and that the note is another one is why there is a copy
	if [[ $judged == */renamed ]]; then
		python3 - "$T/theirs.elf" <<-'END'
		import sys
		old, new = b"OFFSET(page.compound_head)=", b"OFFSET(page.compound_info)="
		with open(sys.argv[1], "r+b") as f:
		    f.seek(f.read(1 << 20).index(old))
		    f.write(new)
		END
	fi
	ok "$name: level-$n/elf: the same segments, the same bytes" \
		"$T/elfcmp" -v "$T/theirs.elf" "$mnt/level-$n/elf" "$T/theirs"
	diag "$(tail -n 1 "$T/.printed")"
}

# compare_levels SET N...: level-N/dump and level-N/elf
compare_levels() {
	local name=$1 judged n
	shift
	judged=$(judged_copy "$name") || { fail "$name: a copy for makedumpfile"; return; }
	[[ $judged != */renamed ]] || diag "$name: a copy for a makedumpfile that does not know page.compound_info"
	mount_dump "${set[$name]}/vmcore" "$T/$name" || { fail "mount of $name"; return; }
	for n; do compare_level "$name" "$T/$name" "$judged" "$n"; done
	# the judges see what is to be seen: $T/theirs is the last level's
	not_ok "$name: kdumpcmp sees that level $n is not level 2" "$T/kdumpcmp" "$T/theirs" "$T/$name/level-2/dump.none"
	not_ok "$name: elfcmp, too" "$T/elfcmp" "$T/theirs.elf" "$T/$name/level-2/elf" "$T/theirs"
	ok "$name: unmount" unmount "$T/$name"
	rm -f "$T/theirs" "$T/theirs.elf" "$T/renamed"
}
