#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Are addresses translated to where the kernel has its things? Against vmlinux, modules and the guest's kallsyms.

arch_truth.py [--linear VADDR:PADDR:LEN]... NUMBER MOUNT VMLINUX KALLSYMS MODULES

Prints a line "kind right wrong" for each kind of address:
text, rodata: bytes at NUMBER places of vmlinux's sections are in memory at their address
modules:      bytes of functions in the .ko files below MODULES are where kallsyms has these functions
linear:       NUMBER addresses of each range that is mapped one to one
and a line on stderr for what is wrong. A place counts as right when half of its bytes agree: kernels patch
their text. Places with few different bytes, which could be right by chance, are not taken.
"""
import bisect, errno, gzip, os, random, struct, sys

WINDOW = 256

class Elf:
    def __init__(self, path):
        self.data = data = open(path, "rb").read()
        assert data[:4] == b"\x7fELF", path
        self.wide, self.order = data[4] == 2, ">" if data[5] == 2 else "<"
        if self.wide:
            shoff, entry, count, names = *self.get(40, "Q"), *self.get(58, "HHH")
        else:
            shoff, entry, count, names = *self.get(32, "I"), *self.get(46, "HHH")
        form = "IIQQQQIIQQ" if self.wide else "IIIIIIIIII"
        keys = "name type flags addr offset size link info align entsize".split()
        self.sections = [dict(zip(keys, self.get(shoff + i * entry, form))) for i in range(count)]
        for s in self.sections:
            s["name"] = self.text(self.sections[names]["offset"] + s["name"])

    def get(self, at, form):
        return struct.unpack_from(self.order + form, self.data, at)

    def text(self, at):
        return self.data[at:self.data.index(b"\0", at)].decode()

    def section(self, name):
        return next((s for s in self.sections if s["name"] == name and s["type"] == 1), None)

    def bytes_of(self, section):
        return self.data[section["offset"]:section["offset"] + section["size"]]

    def symbols(self):
        for s in self.sections:
            if s["type"] != 2:
                continue
            strings = self.sections[s["link"]]["offset"]
            for at in range(s["offset"], s["offset"] + s["size"], s["entsize"]):
                if self.wide:
                    name, info, _, index, value, size = self.get(at, "IBBHQQ")
                else:
                    name, value, size, info, _, index = self.get(at, "IIIBBH")
                yield self.text(strings + name), info & 15, index, value, size

    def relocated(self, index):
        """Where relocations change a section, sorted."""
        out = []
        for s in self.sections:
            if s["type"] in (4, 9) and s["info"] == index:
                for at in range(s["offset"], s["offset"] + s["size"], s["entsize"]):
                    out.append(self.get(at, "Q" if self.wide else "I")[0])
        return sorted(out)

def good(window):
    return len(window) >= 32 and len(set(window)) >= len(window) // 8

def same(want, got, skip=()):
    places = [i for i in range(len(want)) if i not in skip]
    return len(places) >= 16 and sum(want[i] == got[i] for i in places) * 2 >= len(places)

class Mount:
    def __init__(self, path):
        self.path, self.raw = path, open(path + "/raw", "rb")

    def paddr(self, vaddr):
        with open(f"{self.path}/vtop/{vaddr:#x}") as f:
            last = f.read().splitlines()[-1].split()
        if last[0] != "paddr":
            raise OSError(errno.EFAULT, " ".join(last))
        return int(last[1], 16)

    def bytes_at(self, vaddr, n, page=4096):
        out = b""
        while len(out) < n:
            at = vaddr + len(out)
            part = min(n - len(out), page - at % page)
            self.raw.seek(self.paddr(at))
            out += self.raw.read(part)
        return out

class Count:
    def __init__(self, kind):
        self.kind, self.right, self.wrong = kind, 0, 0

    def add(self, ok, what):
        self.right += ok
        self.wrong += not ok
        if not ok and self.wrong <= 10:
            print(f"wrong: {self.kind}: {what}", file=sys.stderr)

    def done(self):
        print(self.kind, self.right, self.wrong)

def check(count, mount, vaddr, want, what, skip=()):
    try:
        got = mount.bytes_at(vaddr, len(want))
    except OSError as e:
        count.add(False, f"{what}: {e}")
        return
    count.add(same(want, got, skip), f"{what}: {want[:16].hex()} is {got[:16].hex()}")

def sorted_at_boot(elf):
    """Ranges of tables in .rodata that the kernel puts in order."""
    names = ("__jump_table", "static_call_sites", "static_call_tramp_key", "__ex_table")
    at = {name: value for name, _, _, value, _ in elf.symbols() if name.startswith(("__start_", "__stop_"))}
    return [(at["__start_" + n], at["__stop_" + n]) for n in names if "__start_" + n in at]

def check_section(mount, elf, name, number, kaslr, kind):
    section, count, moved = elf.section(name), Count(kind), sorted_at_boot(elf)
    bytes_ = elf.bytes_of(section)
    for _ in range(number * 50):
        at = random.randrange(len(bytes_) - WINDOW)
        window = bytes_[at:at + WINDOW]
        first = section["addr"] + at
        if good(window) and all(first >= end or first + WINDOW <= start for start, end in moved):
            check(count, mount, section["addr"] + kaslr + at, window, f"{section['addr'] + kaslr + at:#x}")
        if count.right + count.wrong == number:
            break
    count.done()

def check_modules(mount, folder, symbols, number):
    files = {f[:-3].replace("-", "_"): os.path.join(d, f) for d, _, names in os.walk(folder) for f in names
             if f.endswith(".ko")}
    count, places = Count("modules"), []
    for module in sorted({m for _, m in symbols if m and m in files}):
        elf, patched = Elf(files[module]), {}
        for name, kind, index, value, size in elf.symbols():
            if kind != 2 or not 0 < index < len(elf.sections) or (name, module) not in symbols or size < 32:
                continue
            section = elf.sections[index]
            if section["name"].startswith((".init", ".exit")):
                continue
            if index not in patched:
                patched[index] = elf.relocated(index)
            value &= ~1 if elf.get(18, "H")[0] == 40 else ~0    # Thumb
            want = elf.bytes_of(section)[value:value + min(size, WINDOW)]
            near = patched[index][bisect.bisect(patched[index], value - 8):bisect.bisect(patched[index], value + WINDOW)]
            skip = {o - value + i for o in near for i in range(-2, 8)}
            if good(want) and len(symbols[name, module]) == 1:
                places.append((symbols[name, module][0], want, skip, f"{module} {name}"))
    for vaddr, want, skip, what in random.sample(places, min(number, len(places))):
        if sum(i not in skip for i in range(len(want))) >= 16:
            check(count, mount, vaddr, want, f"{vaddr:#x} {what}", skip)
    count.done()

def check_linear(mount, ranges, number):
    count = Count("linear")
    for text in ranges:
        vaddr, paddr, size = (int(x, 0) for x in text.split(":"))
        for _ in range(number):
            at = random.randrange(size)
            try:
                got = mount.paddr(vaddr + at)
            except OSError as e:
                got = -e.errno
            count.add(got == paddr + at, f"{vaddr + at:#x} is at {got:#x}, not {paddr + at:#x}")
    count.done()

def main():
    args, ranges = sys.argv[1:], []
    while args[0] == "--linear":
        ranges.append(args[1])
        args = args[2:]
    number, folder, vmlinux, kallsyms, modules = int(args[0]), *args[1:]
    random.seed(1)
    symbols = {}
    with gzip.open(kallsyms, "rt") as f:
        for line in f:
            words = line.split()
            symbols.setdefault((words[2], words[3][1:-1] if len(words) > 3 else ""), []).append(int(words[0], 16))
    elf, mount = Elf(vmlinux), Mount(folder)
    kaslr = symbols["_stext", ""][0] - next(v for n, _, _, v, _ in elf.symbols() if n == "_stext")
    check_section(mount, elf, ".text", number, kaslr, "text")
    check_section(mount, elf, ".rodata", number, kaslr, "rodata")
    check_modules(mount, modules, symbols, number)
    check_linear(mount, ranges, number)

main()
