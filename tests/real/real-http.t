#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 900
# A dump of 3 GB on a web server: how much of it the views read, and how fast all of it comes.
. tests/real/lib.sh
rig_home=$HOME
. tests/http.sh
export HOME=$rig_home	# the cache of the rig

sets v61-3g
dump=${set[v61-3g]}/vmcore
size=$(stat -c %s "$dump")
start_nginx "${set[v61-3g]}"

reads_below() {	# MIB NAME COMMAND...: what it prints goes to $T/got
	local mib=$1 name=$2 bytes
	shift 2
	clear_log
	timeout 60 "$@" >"$T/got" 2>"$T/err"
	is "$?$(cat "$T/err")" 0 "$name: no complaints"
	bytes=$(served_bytes)
	[[ $bytes -gt 0 && $bytes -lt $((mib << 20)) ]]
	result $? "$name reads $bytes bytes in $(served_requests) requests of $size, less than $mib MiB"
}

for view in dmesg vmcoreinfo pfn/0x10000; do
	reads_below 32 $view "$VMCOREFS" --cat $view "$web/vmcore"
	"$VMCOREFS" --cat $view "$dump" | cmp - "$T/got"
	result $? "... the same as from the file"
done
reads_below 32 info "$VMCOREFS" --cat info "$web/vmcore"
is "$(grep -vE '^(file|sandbox):' "$T/got")" "$("$VMCOREFS" --cat info "$dump" | grep -vE '^(file|sandbox):')" "... the same as from the file"
reads_below 32 "the list of level-1" "$VMCOREFS" --list level-1 "$web/vmcore"
is "$(cat "$T/got")" "$("$VMCOREFS" --list level-1 "$dump")" "... the same as from the file"
# it compresses a sample of pages, each of which is a block
reads_below 600 "level-31/report" "$VMCOREFS" --cat level-31/report "$web/vmcore"
"$VMCOREFS" --cat level-31/report "$dump" | cmp - "$T/got"
result $? "... the same as from the file"

# --- all of it, mounted, beside curl, turn by turn
mnt=$T/mnt
curl_ms=0 cp_ms=0
for turn in 1 2 3; do
	mount_dump "$web/vmcore" "$mnt" || done_testing
	clear_log
	start=$(now_ms)
	cp --sparse=never "$mnt/elf" "$T/copy"
	took=$(($(now_ms) - start))
	[[ $cp_ms != 0 && $cp_ms -lt $took ]] || cp_ms=$took
	bytes=$(served_bytes)
	unmount "$mnt"
	if [[ $turn == 1 ]]; then
		[[ $bytes -lt $((size + size / 50)) ]]
		result $? "cp of elf reads the dump once: $bytes bytes of $size"
		cmp "$T/copy" <("$VMCOREFS" --cat elf "$dump")
		result $? "... and gets what the file has"
	fi
	rm "$T/copy"
	start=$(now_ms)
	curl -s -o "$T/copy" "$web/vmcore"
	took=$(($(now_ms) - start))
	[[ $curl_ms != 0 && $curl_ms -lt $took ]] || curl_ms=$took
	rm "$T/copy"
done
[[ $cp_ms -lt $((4 * curl_ms)) ]]
result $? "cp from the mount takes $cp_ms ms, curl $curl_ms ms (the best of three)"

stop_nginx
done_testing
