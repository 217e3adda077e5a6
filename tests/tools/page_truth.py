#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a mount translate addresses as others say? Lines on standard input, of one of three forms:

    page_truth.py MOUNT kcore     KIND ADDRESS BYTES CRC32    what the guest read from /proc/kcore
    page_truth.py MOUNT user      PGD ADDRESS BYTES           what a process has there, in hexadecimal; "-": nothing

    page_truth.py MOUNT frame     PGD ADDRESS FRAME           the page frame of a process's page; "swap": it is swapped out,
                              "swap:FRAME": an entry of swap's form that has a frame for its offset (poisoned pages)

vtop/ gives the physical address, phys/ what is there; virt/ must be the same. Prints "kind right wrong" for each kind.
"""
import collections
import sys
import zlib


def read(path):
    with open(path, "rb") as f:
        return f.read()


def walk(mount, name):
    """The physical address; None: nothing is mapped, or only an entry that is not present."""
    try:
        last = read(f"{mount}/vtop/{name}").decode().splitlines()[-1].split()
    except OSError:
        return None
    return last[1] if last[0] == "paddr" else None


def kernel_page(mount, kind, address, size, crc):
    paddr = walk(mount, address)
    got = read(f"{mount}/phys/{paddr}+{size}") if paddr else b""
    return kind, zlib.crc32(got) == int(crc, 16) and read(f"{mount}/virt/{address}+{size}") == got


def user_page(mount, pgd, address, want):
    paddr = walk(mount, f"{pgd}:{address}")
    if want == "-" or not paddr:
        return "unmapped" if want == "-" else "mapped", want == "-" and not paddr
    return "mapped", read(f"{mount}/phys/{paddr}+{len(want) // 2}").hex() == want


def frame(mount, pgd, address, want):
    kind = want.split(":")[0] if want.startswith("swap") else "frame"
    try:
        text = read(f"{mount}/vtop/{pgd}:{address}").decode().splitlines()
    except OSError:
        return kind, False
    if kind == "frame":
        return kind, text[-1].startswith("paddr") and int(text[-1].split()[1], 16) >> 12 == int(want, 16)
    words = text[-2].split()        # PTE address: value swap type T offset O
    if not text[-1].startswith("not mapped:") or words[3:5] != ["swap", "type"] or words[6] != "offset":
        return kind, False
    if ":" in want:
        return kind, int(words[7], 16) == int(want.split(":")[1], 16)
    return kind, words[5] == "0"


FORMS = {"kcore": kernel_page, "user": user_page, "frame": frame}


def main():
    mount, form = sys.argv[1:]
    right, wrong = collections.Counter(), collections.Counter()
    for line in sys.stdin:
        kind, good = FORMS[form](mount, *line.split())
        (right if good else wrong)[kind] += 1
        if not good and wrong[kind] <= 10:
            print("wrong:", line.rstrip(), file=sys.stderr)
    for kind in sorted(right | wrong):
        print(kind, right[kind], wrong[kind])


main()
