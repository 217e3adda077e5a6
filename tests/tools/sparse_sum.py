#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A checksum of what is in a sparse file: the place and contents of each 4 KiB that is not zero.

    sparse_sum.py FILE
"""
import hashlib
import os
import sys

PAGE, STEP = 4096, 1 << 20


def data_ranges(fd, size):
    at = 0
    while at < size:
        try:
            first = os.lseek(fd, at, os.SEEK_DATA)
        except OSError:
            return
        at = os.lseek(fd, first, os.SEEK_HOLE)
        yield first // PAGE * PAGE, at


def main():
    fd = os.open(sys.argv[1], os.O_RDONLY)
    total, pages, done = hashlib.sha256(), 0, 0
    for first, end in data_ranges(fd, os.fstat(fd).st_size):
        for at in range(max(first, done), end, STEP):
            piece = os.pread(fd, min(STEP, end - at), at)
            for i in range(0, len(piece), PAGE):
                page = piece[i:i + PAGE].ljust(PAGE, b'\0')
                if page.count(0) != PAGE:
                    total.update(b'%x:' % (at + i) + page)
                    pages += 1
            done = at + len(piece)
    print('%d pages that are not zero, %s' % (pages, total.hexdigest()))


if __name__ == '__main__':
    main()
