/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/registers.h"

#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"

const struct note_layout *note_layout(const struct arch *arch, const struct arch_note *note)
{
	for (const struct note_layout *l = arch->notes; l && l->owner; l++)
		if (l->type == note->type && !strcmp(l->owner, note->name) &&
		    (l->open ? note->len >= l->bytes : note->len == l->bytes))
			return l;
	return NULL;
}

const struct arch_register *note_register(const struct note_layout *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->registers[i].name, name))
			return &l->registers[i];
	return NULL;
}

const struct arch_register *note_register_of(const struct note_layout *l, enum register_role role)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->registers[i].role == role)
			return &l->registers[i];
	return NULL;
}

bool note_value(const struct arch_note *note, const struct arch_register *r, bool big_endian, uint64_t *value)
{
	if (!r || note->len < (size_t)r->offset + r->bytes)
		return false;
	*value = get_uint(note->desc + r->offset, r->bytes, big_endian);
	return true;
}
