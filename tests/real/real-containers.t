#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 600
# A real dump in each container: the same memory and the same log.
. tests/real/lib.sh

for tool in bgzip pzstd lz4 lbzip2; do
	have $tool || missing="${missing:-} $tool"
done
is "${missing:-}" "" "the tools are installed"
sets q61-512
dump=${set[q61-512]}/elf
raw=$("$VMCOREFS" --cat raw "$dump" | md5sum)
log=$("$VMCOREFS" --cat dmesg "$dump" | md5sum)

check() {	# NAME CONTAINER COMMAND...: the dump is its standard input
	local name=$1 container=$2
	shift 2
	"$@" <"$dump" >"$T/packed" 2>"$T/err" || { fail "$name"; diag "$(cat "$T/err")"; return; }
	is "$("$VMCOREFS" --cat info "$T/packed" 2>/dev/null | sed -n 's/^format: //p')" "elf, $container" "$name: info"
	is "$("$VMCOREFS" --cat dmesg "$T/packed" 2>/dev/null | md5sum)" "$log" "$name: dmesg"
	is "$("$VMCOREFS" --cat raw "$T/packed" 2>/dev/null | md5sum)" "$raw" "$name: raw"
	rm -f "$T/packed"
}
check gzip gzip gzip -1
check bgzip gzip bgzip -l 1 -@ 2
check xz xz xz -0 -T0 --block-size=4MiB
check zstd zstd pzstd -q -1 -c
check lz4 lz4 lz4 -q -c
check bzip2 bzip2 lbzip2 -1 -c

zstd -q -1 -c "$dump" >"$T/packed"
like "$("$VMCOREFS" -o unpack=never --cat dmesg "$T/packed" 2>&1)" "zstd: it has a frame of 512 MiB: it cannot be read in the middle" "one frame: is refused"
is "$("$VMCOREFS" --cat dmesg "$T/packed" 2>/dev/null | md5sum)" "$log" "unpacked by itself: dmesg"
is "$("$VMCOREFS" -o unpack --cat dmesg "$T/packed" 2>/dev/null | md5sum)" "$log" "-o unpack: dmesg"
is "$("$VMCOREFS" -o unpack --cat raw "$T/packed" 2>/dev/null | md5sum)" "$raw" "-o unpack: raw"
done_testing
