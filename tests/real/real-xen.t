#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 900
# /proc/vmcore of a machine with Xen 4.17, Linux 6.1 as a PV dom0, and a domU: makedumpfile has the same pages in levels,
# with and without -X, crash shows the same of our files, and what dom0 and domU told on the console is there.
. tests/real/levels.sh

sets xen417 mdf-new
V=${set[xen417]}/vmcore
cat_of() { "$VMCOREFS" --cat "$@" 2>>"$T/err"; }

# --- what the hypervisor tells
cat_of info "$V" >"$T/info"
cp "$T/info" "$T/dom0"
like "$(grep '^xen: ' "$T/info")" '^xen: version 4\.17\.[0-9]+, seen as dom0' "info: the version of Xen"
is "$(sed -n 's/^xen: version \([^,]*\),.*/\1/p' "$T/info")" \
	"$(sed -n 's/^(XEN) Xen version \([^ ]*\) .*/\1/p' "${set[xen417]}/console.log" | tr -d '\r')" "... as on its console"
is "$(sed -n 's/^xen-phys-start: //p' "$T/info")" \
	"$(sed -n 's/.*New Xen image base address: //p' "${set[xen417]}/console.log" | tr -d '\r')" "... and its place"
is "$(sed -n 's/^release: //p' "$T/info")" "$(cat "${set[xen417]}/release")" "info: the release of dom0"
is "$(grep -c '^missing: .*p2m\|^missing: owners' "$T/info")" 0 "info: nothing of Xen is missing"

# --- dom0
console_lines xen417 >"$T/console"
cat_of dmesg "$V" >"$T/dmesg"
is "$(in_order "$T/console" "$T/dmesg")" "" "dmesg: the lines of the console, in order"
banner=$(symbol xen417 linux_banner)
like "$(cat_of "virt/0x$banner+64" "$V" | tr -d '\0')" "^Linux version $(cat "${set[xen417]}/release") " "virt: linux_banner"

# --- domU: its pages are where dom0 put them
pages=0 wrong=()
while read -r page mfn; do
	text=$(cat_of "pfn/${mfn#mfn=}" "$V" | head -c 100 | tr -d '\0')
	[[ $text == "vmcorefs-rig domu page ${page#page=}" ]] || wrong+=("$mfn: $text")
	((pages += 1))
done < <(truth_of xen417 domu | grep '^page=')
is "$((pages > 4)) ${wrong[*]}" "1 " "pfn: $pages pages of the domU"
domu=$(truth_of xen417 domu | sed -n 's/.*pages=//p')

# --- levels. makedumpfile needs VMCOREINFO of dom0, which kexec did not write: our elf has it
mount_dump "$V" "$T/m" || { fail "mount"; done_testing; }
mount_dump "$V" "$T/x" -o xen_domu=exclude || { fail "mount without domUs"; done_testing; }
cp "$T/m/elf" "$T/elf"
for n in 0 1 2 4 8 16 31; do
	rm -f "$T/theirs"
	must "makedumpfile -d $n" mdf_new -d "$n" "$T/elf" "$T/theirs"
	ok "level-$n: the pages of makedumpfile" "$T/kdumpcmp" -v "$T/theirs" "$T/m/level-$n/dump.none"
done
for n in 0 31; do
	rm -f "$T/theirs"
	must "makedumpfile -X -d $n" mdf_new -X -d "$n" "$T/elf" "$T/theirs"
	ok "level-$n without domUs: the pages of makedumpfile -X" "$T/kdumpcmp" -v "$T/theirs" "$T/x/level-$n/dump.none"
done
not_ok "kdumpcmp sees the domU" "$T/kdumpcmp" "$T/theirs" "$T/m/level-31/dump.none"
# with the vmlinux, of what the kernel of the crash wrote
rm -f "$T/theirs"
must "makedumpfile -x" mdf_new -X -d 31 -x "${set[xen417]}/vmlinux" "$V" "$T/theirs"
ok "level-31 without domUs: of makedumpfile -x and the vmcore" "$T/kdumpcmp" -v "$T/theirs" "$T/x/level-31/dump.none"
for page in 0 1024 5120; do
	mfn=$(truth_of xen417 domu | sed -n "s/^page=$page mfn=//p")
	"$VMCOREFS" --cat "pfn/$mfn" "$T/x/level-31/dump" >"$T/out" 2>"$T/err"
	like "$?$(cat "$T/err")" 'No data available' "page $page of the domU is left out"
done
left_out=$(sed -n 's/^domu *\([0-9]*\) .*/\1/p' "$T/x/report")
is "$((left_out >= domu && left_out < domu + 1000))" 1 "report: $left_out pages of the domU, which has $domu, and nobody's"

