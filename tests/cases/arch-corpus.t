#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real kernel of each architecture and mode: tests/corpus/arch, a few pages of each dump. What is expected was written
# down by the guests (tests/corpus/README).
. tests/lib.sh
need_fuse

truth() { awk -v kind="$2" '$1 == kind { sub(/^[^ ]* /, ""); print }' "$1.truth"; }	# DUMP KIND
lines() { wc -l <"$1"; }
kept() {	# DUMP: pages in it
	"$VMCOREFS" --cat info "$1" 2>/dev/null | awk '/^pages-(stored|zero):/ { n += $2 } END { print n }'
}

check_info() {	# DUMP NAME
	local line
	"$VMCOREFS" --cat info "$1.kdump" >"$T/info" 2>"$T/err"
	is "$?: $(<"$T/err")" "0: " "$2: info"
	while read -r line; do
		ok "$2: $line" grep -qxF "$line" "$T/info"
	done < <(truth "$1" info)
	ok "$2: release" grep -qxF "release: $(truth "$1" release)" "$T/info"
}

check_log() {
	"$VMCOREFS" --cat dmesg "$1.kdump" >"$T/dmesg" 2>"$T/err"
	tail -n "$(lines "$1.panic")" "$T/dmesg" | sed -E 's/^(\[ *[0-9]+\.[0-9]{6}\]| {14}) //' >"$T/tail"
	same "$T/tail" "$1.panic" "$2: dmesg ends with what the console had" ||
		diag "$(cat "$T/err"; diff "$T/tail" "$1.panic")"
	head -n 100 "$T/dmesg" | grep -q "^\[ *[0-9.]*\] .*Linux version $(truth "$1" release) "
	result $? "$2: dmesg begins at the beginning" || diag "$(head -n 3 "$T/dmesg")"
}

check_addresses() {
	local vaddr paddr banner wrong=() right=0 kind good bad
	truth "$1" page | awk '{ print $4, $1, $2, $3 }' >"$T/pages"
	python3 tests/tools/page_truth.py "$T/mnt-$2" kcore <"$T/pages" >"$T/found" 2>"$T/err"
	while read -r kind good bad; do
		is "$bad" 0 "$2: $kind: $good places, none wrong" || diag "$(cat "$T/err")"
		((right += good))
	done <"$T/found"
	is "$right" "$(lines "$T/pages")" "$2: all contents are where the guest had them" || diag "$(cat "$T/err")"

	right=0
	while read -r vaddr paddr; do
		if [[ "$(tail -n 1 "$T/mnt-$2/vtop/$vaddr" 2>&1)" == "paddr $(printf '0x%016x' "$paddr")" ]]; then
			((right += 1))
		else
			wrong+=("$vaddr")
		fi
	done < <(truth "$1" linear)
	is "${wrong[*]-}" "" "$2: $right addresses of the linear map"
	((right >= 5))
	result $? "$2: there are some"

	banner=$(truth "$1" banner)
	is "$(head -c 80 "$T/mnt-$2/virt/$banner+80" | cut -d ' ' -f 1-3)" "Linux version $(truth "$1" release)" \
		"$2: linux_banner"
}

# can_read MOUNT PFN: it is in the dump
can_read() { head -c 1 "$1/pfn/$2" >/dev/null 2>&1; }

# level_leaves_out DUMP NAME LEVEL KIND...: the pages of these kinds, and no others
level_leaves_out() {
	local dump=$1 name=$2 level=$3 kind pfn out=0 found=() mnt=$T/level-$2-$3
	shift 3
	"$VMCOREFS" --cat "level-$level/dump" "$dump.kdump" >"$T/level" 2>"$T/err"
	is "$?: $(grep -v 'page structs' "$T/err")" "0: " "$name: level $level"
	mount_dump "$T/level" "$mnt" -o excluded=error || { fail "$name: level $level can be mounted"; return; }
	for kind; do
		while read -r pfn; do
			((out += 1))
			can_read "$mnt" "$pfn" && found+=("$kind $pfn")
		done < <(truth "$dump" "$kind")
	done
	((out > 0))
	result $? "$name: there are pages to leave out: $*"
	is "${found[*]-}" "" "$name: level $level has none of $out pages: $*"
	is "$(kept "$T/level")" "$(($(kept "$dump.kdump") - out))" "$name: level $level has all others"
	ok "$name: level $level: unmount" unmount "$mnt"
}

check_levels() {
	local pfn missing=()
	if grep -q '^missing: levels other than 0 and 1:' "$T/info"; then
		not_ok "$2: level 16 is refused, as info says" "$VMCOREFS" --cat level-16/dump "$1.kdump"
		not_ok "$2: level 31 is refused, as info says" "$VMCOREFS" --cat level-31/dump "$1.kdump"
		return
	fi
	while read -r pfn; do
		can_read "$T/mnt-$2" "$pfn" || missing+=("$pfn")
	done < <(truth "$1" user; truth "$1" free)
	is "${missing[*]-}" "" "$2: pages of users and free ones are in the dump"
	level_leaves_out "$1" "$2" 8 user
	level_leaves_out "$1" "$2" 16 free
	level_leaves_out "$1" "$2" 30 user free
	ok "$2: level 31" "$VMCOREFS" --cat level-31/dump "$1.kdump"
}

number=0
for file in tests/corpus/arch/*.kdump; do
	dump=${file%.kdump} name=${file##*/}
	name=${name%.kdump}
	((number += 1))
	check_info "$dump" "$name"
	check_log "$dump" "$name"
	mount_dump "$file" "$T/mnt-$name" -o excluded=error || { fail "$name: mount"; continue; }
	check_addresses "$dump" "$name"
	check_levels "$dump" "$name"
	ok "$name: unmount" unmount "$T/mnt-$name"
done
is "$number" 11 "all architectures"
done_testing
