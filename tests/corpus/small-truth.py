#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""small-truth.py SET LEVELS LINEAR... >EXPECTED: what a set of the rig should look like. See README.

SET is the folder of a set. All facts are the guest's own: its console, its /proc (truth/), its vmlinux. LEVELS and
LINEAR (ADDRESS:PHYSICAL, where memory is mapped linearly) are those of the architecture's documentation.
"""
import gzip
import re
import struct
import subprocess
import sys
import zlib

PAGES = {4096: 24, 65536: 6}            # of /proc/kcore, by page size: a few dozen, or what fits
USER = {4096: 8, 65536: 2}
BLOCK = {4096: 2048, 65536: 256}        # pages: no kernel here has larger free blocks (CONFIG_ARCH_FORCE_MAX_ORDER)
KPF_LRU, KPF_BUDDY, KPF_MMAP, KPF_ANON, KPF_HUGE, KPF_THP = 1 << 5, 1 << 10, 1 << 11, 1 << 12, 1 << 17, 1 << 22
NAMES = {"armv7l": "arm", "i686": "i386"}


def text(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", errors="replace") as f:
        return f.read()


def spread(items, number):
    """So many of them, from the first to the last."""
    if len(items) <= number:
        return items
    return [items[i * (len(items) - 1) // (number - 1)] for i in range(number)]


def middle(items):
    return items[len(items) // 4:len(items) - len(items) // 4]


def kallsyms(folder):
    out = {}
    for line in text(folder + "/truth/kallsyms.gz").splitlines():
        words = line.split()
        if len(words) == 3:
            out.setdefault(words[2], int(words[0], 16))
    return out


def linked_at(folder, names):
    """Addresses of vmlinux's symbols; {} when the set has none."""
    try:
        printed = subprocess.run(["nm", folder + "/vmlinux"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {name: int(address, 16) for address, _, name in (line.rsplit(None, 2) for line in printed.splitlines()
                                                            if len(line.split()) == 3) if name in names}


def section(folder, name):
    """Address and bytes of a section of vmlinux; where they are in memory when the kernel is not relocated."""
    printed = subprocess.run(["readelf", "-SW", folder + "/vmlinux"], capture_output=True, text=True, check=True).stdout
    address, offset, size = (int(x, 16) for x in re.search(
        r"\s" + re.escape(name) + r"\s+PROGBITS\s+(\S+)\s+(\S+)\s+(\S+)", printed).groups())
    with open(folder + "/vmlinux", "rb") as f:
        f.seek(offset)
        return address, f.read(size)


def arm_contents(folder, number):
    """Kind, address, bytes: what is in vmlinux and does not change; 32-bit ARM has no /proc/kcore."""
    address, bytes_ = section(folder, ".rodata")
    # What the kernel writes before it is read-only, and what it sorts at boot, comes last there.
    places = [at for at in range(0, len(bytes_) // 2, 4096) if len(set(bytes_[at:at + 256])) >= 32]
    for at in spread(places, number):
        yield "rodata", address + at, bytes_[at:at + 256]
    # The vectors' code is copied to a page of its own at boot: the image is mapped in sections, this by a table.
    yield "vectors", *section(folder, ".stubs")


def contents(folder, page_size):
    kcore = [line.split() for line in text(folder + "/truth/kcore").splitlines()]
    kcore = [words for words in kcore if words[0] in ("text", "module")]        # the rest may be freed or change
    for kind, address, size, crc in spread(kcore, PAGES[page_size]):
        yield kind, int(address, 16), int(size), int(crc, 16)
    if not kcore:
        for kind, address, bytes_ in arm_contents(folder, PAGES[page_size]):
            yield kind, address, len(bytes_), zlib.crc32(bytes_)


def memory(folder):
    """The ranges of System RAM above 1 MiB: (first, end)."""
    found = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) : System RAM", text(folder + "/truth/iomem"), re.M)
    return [(max(int(a, 16), 1 << 20), int(b, 16) + 1) for a, b in found if int(b, 16) > 1 << 20]


def linear_places(folder, linear):
    for first, end in memory(folder):
        # Below 200 MiB: 32-bit kernels do not map all
        end = min(end, first + (200 << 20))
        for vaddr, paddr in linear:
            for i in range(5):
                at = first + (end - first) * i // 5 // 4096 * 4096 + 0x123 * i
                yield (vaddr + at - paddr) % (1 << 64), at


def page_kinds(folder, order, page_size):
    """Pages of processes, and first pages of large free blocks."""
    with gzip.open(folder + "/truth/kpageflags.gz") as f:
        raw = f.read()
    flags = struct.unpack(f"{order}{len(raw) // 8}Q", raw[:len(raw) // 8 * 8])
    in_memory = [range(first // page_size, end // page_size) for first, end in memory(folder)]
    want, never = KPF_LRU | KPF_MMAP | KPF_ANON, KPF_HUGE | KPF_THP
    is_user = [f & (want | never) == want for f in flags]
    # Between this snapshot and the panic the programs that made it end. The middle of the longest run of pages is the
    # heap of a program that stays; and memory is not taken from the middle of what is free.
    user, run = [], []
    for pfn in (p for pfns in in_memory for p in pfns if p < len(flags)):
        if not run or run[-1] != pfn - 1 or not is_user[pfn]:
            run = []
        if is_user[pfn]:
            run.append(pfn)
        if len(run) > len(user):
            user = run
    block = BLOCK[page_size]
    free = [p for pfns in in_memory for p in pfns if p % block == 0 and p + block <= len(flags) and
            all(f & KPF_BUDDY for f in flags[p:p + block])]
    return spread(middle(user), USER[page_size]), spread(middle(free), 3)


def main():
    folder, levels, *linear = sys.argv[1:]
    facts = dict(line.split(": ", 1) for line in text(folder + "/facts").splitlines() if ": " in line)
    page_size = int(facts["page_size"])
    known = kallsyms(folder)
    linked = linked_at(folder, ("_stext", "linux_banner"))
    banner = known.get("linux_banner")
    if not banner:
        banner = known["_stext"] - linked["_stext"] + linked["linux_banner"]
    linear = [tuple(int(x, 16) for x in pair.split(":")) for pair in linear]
    user, free = page_kinds(folder, ">" if facts["machine"] == "s390x" else "<", page_size)

    print("release", facts["release"])
    print("info architecture:", NAMES.get(facts["machine"], facts["machine"]))
    print("info page-size:", page_size)
    print("info page-table-levels:", levels)
    print(f"banner {banner:#x}")
    for kind, address, size, crc in contents(folder, page_size):
        print(f"page {address:#x} {size} {crc:08x} {kind}")
    for vaddr, paddr in linear_places(folder, linear):
        print(f"linear {vaddr:#x} {paddr:#x}")
    for pfn in user:
        print(f"user {pfn:#x}")
    for pfn in free:
        print(f"free {pfn:#x}")


main()
