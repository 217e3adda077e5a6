# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a format module writes: a file that knows its structures, so that each of their fields can be damaged.

A module has FORMATS = {name: write}; write(memory, out, options) writes all files. Its first line of documentation is
what mkformat --list prints. Attributes of write, all optional: machines, names as Memory.machine has them; alone, when
the program finds the other files of the set by name; options, what the program needs to be told to read it: a string, or
a function of (memory, path) that makes one which names the files too, so that there are no DUMPs to be given besides.
"""
import os
import shutil
import struct

GARBAGE = [0, 1, 0x7fffffff, 0xffffffff, 0x8000000000000000, 0xffffffffffffffff]


class Output:
    def __init__(self, path):
        self.path, self.f, self.others = path, open(path, 'w+b'), []
        self.field_list, self.places = [], {}

    def tell(self):
        return self.f.tell()

    def seek(self, offset):
        self.f.seek(offset)

    def data(self, raw):
        self.f.write(raw)

    def pad(self, to, byte=b'\0'):
        """Fill up to a multiple of so many bytes."""
        self.f.write(byte * (-self.f.tell() % to))

    def place(self, name):
        """Name this position: a structure begins or ends here."""
        self.places['%s@%x' % (name, self.f.tell())] = self.f.tell()

    def struct(self, name, order, fields):
        """fields: [(name, struct code, value)]; '' as name: not to be damaged (text, padding)."""
        self.place(name)
        for field, code, value in fields:
            raw = struct.pack(order + code, value)
            if field:
                self.field_list.append(('%s@%x.%s' % (name, self.f.tell(), field), self.f.tell(), len(raw), order))
            self.f.write(raw)
        self.place(name + '-end')

    def other(self, suffix):
        """One more file of the set: PATH.SUFFIX."""
        out = Output('%s.%s' % (self.path, suffix))
        self.others.append((suffix, out))
        return out

    def close(self):
        self.f.close()
        for _, out in self.others:
            out.close()

    def files(self):
        return [('', self)] + [('.%s' % suffix, out) for suffix, out in self.others]

    def variants(self, folder, changes):
        """changes(out): (name, function of a path) for one file of the set; the others are copied as they are."""
        n = 0
        for which, out in self.files():
            for name, change in changes(out):
                path = os.path.join(folder, name + which.replace('.', '-'))
                for suffix, other in self.files():
                    shutil.copyfile(other.path, path + suffix)
                change(path + which)
                n += 1
        return n

    def garbage(self, folder):
        def patch(offset, raw):
            def change(path):
                with open(path, 'r+b') as f:
                    f.seek(offset)
                    f.write(raw)
            return change

        def changes(out):
            for field, offset, size, order in out.field_list:
                values = {v & ((1 << 8 * size) - 1) for v in GARBAGE}
                for v in sorted(values):
                    raw = v.to_bytes(size, 'big' if order == '>' else 'little')
                    yield '%s-%x' % (field, v), patch(offset, raw)
        return self.variants(folder, changes)

    def truncated(self, folder):
        def cut(size):
            return lambda path: os.truncate(path, size)

        def changes(out):
            sizes = {max(place + d, 0) for place in out.places.values() for d in (-1, 0, 1)}
            for size in sorted(s for s in sizes if s < os.path.getsize(out.path)):
                yield 'cut-%x' % size, cut(size)
        return self.variants(folder, changes)
