# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/real/real-arch-*.t, behind lib.sh: a dump of another architecture against what is known of its guest.

# modules_of SET: the folder of its kernel's modules
modules_of() {
	local folder
	for folder in "${set[$1]%/dumps/*}"/kernels/*/modules/lib/modules/"$(<"${set[$1]}/release")"; do
		[[ -d $folder ]] && echo "$folder" && return
	done
	return 1
}

# A record of several lines: the console has the time in front of each, dmesg in front of the first.
without_time() { sed -E 's/^(\[ *[0-9]+\.[0-9]{6}\]| {14}) //'; }

# log_is_complete SET DUMP: dmesg ends with all that the console has from the panic on. What the guest's init wrote just
# before may not have come out.
log_is_complete() {
	"$VMCOREFS" --cat dmesg "${set[$1]}/$2" >"$T/dmesg" 2>"$T/err" || diag "$(cat "$T/err")"
	tr -d '\r' <"${set[$1]}/console.log" |
		awk '/^rig: panic now|sysrq: Trigger a crash/ { p = 1; next } /Kernel panic - not syncing:/ { p = 1 } p' |
		grep '^\[ *[0-9]*\.[0-9]*\] ' | without_time >"$T/panic"
	grep -q 'Kernel panic' "$T/panic"
	result $? "$1 $2: the console has the panic"
	tail -n "$(lines "$T/panic")" "$T/dmesg" | without_time >"$T/tail"
	same "$T/tail" "$T/panic" "$1 $2: dmesg ends with the panic lines of the console" || diag "$(diff "$T/tail" "$T/panic")"
	head -n 100 "$T/dmesg" | grep -q '^\[ *[0-9.]*\] .*Linux version'
	result $? "$1 $2: dmesg begins at the beginning" || diag "$(head -n 3 "$T/dmesg")"
}

# translates SET DUMP [--linear VADDR:PADDR:LEN]...: 200 addresses of each kind are where they should be, none elsewhere
translates() {
	local name=$1 dump=$2 kind right wrong total=0
	shift 2
	mount_dump "${set[$name]}/$dump" "$T/$name-$dump" || { fail "mount of $name $dump"; return; }
	python3 tests/tools/arch_truth.py "$@" 200 "$T/$name-$dump" "${set[$name]}/vmlinux" \
		"${set[$name]}/truth/kallsyms.gz" "$(modules_of "$name")" >"$T/found" 2>"$T/err"
	result $? "$name $dump: addresses are compared" || diag "$(tail -n 20 "$T/err")"
	while read -r kind right wrong; do
		is "$wrong" 0 "$name $dump: $kind: $right right, none wrong" || diag "$(cat "$T/err")"
		((total += right))
	done <"$T/found"
	((total >= 500))
	result $? "$name $dump: at least 500 addresses" || diag "$total"
	ok "$name $dump: unmount" unmount "$T/$name-$dump"
}

# info_has SET DUMP LINE...: "LINE|LINE": one of them
info_has() {
	local name=$1 dump=$2 line
	shift 2
	"$VMCOREFS" --cat info "${set[$name]}/$dump" >"$T/info" 2>"$T/err" || diag "$(cat "$T/err")"
	for line; do
		ok "$name $dump: $line" grep -qxF "${line//|/$'\n'}" "$T/info"
	done
}

# pages_agree SET DUMP FORM FILE LEAST: what page_truth.py makes of the lines of a file, and at least so many are right
pages_agree() {
	local name=$1 dump=$2 kind right wrong total=0
	mount_dump "${set[$name]}/$dump" "$T/mnt-$name-$dump" || { fail "mount of $name $dump"; return; }
	python3 tests/tools/page_truth.py "$T/mnt-$name-$dump" "$3" <"$4" >"$T/found" 2>"$T/err"
	result $? "$name $dump: pages are compared" || diag "$(tail -n 20 "$T/err")"
	while read -r kind right wrong; do
		is "$wrong" 0 "$name $dump: $kind: $right right, none wrong" || diag "$(cat "$T/err")"
		((total += right))
	done <"$T/found"
	((total >= $5))
	result $? "$name $dump: at least $5 pages" || diag "$total"
	ok "$name $dump: unmount" unmount "$T/mnt-$name-$dump"
}

# kernel_pages SET DUMP: the pages of kernel memory that the guest read just before
kernel_pages() { pages_agree "$1" "$2" kcore "${set[$1]}/truth/kcore" 500; }

# free_pages SET DUMP: as many as the kernel itself counts, within one percent. Pages in the lists of CPUs are not in its
# count, and since 6.7 it gives them back whenever it finds the time: so many there may be more.
free_pages() {
	local got want listed
	got=$("$VMCOREFS" --cat report "${set[$1]}/$2" 2>"$T/err" | awk '$1 == "free" { print $2 }')
	want=$(awk '$1 == "nr_free_pages" { n += $2 } END { print n }' "${set[$1]}/truth/zoneinfo")
	listed=$(awk '$1 == "count:" { n += $2 } END { print n + 0 }' "${set[$1]}/truth/zoneinfo")
	[[ -n $got && $got -ge $((want - want / 100)) && $got -le $((want + want / 100 + listed)) ]]
	result $? "$1 $2: $want pages are free" || diag "$got; $(cat "$T/err")"
}