# --- crash: the same of the vmcore and of our files; its count of free pages is that of our classes
cat >"$T/commands" <<'EOF'
sys
p linux_banner
vtop ffffffff81000000
vtop ffff888008200000
rd ffffffff81000000 64
kmem -i
kmem -f
mod
EOF
mapfile -t commands <"$T/commands"
crash_run "$T/crash.want" "${set[xen417]}/vmlinux" "$V" "${commands[@]}" || fail "crash of the vmcore"
for file in m/elf m/level-31/dump x/level-31/dump; do
	crash_run "$T/crash.got" "${set[xen417]}/vmlinux" "$T/$file" "${commands[@]}" || fail "crash of $file"
	same "$T/crash.got" "$T/crash.want" "crash: the same of $file"
done
# in the lists of free pages: the kernel's own counter, which kmem -i shows, may lag behind
is "$(sed -n 's/^free *\([0-9]*\) .*/\1/p' "$T/m/report")" \
	"$(sed -nE 's/^nr_free_pages: ([0-9]+) +\(verified\).*/\1/p; s/^nr_free_pages: .*\(found ([0-9]+)\).*/\1/p' "$T/crash.want")" \
	"report: as many free pages as crash counts"
# machine addresses in crash's walk, the last one of it
for vaddr in ffffffff81000000 ffff888008200000; do
	want=$(sed -n "/^$vaddr /,/machine\]\$/{/PAGE: .*machine/s/.*PAGE: \([0-9a-f]*\) .*/\1/p}" "$T/crash.want")
	want=${want:-$(awk -v v="$vaddr" '$1 == v { on = 1 } on && /^ *PAGE: .*machine/ { print $2; exit }' "$T/crash.want")}
	is "$(sed -n 's/^paddr 0x0*//p' "$T/m/vtop/0x$vaddr")" "$want" "vtop/0x$vaddr: crash's machine address"
done

# --- libkdumpfile
tool kdumpfile_pages -lkdumpfile -lz
same_pages "$T/m/elf" "$V" "libkdumpfile: the same pages of elf"

# --- what makedumpfile has written is a dump of Xen, too
is "$(cat_of dmesg "$T/theirs" | sha256sum)" "$(sha256sum <"$T/dmesg")" "dmesg: of makedumpfile -X -d 31"
ok "unmount" unmount "$T/m"
ok "unmount" unmount "$T/x"

# --- a dump whose dom0 has no VMCOREINFO: the vmlinux tells as much
python3 - "$V" "$T/no-text" "$(sed -n 's/^vmcoreinfo: found in memory at //p' "$T/dom0")" <<'END'
import shutil, struct, sys
shutil.copyfile(sys.argv[1], sys.argv[2])
with open(sys.argv[2], "r+b") as f:
    at = int(sys.argv[3], 0)
    f.seek(64)
    for line in struct.iter_unpack("<IIQQQQQQ", f.read(56 * 16)):
        if line[0] == 1 and line[4] <= at < line[4] + line[5]:
            f.seek(line[2] + at - line[4])
            f.write(bytes(4096))
            break
END
like "$(cat_of info "$T/no-text")" $'\nvmcoreinfo: none\n' "no VMCOREINFO in a copy"
"$VMCOREFS" -x "${set[xen417]}/vmlinux" --cat level-31/dump.none "$T/no-text" >"$T/got" 2>"$T/err"
cat_of level-31/dump.none "$V" >"$T/want"
is "$("$T/kdumpcmp" -v "$T/got" "$T/want" | grep '^pfn')" \
	"pfn $(printf '0x%x' $(($(sed -n 's/^vmcoreinfo: found in memory at //p' "$T/dom0") >> 12))) differs" \
	"... and with -x the same pages in level 31, but for that one's contents"
rm -f "$T/no-text"

# --- Xen itself: its tables against the addresses in its own symbols
"$VMCOREFS" -o xen=hypervisor --cat info "$V" >"$T/info" 2>>"$T/err"
like "$(cat "$T/info")" $'\nxen: .* seen as hypervisor' "hypervisor: info"
start=$(sed -n 's/^xen-phys-start: //p' "$T/info")
total=0 wrong=()
while read -r vaddr _ name; do
	want=$(printf '0x%016x' $((0x$vaddr - 0xffff82d040000000 + start)))
	got=$("$VMCOREFS" -o xen=hypervisor --cat "vtop/0x$vaddr" "$V" 2>/dev/null | sed -n 's/^paddr //p')
	[[ $got == "$want" ]] || wrong+=("$name: $got, not $want")
	((total += 1))
done < <(nm "${set[xen417]}/xen-syms" | grep -E ' (domain_list|idle_pg_table|dom_xen|max_page|hardware_domain|xen_phys_start)$')
is "$((total == 6)) ${wrong[*]}" "1 " "hypervisor: vtop of $total symbols of xen-syms"
value=$(nm "${set[xen417]}/xen-syms" | sed -n 's/^\([0-9a-f]*\) . xen_phys_start$/\1/p')
is "$("$VMCOREFS" -o xen=hypervisor --cat "virt/0x$value+8" "$V" | od -An -tx8 | tr -d ' ')" \
	"$(printf '%016x' "$start")" "hypervisor: virt of xen_phys_start is what the note says"
for view in dmesg report level-31/dump; do
	not_ok "hypervisor: no $view" "$VMCOREFS" -o xen=hypervisor --cat $view "$V"
done

done_testing
