#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Names that are looked up and not listed: numbers at the borders, spellings, nonsense. In the mount and with --cat.
. tests/lib.sh
need_fuse

dump=$T/dump mnt=$T/mnt
small_dump "$dump" "exclude 0x30-0x3f"	# the last page is 0x3ff
mount_dump "$dump" "$mnt" || skip_all "no mount"

# there NAME SIZE, missing NAME ERROR
there() { is "$(stat -c %s "$mnt/$1" 2>&1)" "$2" "$1"; }
missing() {
	local got
	got=$(stat "$mnt/$1" 2>&1)
	[[ $got == *": $2" ]]
	result $? "$(printf '%.60s' "$1"): $2" || diag "$got"
}
none="No such file or directory" invalid="Invalid argument"

there pfn/0 4096
there pfn/0x0 4096
there pfn/1023 4096
there pfn/0x3ff 4096
there pfn/0X3FF 4096
there pfn/README "$(stat -c %s "$mnt/pfn/README")"
missing pfn/1024 "$none"
missing pfn/0x400 "$none"
missing pfn/0xffffffffffffffff "$none"
missing pfn/18446744073709551615 "$none"
missing pfn/18446744073709551616 "$none"
missing pfn/99999999999999999999999999 "$none"
for name in -1 +1 -0x10 " 16" "16 " 1e3 1.5 0x 0xg x 16k 1,2 '' ٣ $'1\n'; do
	[[ -n $name ]] && missing "pfn/$name" "$invalid"
done
missing "pfn/$(printf '%0300d' 1)" "File name too long"
missing "pfn/$(printf '%0256d' 1)" "File name too long"
there "pfn/$(printf '%0255d' 16)" 4096
missing "$(printf '%0300d' 1)" "File name too long"
missing "$(printf '%0255d' 1)" "$none"
is "$(stat -c %i "$mnt/pfn/16")" "$(stat -c %i "$mnt/pfn/0x10")" "decimal and hexadecimal: the same inode"
is "$(tr -d '\0' <"$mnt/pfn/16")" "hello world" "... with the page in it"
is "$(tr -d '\0' <"$mnt/pfn/0x10")" "hello world" "... both ways"
missing pfn/16/x "Not a directory"

is "$(cat "$mnt/pfn/0x30" 2>&1 >/dev/null | sed 's/.*: //')" "No data available" "an excluded page: no data available"
there pfn/0x30 4096
cmp <(head -c 4096 /dev/zero) "$mnt/pfn/0x21"
result $? "a page of zeroes can be read"

there phys/0 4096
there phys/0x10000 4096
there phys/65536 4096
there phys/0x10001 4095
there phys/0x10fff 1
there phys/0x10000+1 1
there phys/0x10000+8192 8192
there phys/0x10000+0x2000 8192
is "$(cat "$mnt/phys/0x10006+5")" world "phys/ADDR+LEN: the bytes"
cmp <("$VMCOREFS" --cat raw "$dump" | tail -c +$((0x10123 + 1)) | head -c 30000) "$mnt/phys/0x10123+30000"
result $? "phys/ across pages that are stored and pages that are not" || true
missing phys/0x400000 "$none"
missing phys/0x400000+1 "$none"
missing phys/0xffffffffffffffff+1 "$none"
missing phys/0x10000+0xffffffffffffffff "$none"
for name in 0x10000+ 0x10000+0 +16 0x10000+-1 0x10000-1 0x10000+1+ "0x10000 + 1"; do
	missing "phys/$name" "$invalid"
done
# each spelling is a name of its own, and many of them do no harm
for i in $(seq 300); do stat "$mnt/phys/$i+$i" || break; done >/dev/null
result $? "300 ranges"

there level-1/. 0
there level-0/. 0
for name in level-32 level-01 level--1 level- level-1x level-4294967297 level-0x1 level-1+ level-32+vmemmap level-01+vmemmap level-1+vmemma level-1+vmemmapx +vmemmap level-1+VMEMMAP level-1+vmemmap "level-1 " LEVEL-1; do
	missing "$name" "$none"
done
missing level-1/nothing "$none"
missing README/x "Not a directory"
missing Readme "$none"
missing .hidden "$none"

# the same with --cat
for name in 'pfn/1024' 'pfn/-1' 'phys/0x400000' 'level-32/dump'; do
	is "$("$VMCOREFS" --cat "$name" "$dump" 2>&1 >/dev/null)" \
		"vmcorefs: $name: $(stat "$mnt/$name" 2>&1 | sed 's/.*: //')" "--cat $name says the same"
done
is "$("$VMCOREFS" --cat phys/0x10006+5 "$dump")" world "--cat phys/ADDR+LEN"

ok "unmounts with status 0" unmount "$mnt"
done_testing
