# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/cases/includes.t and calls.t: the folders of the source, from the bottom to the top, and what each sees: the files
# of which folders its own may include and call. A folder sees only what stands above it here. The Makefile has the same list.
readers="base formats/source formats/source/parts formats/reader"
rooms="kernel kernel/xen kernel/object kernel/debuginfo kernel/value kernel/code kernel/opening kernel/log kernel/pages kernel/core kernel/executable kernel/sched kernel/stack kernel/mm kernel/vfs kernel/irq kernel/net"
folders="base:
base/sandbox: base
formats/source/parts: base
formats/source/compressed: base formats/source/parts
formats/source/wrapped: base formats/source/parts
formats/source/http: base base/sandbox
formats/source: base formats/source/parts formats/source/compressed formats/source/wrapped formats/source/http
formats/reader: base formats/source formats/source/parts
formats/elf: $readers
formats/kdump: $readers
formats/qemu: $readers
formats/s390: $readers
formats/sadump: $readers
formats/lkcd: $readers
formats/vmware: $readers
formats/raw: $readers formats/elf
formats/write: base formats/kdump
formats: $readers formats/source/wrapped formats/elf formats/kdump formats/qemu formats/s390 formats/sadump formats/lkcd formats/vmware formats/raw
arch: base
kernel: base arch
kernel/xen: base arch kernel
kernel/object: base arch kernel
kernel/debuginfo: base arch kernel kernel/object
kernel/value: base arch kernel kernel/object kernel/debuginfo
kernel/code: base arch kernel kernel/object kernel/debuginfo
kernel/opening: base arch kernel kernel/xen kernel/debuginfo
kernel/log: base arch kernel kernel/debuginfo
kernel/pages: base arch kernel kernel/object kernel/debuginfo
kernel/core: base arch kernel kernel/object kernel/debuginfo
kernel/executable: base arch kernel kernel/object kernel/debuginfo kernel/core
kernel/sched: base arch kernel kernel/object
kernel/stack: base arch kernel kernel/object kernel/debuginfo kernel/sched
kernel/mm: base arch kernel kernel/object kernel/debuginfo
kernel/vfs: base arch kernel kernel/object
kernel/irq: base arch kernel kernel/object
kernel/net: base arch kernel kernel/object
filter: base arch $rooms
fs/views: base arch $rooms filter formats formats/reader formats/write
fs/proc: base arch $rooms filter formats formats/reader formats/write fs/views
fs: base base/sandbox arch $rooms filter formats formats/reader formats/write formats/source formats/source/http fs/views fs/proc"

declare -A sees=()
order=()
while IFS=: read -r dir below; do
	order+=("$dir")
	sees[$dir]="$below "
done <<<"$folders"

# may_use FROM TO: may a file of the folder FROM use one of TO?
may_use() {
	[[ $1 == "$2" || " ${sees[$1]:-}" == *" $2 "* ]]
}
