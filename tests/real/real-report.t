#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# report: its estimates against the files themselves, its nodes against what the guest's kernel said.
. tests/real/lib.sh

sets v61-3g v61-512 v510-512 v612-512 v7-512
V=${set[v61-3g]}/vmcore

# within PERCENT A B: they differ by at most this
within() { awk -v p="$1" -v a="$2" -v b="$3" 'BEGIN { d = a - b; exit !(a != "" && (d < 0 ? -d : d) * 100 <= p * b) }'; }
# column REPORT ROW NAME: of the table that has the column, in the row that begins with this
column() {
	awk -v row="$2" -v name="$3" '/share/ { c = -1; for (i = 1; i <= NF; i++) if ($i == name) c = NF - i }
		$1 == row && c >= 0 { print $(NF - c) }' "$1" | tail -n 1
}

"$VMCOREFS" --cat report "$V" >"$T/report"
"$VMCOREFS" --cat report -o threads=1 "$V" >"$T/report.1"
ok "the sample does not depend on the number of threads" cmp "$T/report" "$T/report.1"
for n in 0 1 31; do
	"$VMCOREFS" --cat level-$n/report "$V" >"$T/level"
	for file in elf none zlib lzo snappy zstd; do
		path=level-$n/dump.$file
		[[ $file != elf ]] || path=level-$n/elf
		# copies of elf and raw have holes
		rm -f "$T/file"
		"$VMCOREFS" --cat $path "$V" >"$T/file"
		real=$(du -B1 "$T/file" | cut -f 1)
		real=$(awk -v b="$real" 'BEGIN { printf "%.1f", b / 1048576 }')
		ours=$(column "$T/report" $n "~$file")
		ok "$path: $real MiB, the estimate within 10 %" within 10 "$ours" "$real"
		diag "$path: $real MiB, estimated $ours"
		ok "level-$n/report: the same within 1 %" within 1 "$(column "$T/level" kept "~$file")" "$ours"
	done
	[[ $n == 0 ]] || { zero=$(awk '$1 == "kept-zero" { print $2 }' "$T/level")
		ok "level $n: $zero pages of zeroes, the estimate within 10 %" within 10 "$(column "$T/report" $n '~zero')" "$zero"
		diag "level $n: $zero pages of zeroes, estimated $(column "$T/report" $n '~zero')"; }
done
like "$(tail -n 2 "$T/report")" "from [0-9]+ of 745[0-9]+ pages" "it says how many pages were sampled" ||
	diag "$(tail -n 2 "$T/report")"

# --- nodes and zones

# zoneinfo SET: name, present pages and free pages of the zones that have some, as the guest's kernel told before its end
zoneinfo() {
	proc_of "$1" zoneinfo | awk '$1 == "Node" { name = $4 } $1 == "present" { present = $2 }
		$1 == "nr_free_pages" && present { print name, present, $2 }'
}
for name in v61-3g v61-512 v510-512 v612-512 v7-512; do
	[[ $name == v61-3g ]] || "$VMCOREFS" --cat report "${set[$name]}/vmcore" >"$T/report"
	# the columns of the table: node stored cache cache-private user free hwpoison offline other kernel's
	row=$(awk '$1 == "node-0"' "$T/report")
	read -r _ stored _ _ _ free _ _ _ kernels <<<"$row"
	is "$stored" "$(awk '$1 == "stored" { print $2 }' "$T/report")" "$name: node 0 has all of memory" || diag "$row"
	is "$free" "$(awk '$1 == "free" { print $2 }' "$T/report")" "$name: ... and all free pages"
	ok "$name: $free free pages, the kernel counts $kernels" within 1 "$free" "$kernels"
	zoneinfo $name >"$T/zones"
	is "$(sed -n 's,^node-0/\([^ ]*\) .*,\1,p' "$T/report")" "$(cut -d ' ' -f 1 "$T/zones")" "$name: the zones" ||
		diag "$(cat "$T/zones")"
	sum=0
	while read -r zone present truth; do
		read -r _ kept _ _ _ free _ _ _ kernels < <(awk -v row="node-0/$zone" '$1 == row' "$T/report")
		sum=$((sum + kept))
		ok "$name: $zone: $free free pages, the kernel counts $kernels" within 1 "$free" "$kernels"
		ok "$name: $zone: ... and said $truth a moment before" within 3 "$kernels" "$truth"
		# a page that is there in part counts as present only to us; memory of the crash kernel is not in the dump
		result $((kept > present + 2)) "$name: $zone: not more pages than the zone has" || diag "$kept of $present"
	done <"$T/zones"
	is $sum "$stored" "$name: the zones have all of memory"
done

# --- without types: a kernel whose BTF is gone
python3 - "${set[v510-512]}/vmcore" "$T/no-btf" <<'END'
import shutil, sys
shutil.copyfile(sys.argv[1], sys.argv[2])
data = open(sys.argv[2], "rb").read()
magic = b"\x9f\xeb\x01\x00\x18\x00\x00\x00"
at, n = data.find(magic), 0
with open(sys.argv[2], "r+b") as f:
    while at >= 0:
        f.seek(at)
        f.write(bytes(8))
        n += 1
        at = data.find(magic, at + 1)
sys.exit(not n)
END
result $? "a copy of v510-512 without BTF"
"$VMCOREFS" --cat report "$T/no-btf" >"$T/report" 2>"$T/err"
is $? 0 "report of it"
like "$(cat "$T/report")" $'\n'"node-0 .*"$'\n'"Zones are not known: .*(BTF|types)" "... has the nodes, and says why it has no zones" ||
	diag "$(cat "$T/err")"
is "$(grep -c '^node-0/' "$T/report")" 0 "... and has none"
ok "... the nodes are the same" grep -qxF "$("$VMCOREFS" --cat report "${set[v510-512]}/vmcore" | grep '^node-0 ')" "$T/report"

done_testing
