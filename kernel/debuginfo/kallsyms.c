/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/kallsyms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"

#define TOKENS		256
#define MAX_SYMS	(1u << 21)	/* kernels of today have 100,000 to 300,000 */
#define MAX_TOKEN	512		/* bytes */
#define MEAN_NAME	64		/* bytes, compressed: far beyond what they have in the mean */

struct decoder {
	const struct kernel *k;
	const struct kallsyms *at;
	uint8_t *names;
	size_t names_len;
	char tokens[65536 + MAX_TOKEN];	/* an index is of 16 bits */
	const char *token[TOKENS];
	size_t token_len[TOKENS];
	uint32_t n;
	uint8_t *values;		/* of the table of offsets, or of addresses */
	unsigned int pointer_bytes;
};

int kallsyms_told(const struct kernel *k, struct kallsyms *out)
{
	const struct { const char *name; uint64_t *value; bool needed; } symbols[] = {
		{ "kallsyms_num_syms", &out->num_syms, true }, { "kallsyms_names", &out->names, true },
		{ "kallsyms_token_table", &out->token_table, true }, { "kallsyms_token_index", &out->token_index, true },
		{ "kallsyms_offsets", &out->offsets, false }, { "kallsyms_relative_base", &out->relative_base, false },
		{ "kallsyms_addresses", &out->addresses, false },
	};

	*out = (struct kallsyms){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		if (vmci_symbol(&k->vmci, symbols[i].name, symbols[i].value) && symbols[i].needed)
			return -ENOENT;
	return out->offsets || out->addresses ? 0 : -ENOENT;
}

static int read_tokens(struct decoder *d)
{
	uint8_t index[TOKENS * 2];
	uint64_t have;
	int r = kernel_read(d->k, d->at->token_index, index, sizeof(index));

	if (r)
		return r;
	have = kernel_read_part(d->k, d->at->token_table, d->tokens,
				get_u16(index + sizeof(index) - 2, d->k->big_endian) + MAX_TOKEN);
	for (size_t i = 0; i < TOKENS; i++) {
		uint16_t at = get_u16(index + i * 2, d->k->big_endian);
		const char *end = at < have ? memchr(d->tokens + at, '\0', min_u64(have - at, MAX_TOKEN)) : NULL;

		if (!end)
			return -EIO;
		d->token[i] = d->tokens + at;
		d->token_len[i] = (size_t)(end - d->token[i]);
	}
	return 0;
}

/* Their length is not told; what follows them is, mostly. */
static int read_names(struct decoder *d)
{
	uint64_t most = (uint64_t)d->n * MEAN_NAME + 2 * SYMTAB_MAX_NAME;

	if (d->at->token_table > d->at->names)
		most = min_u64(most, d->at->token_table - d->at->names);
	d->names = memory_malloc(most);
	if (!d->names)
		return -ENOMEM;
	d->names_len = kernel_read_part(d->k, d->at->names, d->names, most);
	return 0;
}

static int read_values(struct decoder *d)
{
	unsigned int bytes = d->at->offsets ? 4 : d->pointer_bytes;

	d->values = memory_malloc((size_t)d->n * bytes);
	if (!d->values)
		return -ENOMEM;
	return kernel_read(d->k, d->at->offsets ? d->at->offsets : d->at->addresses, d->values, (uint64_t)d->n * bytes);
}

/* The name at *pos: its type letter and itself, len bytes. */
static int expand(const struct decoder *d, size_t *pos, char out[SYMTAB_MAX_NAME + 1], size_t *len)
{
	size_t n, at = *pos;

	if (at >= d->names_len)
		return -EIO;
	n = d->names[at++];
	if (n & 0x80) {			/* since 6.1: two bytes, the lower seven bits first */
		if (at >= d->names_len)
			return -EIO;
		n = (n & 0x7f) | (size_t)d->names[at++] << 7;
	}
	if (n > d->names_len - at)
		return -EIO;
	*len = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t token = d->names[at + i];

		if (d->token_len[token] > SYMTAB_MAX_NAME + 1 - *len)
			return -EIO;
		memcpy(out + *len, d->token[token], d->token_len[token]);
		*len += d->token_len[token];
	}
	*pos = at + n;
	return *len > 1 ? 0 : -EIO;
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

typedef uint64_t address_fn(const struct decoder *d, uint64_t base, size_t i);

static uint64_t offset_of(const struct decoder *d, size_t i)
{
	return get_u32(d->values + i * 4, d->k->big_endian);
}

/* CONFIG_KALLSYMS_ABSOLUTE_PERCPU (4.6 to 6.14, x86_64): what is not negative is the address itself */
static uint64_t percpu_address(const struct decoder *d, uint64_t base, size_t i)
{
	int32_t offset = (int32_t)offset_of(d, i);

	return offset >= 0 ? (uint64_t)offset : base - 1 - (uint64_t)(int64_t)offset;
}

static uint64_t based_address(const struct decoder *d, uint64_t base, size_t i)
{
	return base + offset_of(d, i);
}

/* 7.x, where there is no relative_base: from the entry's own place */
static uint64_t relative_address(const struct decoder *d, uint64_t base, size_t i)
{
	return base + i * 4 + (uint64_t)(int64_t)(int32_t)offset_of(d, i);
}

static uint64_t plain_address(const struct decoder *d, uint64_t base, size_t i)
{
	(void)base;
	return d->pointer_bytes == 8 ? get_u64(d->values + i * 8, d->k->big_endian) : offset_of(d, i);
}

/* The form that has _stext where it is. */
static address_fn *choose_form(const struct decoder *d, size_t stext_index, uint64_t stext, uint64_t *base)
{
	static address_fn *const based[] = { percpu_address, based_address };

	if (!d->at->offsets)
		return plain_address(d, 0, stext_index) == stext ? plain_address : NULL;
	if (d->at->relative_base && !kernel_read_uint(d->k, d->at->relative_base, d->pointer_bytes, base))
		for (size_t i = 0; i < ARRAY_SIZE(based); i++)
			if (based[i](d, *base, stext_index) == stext)
				return based[i];
	*base = d->at->offsets;
	return relative_address(d, *base, stext_index) == stext ? relative_address : NULL;
}

static int set_addresses(const struct decoder *d, uint64_t stext, struct symtab *out, const char **why)
{
	address_fn *form = NULL;
	uint64_t base = 0;

	for (size_t i = 0; i < out->n && !form; i++)
		if (!strcmp(symtab_name(out, &out->entries[i]), "_stext"))
			form = choose_form(d, i, stext, &base);
	if (!form) {
		*why = "the addresses of the kernel's kallsyms do not fit SYMBOL(_stext)";
		return -EIO;
	}
	for (size_t i = 0; i < out->n; i++) {
		out->entries[i].vaddr = form(d, base, i);
		if (d->pointer_bytes == 4)
			out->entries[i].vaddr &= UINT32_MAX;
	}
	return 0;
}

static int decode(struct decoder *d, uint64_t stext, struct symtab *out, const char **why)
{
	char name[SYMTAB_MAX_NAME + 1];
	size_t pos = 0, len;
	int r;

	if ((r = read_tokens(d)) || (r = read_names(d)) || (r = read_values(d)))
		return r;
	for (uint32_t i = 0; i < d->n; i++) {
		r = expand(d, &pos, name, &len);
		if (!r)
			r = symtab_add(out, 0, 0, name[0], name + 1, len - 1);
		if (r)
			return r;
	}
	return set_addresses(d, stext, out, why);
}

int kallsyms_read(const struct kernel *k, const struct kallsyms *tables, uint64_t stext, struct symtab *out,
		  const char **why)
{
	struct decoder *d = calloc(1, sizeof(*d));
	uint64_t n;
	int r;

	if (!d)
		return -ENOMEM;
	d->k = k;
	d->at = tables;
	d->pointer_bytes = k->arch->elf_class / 8;
	*why = "the kernel's kallsyms cannot be read, or are damaged";
	r = kernel_read_uint(k, tables->num_syms, 4, &n);
	if (!r && (!n || n > MAX_SYMS))
		r = -EIO;
	d->n = r ? 0 : (uint32_t)n;
	if (!r)
		r = decode(d, stext, out, why);
	free(d->names);
	free(d->values);
	free(d);
	return r && r != -ENOMEM ? -EIO : r;
}
