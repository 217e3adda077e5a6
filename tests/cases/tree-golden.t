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
expected=tests/golden-listing
[[ ${GOLDEN:-} != write ]] || cp "$T/got" "$expected"	# make docs
diff "$expected" "$T/got" >"$T/diff"
result $? "it is that of $expected (make docs writes it)" || diag "$(cat "$T/diff")"

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
