#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 1800
# vmcorefs on the /proc/kcore of a running kernel: what it and makedumpfile --mem-usage printed in a guest, see
# tests/rig/initramfs/live-init.
. tests/real/lib.sh

sets live-v61
tr -d '\r' <"${set[live-v61]}/console.log" >"$T/console"

# of NAME: what the command printed. status NAME: its exit status.
of() { awk -v begin="live begin $1" '/^live status / { p = 0 } p { print } $0 == begin { p = 1 }' "$T/console"; }
status() { awk -v begin="live begin $1" '$0 == begin { p = 1 } p && /^live status / { print $3; exit }' "$T/console"; }
within() { awk -v p="$1" -v a="$2" -v b="$3" 'BEGIN { d = a - b; exit !(a != "" && (d < 0 ? -d : d) * 100 <= p * b) }'; }

for name in mem-usage report info list vmcoreinfo level banner vtop dmesg elf churn-dump dump-info dump-dmesg mount \
	mount-list mount-vmcoreinfo umount; do
	is "$(status $name)" 0 "$name: status 0" || diag "$(of $name)"
	is "$(of $name | grep -c '^vmcorefs: ')" 0 "$name: no complaints" || diag "$(of $name | grep '^vmcorefs: ')"
done

# kcore has the kernel image twice, at its own address and as a part of RAM: makedumpfile counts it twice
symbol() { of symbols | awk -v name="$1" '$3 == name { print "0x" $1 }'; }
twice=$((($(symbol _end) - $(symbol _text)) / 4096))
diag "the kernel image is $twice pages"

# --- pages by class: makedumpfile looked before us and after us
mdf_row() { of "$1" | awk -v row="$2" '$1 == row { print $2 }'; }
our_row() { of report | awk -v row="$1" '$1 == row { print $2; exit }'; }
# The running kernel moves pages meanwhile, and both programs use some: between the two, give or take 200 pages (4 MiB of
# user memory) and 5 %.
between() {	# NAME OURS A B
	local low=$(($3 < $4 ? $3 : $4)) high=$(($3 > $4 ? $3 : $4)) slack
	slack=$((200 + high / 20))
	[[ $1 != user ]] || slack=$((slack + 824))
	[[ -n $2 ]] && (($2 >= low - slack && $2 <= high + slack))
	result $? "$1: $2 pages; makedumpfile: $3, then $4"
}
between cache "$(our_row cache)" "$(mdf_row mem-usage NON_PRI_CACHE)" "$(mdf_row mem-usage-again NON_PRI_CACHE)"
between cache-private "$(our_row cache-private)" "$(mdf_row mem-usage PRI_CACHE)" "$(mdf_row mem-usage-again PRI_CACHE)"
between user "$(our_row user)" "$(mdf_row mem-usage USER)" "$(mdf_row mem-usage-again USER)"
between free "$(our_row free)" "$(mdf_row mem-usage FREE)" "$(mdf_row mem-usage-again FREE)"
# what it calls pages of zeroes are those that are in no other class
between other "$(our_row other)" $(($(mdf_row mem-usage ZERO) + $(mdf_row mem-usage KERN_DATA) - twice)) \
	$(($(mdf_row mem-usage-again ZERO) + $(mdf_row mem-usage-again KERN_DATA) - twice))
is "$(our_row memory)" "$(of mem-usage | awk -v twice=$twice '/^Total pages on system:/ { print $NF - twice }')" \
	"all pages, without those of the crash kernel" || diag "$(of mem-usage)"
free=$(of report | awk '$1 == "node-0" { print $6, $NF }')
ok "the node's free pages are those that the kernel counts" within 5 ${free% *} ${free#* } || diag "$free"
like "$(of report)" "kept pages.*31 +[0-9]+" "a line for each level"

# --- other views
like "$(of info)" "live: yes" "info says that it is live"
unlike "$(of info | grep -vE '^missing: (eraseinfo|vmcore-dmesg|text|patched):')" "file-size:|panic:|incomplete: yes|missing: " "... and nothing of a size, of a panic, or missing"
like "$(of info)" "release: $(awk '{ print $3 }' <(of version))" "... the release"
for name in dmesg report level-1/ level-31/ virt/ vtop/ elf raw vmcoreinfo notes/; do
	like "$(of list)" "(^|"$'\n'")$name($|"$'\n'")" "list has $name"
done
is "$(of banner)" "$(of version)" "virt: the banner is /proc/version"
like "$(of vtop | tail -n 1)" 0x "vtop: an address"
like "$(of vmcoreinfo)" "^OSRELEASE=.*SYMBOL\(node_data\)=" "vmcoreinfo: the kernel's"
is "$(of dmesg)" "$(of dmesg-kernel)" "dmesg: as dmesg(1) prints it"
is "$(status nothing) $(of nothing | sed 's/.*: //')" "32 Bad address" "an address that is not mapped"
is "$(status crash-memory) $(of crash-memory | sed 's/.*: //')" "32 No such file or directory" \
	"memory of the crash kernel is not the kernel's"

is "$(status devmem) $(of devmem)" "32 vmcorefs: /dev/mem: this kernel does not let its memory be read there (CONFIG_STRICT_DEVMEM);\
 /proc/kcore is the same memory" "/dev/mem: what to read instead"

# --- under load: no crash, no hang (124), no error
is "$(grep -c '^live begin churn ' "$T/console")" 25 "25 readings under load"
bad=$(awk '/^live begin churn / { name = $0 } name && /^live status / { if ($3 != 0) print name, $3; name = "" }' "$T/console")
is "$bad" "" "... all succeed"
like "$(of dump-info)" "format: kdump-compressed.*release: .*dump-level: 31|format: kdump-compressed.*dump-level: 31" \
	"a dump of the running kernel, taken under load, can be read"
unlike "$(of dump-info)" "live: yes|incomplete: yes" "... is none that is live, and complete"
is "$(of dump-log | sed 's/^\[ *//')" "$(of dmesg-kernel | sed 's/^\[ *//')" "... makedumpfile finds the log in it"
is "$(of mount-vmcoreinfo)" "$(of vmcoreinfo)" "mounted, the same"

done_testing
