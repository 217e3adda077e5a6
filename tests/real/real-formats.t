#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# The same memory of a real machine in every format that tests/mkformat writes: the same raw bytes, the same log, and the
# same pages on level 31 as from the ELF dump it comes from.
. tests/real/lib.sh
need_root
need_fuse

sets q61-512 s390x
tool kdumpfile_pages -lkdumpfile -lz
declare -A core=([x86_64]=${set[q61-512]}/elf [s390x]=${set[s390x]}/elf)

# facts_of MOUNT: a line each
facts_of() {
	echo "raw: $(tests/tools/sparse_sum.py "$1/raw" 2>&1)"
	echo "dmesg: $(wc -l <"$1/dmesg") lines, $(sha256sum <"$1/dmesg")"
	cat "$1/level-31/dump.none" >"$T/level-31"
	echo "level-31: $(pages "$T/level-31")"
}

declare -A expected=()
for machine in x86_64 s390x; do
	mount_dump "${core[$machine]}" "$T/mnt" || { fail "mount of ${core[$machine]}"; done_testing; }
	expected[$machine]=$(facts_of "$T/mnt")
	unmount "$T/mnt"
	like "${expected[$machine]}" "raw: [1-9][0-9]{3,} pages.*dmesg: [1-9][0-9]{2,} lines.*level-31: [1-9][0-9]{3,} pages" \
		"$machine: the ELF dump has memory, a log and pages on level 31"
done

# check FORMAT MACHINE ALONE OPTIONS
check() {
	local format=$1 machine=$2 alone=$3 options=$4 files
	rm -rf "$T/made"
	mkdir "$T/made"
	python3 tests/mkformat "$format" "${core[$machine]}" "$T/made/dump" 2>"$T/err" || {
		fail "$format: mkformat"
		diag "$(tail -n 3 "$T/err")"
		return
	}
	files=("$T"/made/*)
	[[ $alone == 0 ]] || files=("$T/made/dump")
	[[ $options != - ]] || options=
	if [[ $options == '?' ]]; then
		options=$(python3 tests/mkformat --options "$format" "${core[$machine]}" "$T/made/dump")
		files=()
	fi
	options=${options//OUT/$T/made/dump}
	# shellcheck disable=SC2086 # several words
	if ! mount_dump "${files[0]-}" "$T/mnt" $options "${files[@]:1}"; then
		fail "$format: mount"
		return
	fi
	is "$(facts_of "$T/mnt")" "${expected[$machine]}" "$format: raw, dmesg and level-31 of $machine as in ELF"
	unmount "$T/mnt"
	is $? 0 "$format: unmounts"
}

n=0
while IFS=$'\t' read -r format machines alone options _; do
	n=$((n + 1))
	[[ $machines == s390x ]] && machine=s390x || machine=x86_64
	check "$format" "$machine" "$alone" "$options"
done < <(python3 tests/mkformat --list)
ok "tests/mkformat has formats" test $n -gt 0
done_testing
