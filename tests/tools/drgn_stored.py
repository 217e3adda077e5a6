# SPDX-License-Identifier: GPL-2.0-or-later
# For drgn: of the physical addresses on standard input, hexadecimal, one a line, those that the dump has not.
import sys

from drgn import FaultError

for line in sys.stdin:
    try:
        prog.read(int(line, 16), 1, physical=True)
    except FaultError:
        print(line, end="")
