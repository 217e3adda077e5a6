/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/log/internal.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

int printk_fields(const struct kernel *k, const struct printk_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fields[i].get(&k->vmci, fields[i].name, fields[i].value))
			return fail(EIO, "dmesg: VMCOREINFO lacks %s", fields[i].name);
	return 0;
}

int printk_variable(const struct kernel *k, const char *name, unsigned int bytes, uint64_t *out)
{
	uint64_t vaddr;
	int r;

	if (vmci_symbol(&k->vmci, name, &vaddr))
		return fail(EIO, "dmesg: VMCOREINFO lacks SYMBOL(%s)", name);
	r = printk_read_uint(k, vaddr, bytes, out);
	return r ? fail(-r, "dmesg: cannot read %s at %#llx: %s", name, (unsigned long long)vaddr, strerror(-r)) : 0;
}
