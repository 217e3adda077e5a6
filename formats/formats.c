/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/formats.h"

#include <stddef.h>

#include "formats/reader/reader.h"

const struct dump_ops *const dump_formats[] = {
	&xc_core_dump_ops,		/* an ELF core too */
	&elf_dump_ops,
	&kdump_dump_ops,
	&lkcd_dump_ops,
	&sadump_dump_ops,
	&lime_dump_ops,
	&s390_dump_ops,
	&qemu_dump_ops,
	&vmware_dump_ops,
	&recognised_dump_ops,		/* last: what nobody reads */
	NULL
};
