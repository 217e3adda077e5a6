# SPDX-License-Identifier: GPL-2.0-or-later
"""The description language (README) and what a reader must find in the dump that it describes."""
import random
import struct

ABSENT, EXCLUDED, ZERO, DATA, EIO = 0, 1, 2, 3, 4
OPEN_FAILS, INCOMPLETE, VMCOREINFO = 1, 2, 4


def number(word):
    return int(word, 0)


def span(word):
    first, dash, last = word.partition('-')
    return range(number(first), number(last if dash else first) + 1)


class Description:
    def __init__(self, text):
        self.options = {'format': 'kdump', 'version': 6, 'level': 0, 'codec': 'zlib', 'endian': 'little', 'abi': '64',
                        'block': 4096, 'machine': 'x86_64', 'sysname': 'Linux', 'release': '6.1.0', 'status': 0,
                        'phys_base': 0, 'vmcoreinfo-in': 'both', 'bitmaps': 2, 'records': 16384, 'order': 'forward',
                        'xnum': 0, 'blank-phdrs': 0, 'ehsize': None, 'bitmap2-end': None, 'phentsize': 0, 'pad': 0, 'elfmachine': 62, 'cut': 0}
        self.flags = set()
        self.page_lines, self.excluded, self.notes, self.phdrs, self.sets, self.raw_records = [], set(), [], [], [], []
        self.partial, self.expected, self.expect_flags = {}, {}, 0
        self.vmcoreinfo, self.truncate, self.split, self.eraseinfo = b'', None, None, b''
        self.maxpfn = None
        for line in text.split('\n'):
            line = line.split('#')[0].strip() if not line.startswith('vmcoreinfo ') else line.strip()
            if line:
                self.statement(line)
        self.pages = {}
        for pfns, words in self.page_lines:
            for pfn in pfns:
                self.pages[pfn] = self.contents(pfn, words)
        top = max(list(self.pages) + list(self.excluded) + [0]) + 1
        self.max_mapnr = self.maxpfn if self.maxpfn is not None else top

    def __getattr__(self, name):
        options = self.__dict__.get('options', {})
        for key in (name, name.replace('_', '-')):
            if key in options:
                return options[key]
        raise AttributeError(name)

    @property
    def big(self):
        return self.options['endian'] == 'big'

    def statement(self, line):
        word, _, rest = line.partition(' ')
        rest = rest.strip()
        args = rest.split()
        if word == 'page':
            self.page_lines.append((span(args[0]), args[1:]))
        elif word == 'exclude':
            self.excluded.update(span(args[0]))
        elif word == 'vmcoreinfo':
            if rest.startswith('@'):
                with open(rest[1:], 'rb') as f:
                    self.vmcoreinfo += f.read()
            else:
                self.vmcoreinfo += rest.encode() + b'\n'
        elif word == 'note':
            self.notes.append((args[0].encode() + b'\0', number(args[1]), bytes.fromhex(args[2] if args[2:] else '')))
        elif word == 'phdr':
            self.phdrs.append(args)
        elif word == 'partial':
            self.partial[number(args[0])] = (number(args[1]), number(args[2]))
        elif word == 'record':
            self.raw_records.append((number(args[0]), number(args[1]), bytes.fromhex(args[2] if args[2:] else '')))
        elif word == 'set':
            self.sets.append((args[0], number(args[1])))
        elif word == 'truncate':
            self.truncate = rest
        elif word == 'split':
            self.split = (number(args[0]), number(args[1]))
        elif word == 'eraseinfo':
            self.eraseinfo = rest.encode() + b'\n'
        elif word == 'maxpfn':
            self.maxpfn = number(rest)
        elif word == 'expect':
            self.expect(args)
        elif word == 'order':
            self.options['order'] = rest
        elif word in ('sharezero', 'shdrs-first', 'no-auto', 'twice', 'rewrite', 'no-end'):
            self.flags.add(word)
        elif word in self.options:
            default = self.options[word]
            self.options[word] = rest if default is None or isinstance(default, str) else number(rest)
        else:
            raise ValueError('unknown statement: ' + line)

    def expect(self, args):
        kinds = {'absent': ABSENT, 'excluded': EXCLUDED, 'eio': EIO, 'zeroes': ZERO}
        if args[0] == 'error':
            self.expect_flags |= OPEN_FAILS
        elif args[0] == 'incomplete':
            self.expect_flags |= INCOMPLETE
        else:
            for pfn in span(args[1]):
                self.expected[pfn] = kinds[args[0]]

    def contents(self, pfn, words):
        size, kind = self.options['block'], words[0]
        if kind == 'text':
            return ' '.join(words[1:]).encode()[:size].ljust(size, b'\0')
        if kind == 'random':
            return random.Random('%s-%d' % (words[1], pfn)).randbytes(size)
        if kind == 'number':
            return struct.pack('>Q' if self.big else '<Q', pfn) * (size // 8)
        if kind == 'byte':
            return bytes([number(words[1])]) * size
        if kind == 'zero':
            return bytes(size)
        raise ValueError('unknown contents: ' + kind)

    def visible(self, pfn):
        """The page as a reader must return it."""
        page = self.pages[pfn]
        if pfn in self.partial:
            first, length = self.partial[pfn]
            page = bytes(first) + page[first:first + length] + bytes(len(page) - first - length)
        return page

    def state(self, pfn):
        if pfn in self.expected:
            return self.expected[pfn]
        if pfn in self.pages:
            inside = not self.split or self.split[0] <= pfn < self.split[1]
            return DATA if inside else EIO
        return EXCLUDED if pfn in self.excluded else ABSENT

    def has_vmcoreinfo(self):
        if not self.vmcoreinfo or self.truncate or self.cut or self.sets:
            return False            # nothing is promised of a damaged dump
        if 'elf' in self.format or 'diskdump' in self.format:
            return 'elf' in self.format
        return self.version >= 4 or self.version == 0 or (self.version == 3 and self.vmcoreinfo_in in ('header', 'both'))

    def write_expect(self, path):
        """Little-endian: flags, block size, 32 or 64, 1 if big-endian; then { pfn, state, the page if state is DATA } in rising order. Pages that
        are not listed are absent. ZERO: a page of zeroes that is stored; EIO: stored, reading it fails."""
        with open(path, 'wb') as f:
            flags = self.expect_flags | (VMCOREINFO if self.has_vmcoreinfo() else 0)
            word = 32 if self.format.endswith('elf32') or ('elf' not in self.format and self.abi != '64') else 64
            f.write(struct.pack('<4Q', flags, self.options['block'], word, self.big))
            for pfn in sorted(set(self.pages) | self.excluded | set(self.expected)):
                state = self.state(pfn)
                if state != ABSENT:
                    f.write(struct.pack('<QQ', pfn, state))
                if state == DATA:
                    f.write(self.visible(pfn))

    def write_raw(self, path):
        size = self.options['block']
        with open(path, 'wb') as f:
            for pfn in sorted(self.pages):
                if self.state(pfn) == DATA:
                    f.seek(pfn * size)
                    f.write(self.visible(pfn))
            f.truncate(self.max_mapnr * size)
