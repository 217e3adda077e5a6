# SPDX-License-Identifier: GPL-2.0-or-later
# For drgn: the symbols that modules have in memory, as /proc/kallsyms shows them. Of a module those in the order of its table.
import sys

from drgn.helpers.linux.module import for_each_module


def exported(module):
    """The kernel looks at those that are not for the GPL only. A struct kernel_symbol has pointers, or distances from its members."""
    for i in range(module.num_syms):
        symbol = module.syms[i]
        if symbol.type_.has_member("name_offset"):
            at = symbol.name_offset
            yield prog.read_c_string(at.address_ + at.value_()).decode()
        else:
            yield symbol.name.string_().decode()


for module in for_each_module(prog):
    table = module.kallsyms
    name, upper = module.name.string_().decode(), set(exported(module))
    for i in range(table.num_symtab):
        sym = table.symtab[i]
        symbol = (table.strtab + sym.st_name).string_().decode()
        # kept in the symbol itself, since 5.2 in a table beside it
        letter = chr(table.typetab[i] if table.type_.type.has_member("typetab") else sym.st_info)
        letter = letter.upper() if symbol in upper else letter.lower()
        if symbol:
            sys.stdout.write("%016x %s %s\t[%s]\n" % (sym.st_value, letter, symbol, name))
