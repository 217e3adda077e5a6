#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# What the guest told about its own memory before the panic is what the views show: pages of processes, files in
# tmpfs, symbols, tables of /proc.
. tests/real/lib.sh
need_root
need_fuse

declare -A file=([v61-512]=vmcore [q61-512]=elf [q61-novmci]=elf [v510-512]=vmcore [v612-512]=vmcore [v7-512]=vmcore
	[v61-la57]=vmcore [v61-nokaslr]=vmcore)
names=("${!file[@]}")
sets "${names[@]}"

# What a page that a process of the workload named has in it, by its pid and role (tests/rig/workload-memory.c). "thp"
# and "hugetlb" name their page 3, "swapped in" page 0.
expected_page() {	# PID WHAT
	case $2 in
	pattern\ *) printf 'vmcorefs-rig pattern pid %d page %d\0' "$1" "${2#pattern }" ;;
	thp | hugetlb) printf 'vmcorefs-rig %s pid %d page 3\0' "$2" "$1" ;;
	"swapped in") printf 'vmcorefs-rig swap pid %d page 0\0' "$1" ;;
	esac
}

check_pages() {
	local name=$1 mnt=$2 pid pfn what tested=0 poisoned=()
	while read -r pid pfn what; do
		case $what in
		zero)
			cmp -s -n 4096 "$mnt/pfn/$pfn" /dev/zero
			result $? "$name: pfn/$pfn: zero" ;;
		shared)
			# Text out of 16 words, the same page in two processes.
			tr -d 'a-z \n' <"$mnt/pfn/$pfn" | cmp -s - /dev/null && grep -q 'kernel ' "$mnt/pfn/$pfn"
			result $? "$name: pfn/$pfn: shared" || diag "$(head -c 100 "$mnt/pfn/$pfn" | od -c | head -n 5)" ;;
		hwpoison*)
			poisoned+=("$pfn")
			continue ;;
		"swapped out") continue ;;
		*)
			expected_page "$pid" "$what" >"$T/expected"
			cmp -s -n "$(stat -c %s "$T/expected")" "$T/expected" "$mnt/pfn/$pfn"
			result $? "$name: pfn/$pfn: $what of process $pid" || diag "$(head -c 60 "$mnt/pfn/$pfn" | od -c | head -n 4)"
			# The same page by its physical address, and by the direct map.
			cmp -s "$mnt/pfn/$pfn" "$mnt/phys/$(printf '0x%x' $((pfn << 12)))" &&
				cmp -s "$mnt/pfn/$pfn" "$mnt/virt/$(printf '0x%x' $((direct + (pfn << 12))))"
			result $? "... also in phys/ and virt/" ;;
		esac
		tested=$((tested + 1))
	done < <(truth_of "$name" page | sed -n 's/^pid=\([0-9]*\) va=[^ ]* pfn=\([^ ]*\) present=[01] swapped=[01] /\1 \2 /p')
	[[ $tested -ge 7 ]]
	result $? "$name: the guest named at least 7 pages" || diag "$tested"

	# A poisoned page is in no level, not even in 0. Only 6.12 and 7 can poison one (CONFIG_MEMORY_FAILURE).
	case $name in
	v612-* | v7-*)
		[[ ${#poisoned[@]} == 5 ]]
		result $? "$name: the guest poisoned five pages" || diag "${poisoned[*]}"
		is "$(kept "$mnt/level-0/dump" "${poisoned[@]}")" "" "$name: level-0/dump has none of them"
		is "$(kept "$mnt/kdump-compressed" "${poisoned[@]}" | wc -l)" 5 "$name: kdump-compressed has them" ;;
	*)	is "$(awk '$1 == "hwpoison" { print $2 }' "$mnt/report")" 0 "$name: report: no poisoned pages" ;;
	esac
}

# kept FILE PFN...: those of the page frames that the second bitmap of a kdump-compressed file has
kept() {
	python3 -c '
import struct, sys
with open(sys.argv[1], "rb") as f:
    block, sub, blocks = struct.unpack_from("<iii", f.read(4096), 428)
    f.seek((1 + sub + blocks // 2) * block)
    bits = f.read(blocks // 2 * block)
for pfn in sys.argv[2:]:
    if bits[int(pfn, 16) // 8] >> int(pfn, 16) % 8 & 1:
        print(pfn)' "$@"
}

# Files that the guest hashed lie in tmpfs, page for page somewhere in memory. Their text is known, and so are the pages:
# each must be in raw.
check_files() {
	python3 - "$2/raw" "$T/lines" "$1" <<-'END'
	import hashlib, mmap, os, sys
	pages = set()
	fd = os.open(sys.argv[1], os.O_RDONLY)
	size = os.fstat(fd).st_size
	at = 0
	while at < size:
	    try:
	        at = os.lseek(fd, at, os.SEEK_DATA)
	    except OSError:
	        break
	    end = os.lseek(fd, at, os.SEEK_HOLE)
	    while at < end:
	        data = os.pread(fd, min(1 << 20, end - at), at)
	        if not data:
	            break
	        for i in range(0, len(data), 4096):
	            if b"vmcorefs-rig file " in data[i:i + 4096]:
	                pages.add(data[i:i + 4096])
	        at += len(data)
	want = dict(line.split()[::-1] for line in open(sys.argv[2]))
	for i in range(1, 6):
	    text = b"".join(b"vmcorefs-rig file %d line %d\n" % (i, n + 1) for n in range(i * 1000))
	    good = want.get("/data/few/text-%d" % i) == hashlib.sha256(text).hexdigest()
	    parts = [text[k:k + 4096].ljust(4096, b"\0") for k in range(0, len(text), 4096)]
	    there = sum(p in pages for p in parts)
	    print("text-%d: %s, %s" % (i, "hash as in the guest" if good else "another hash than in the guest",
	                               "all pages" if there == len(parts) else "%d of %d pages" % (there, len(parts))))
	END
}

for name in "${names[@]}"; do
	mnt=$T/$name
	mount_dump "${set[$name]}/${file[$name]}" "$mnt" || { fail "mount of $name"; continue; }
	direct=$(sed -n 's/^direct-map: //p' "$mnt/info")

	# --- symbols
	text=0x$(symbol "$name" _stext)
	banner=$(proc_of "$name" version)
	address=$(symbol "$name" linux_banner)
	is "$(cat "$mnt/virt/0x$address+${#banner}")" "$banner" "$name: linux_banner is /proc/version"
	address=$(symbol "$name" init_task)
	grep -qaF swapper/0 "$mnt/virt/0x$address+0x2000"
	result $? "$name: init_task has swapper/0 in it"
	address=$(symbol "$name" page_offset_base)
	# Without KASLR the compiler makes a constant of some of these, and a kernel may not name them.
	if [[ -n $address ]]; then
		is "0x$(od -An -tx8 "$mnt/virt/0x$address+8" | tr -d ' ')" "$direct" "$name: page_offset_base is direct-map"
	fi
	# The kernel's code, as /proc/iomem has its physical address.
	code=$(proc_of "$name" iomem | sed -n 's/^ *\([0-9a-f]*\)-.* : Kernel code$/0x\1/p')
	is "$(tail -n 1 "$mnt/vtop/$text" | sed 's/paddr //')" "$(printf '0x%016x' "$code")" \
		"$name: _stext is where /proc/iomem has the code"
	cmp -s "$mnt/virt/$text+0x10000" "$mnt/phys/$code+0x10000"
	result $? "$name: virt/ and phys/ of it are the same"
	release=$(cat "${set[$name]}/release")
	is "$(sed -n 's/^release: //p' "$mnt/info")" "$release" "$name: info has the release"
	is "$(sed -n 's/^OSRELEASE=//p' "$mnt/vmcoreinfo")" "$release" "$name: vmcoreinfo, too"

	# --- pages
	check_pages "$name" "$mnt"
	truth_of "$name" sha256 >"$T/lines"
	is "$(check_files "$name" "$mnt")" \
		"$(printf 'text-%d: hash as in the guest, all pages\n' 1 2 3 4 5)" "$name: files of tmpfs are in memory, page for page"

	# --- how much is free: /proc/vmstat a moment before. What the processors have on their own lists is not in
	# nr_free_pages and not free to makedumpfile either, but until the panic processes end and take memory: 5 percent
	# or 8 MiB.
	want=$(proc_of "$name" vmstat | sed -n 's/^nr_free_pages //p')
	got=$(awk '$1 == "free" { print $2 }' "$mnt/report")
	difference=$((got > want ? got - want : want - got))
	[[ $difference -le 2048 || $difference -le $((want / 20)) ]]
	result $? "$name: free pages about nr_free_pages" || diag "report: $got, /proc/vmstat: $want"
	diag "$name: $got free pages in report, $want in /proc/vmstat"
	balloon=$(proc_of "$name" vmstat | sed -n 's/^balloon_inflate //p')
	is "$(awk '$1 == "offline" { print $2 }' "$mnt/report")" "${balloon:-0}" "$name: the balloon's pages are offline"

	ok "$name: unmount" unmount "$mnt"
done
done_testing
