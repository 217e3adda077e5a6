# SPDX-License-Identifier: GPL-2.0-or-later
class Image:
    """A file as pieces at offsets, some of them structs whose fields can be changed afterwards."""

    def __init__(self):
        self.pieces, self.structs, self.places = [], {}, {}

    def put(self, offset, data):
        self.pieces.append((offset, data))

    def put_struct(self, offset, name, cstruct):
        self.structs[name] = cstruct
        self.put(offset, cstruct.data)      # a bytearray: later changes show

    def fields(self):
        return ['%s.%s' % (name, field) for name, s in self.structs.items() for field in s.names()]

    def set(self, field, value):
        name, _, member = field.partition('.')
        self.structs[name].set(member, value)

    def bytes(self):
        out = bytearray(max([o + len(b) for o, b in self.pieces] + [self.places.get('end', 0)]))
        for offset, data in self.pieces:
            out[offset:offset + len(data)] = data
        return bytes(out)
