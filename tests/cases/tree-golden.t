#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ls -lR of a small dump: the user interface. A change here is a change for users: say so in NEWS.
. tests/lib.sh
need_fuse

dump=$T/dump mnt=$T/mnt
small_dump "$dump"
mount_dump "$dump" "$mnt" || skip_all "no mount"

# Texts may change their length, bounds of sizes too; owners are who runs this.
ls -lR --time-style=+%s "$mnt" | sed "s,^$mnt,," >"$T/listing"
is $? 0 "ls -lR succeeds"
awk '/^\// { folder = $0 }
/^[-d]/ {
	size = $7 ~ /^(README|info|vmcoreinfo|.*\.cmd)$/ ? "text" : $7 ~ /^(kdump-compressed|flattened)$/ || folder == "/level-1:" ? "bound" : $5
	printf "%s %s %s %s %s\n", $1, $2, size, $6, $7; next
}
!/^total/' "$T/listing" >"$T/got"
cat >"$T/expected" <<'END'
:
-r-------- 1 text 1700000000 README
-r-------- 1 text 1700000000 crash.cmd
-r-------- 1 text 1700000000 drgn.cmd
-r-------- 1 1216512 1700000000 elf
-r-------- 1 bound 1700000000 flattened
-r-------- 1 text 1700000000 gdb.cmd
-r-------- 1 text 1700000000 info
-r-------- 1 bound 1700000000 kdump-compressed
dr-x------ 2 0 1700000000 level-1
-r-------- 1 1212576 1700000000 lime
dr-x------ 2 0 1700000000 notes
dr-x------ 2 0 1700000000 pfn
dr-x------ 2 0 1700000000 phys
-r-------- 1 0 1700000000 progress
-r-------- 1 4194304 1700000000 raw
-r-------- 1 text 1700000000 vmcoreinfo
dr-x------ 2 0 1700000000 vtop

/level-1:
-r-------- 1 bound 1700000000 dump
-r-------- 1 bound 1700000000 elf
-r-------- 1 bound 1700000000 raw
-r-------- 1 bound 1700000000 report

/notes:
-r-------- 1 56 1700000000 00-VMCOREINFO-0

/pfn:
-r-------- 1 text 1700000000 README

/phys:
-r-------- 1 text 1700000000 README

/vtop:
-r-------- 1 text 1700000000 README
END
diff "$T/expected" "$T/got" >"$T/diff"
result $? "it is the listing of this file" || diag "$(cat "$T/diff")"

is "$(ls -U "$mnt" | head -n 1)" README "README comes first"
is "$(cd "$mnt" && find . -type f | sort)" "$(cd "$mnt" && find . -ls | awk '$3 ~ /^-/ { print $NF }' | sort)" \
	"find needs no stat to tell files from folders"
is "$(ls "$mnt")" "$("$VMCOREFS" --list "$dump" | tr -d / | sort)" "--list shows the same names"
for folder in level-1 notes pfn phys vtop; do
	is "$(ls "$mnt/$folder")" "$("$VMCOREFS" --list $folder "$dump" | sort)" "--list $folder too"
done
# telldir and seekdir, as programs do that read a listing in pieces
is "$(perl -e 'opendir D, $ARGV[0]; readdir D for 1 .. 4; $at = telldir D; @a = readdir D; seekdir D, $at; @b = readdir D;
	print "@a" eq "@b" && @a > 3 ? "same" : "@a / @b"' "$mnt")" same "a listing continues where it stopped"

ok "unmounts with status 0" unmount "$mnt"
done_testing
