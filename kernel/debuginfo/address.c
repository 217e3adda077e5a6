/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/address.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bisect.h"
#include "base/number.h"
#include "kernel/debuginfo/facts_names.h"
#include "kernel/object/percpu.h"

#define MAX_FUNCTION ((uint64_t)1 << 24)	/* bytes up to the next symbol */

/* Where c is last in n characters; n: nowhere. */
static size_t last(const char *text, size_t n, char c)
{
	const char *at = memrchr(text, c, n);

	return at ? (size_t)(at - text) : n;
}

/* A name of n characters, with NUL. -EINVAL: it is none; -ENOENT: longer than any. */
static int copy_name(const char *text, size_t n, char buf[SYMTAB_MAX_NAME + 1])
{
	if (!n)
		return -EINVAL;
	if (n > SYMTAB_MAX_NAME)
		return -ENOENT;
	for (size_t i = 0; i < n; i++)
		if (text[i] <= ' ' || text[i] > '~' || strchr("+:@/", text[i]))
			return -EINVAL;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return 0;
}

/* What a symbol that is not known means: no such thing, whatever is missing. */
static int find(const struct facts *f, const char *module, const char *name, uint64_t *out)
{
	struct symbol s;
	int r = facts_find_symbol(f, module, name, &s);

	if (r)
		return r == -ENOTSUP || r == -ENODEV ? -ENOENT : r;
	*out = s.vaddr;
	return 0;
}

int address_of_cpu(const struct facts *f, uint64_t vaddr, unsigned int cpu, uint64_t *out)
{
	const struct knames names = facts_names(f);
	struct kcpus cpus;
	struct kreader *reader;
	int r = kreader_open(facts_kernel(f), &reader);

	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	r = kcpus_read(&names, reader, &cpus);
	if (!r)
		r = kpercpu(reader, &cpus, cpu, vaddr, out);
	kreader_close(reader);
	return r;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int parse_symbol(const struct facts *f, const char *text, size_t n, uint64_t *out)
{
	char module[SYMTAB_MAX_NAME + 1], name[SYMTAB_MAX_NAME + 1];
	const char *colon = memchr(text, ':', n);
	size_t at = last(text, n, '@'), begin = colon ? (size_t)(colon + 1 - text) : 0;
	uint64_t cpu = 0;
	int r = colon ? copy_name(text, begin - 1, module) : 0;

	if (!r && at < begin)
		r = -EINVAL;
	if (!r && at < n)
		r = number_parse(text + at + 1, n - at - 1, &cpu);
	if (!r)
		r = copy_name(text + begin, at - begin, name);
	/* 0x1g, 12a: a number that is none */
	if (!r && is_digit(name[0]))
		r = -EINVAL;
	if (!r)
		r = find(f, colon ? module : NULL, name, out);
	if (r || at == n)
		return r;
	return cpu >= KCPUS_MAX ? -ENOENT : address_of_cpu(f, *out, (unsigned int)cpu, out);
}

int address_parse(const struct facts *f, const char *text, size_t n, uint64_t *out)
{
	size_t plus = last(text, n, '+');
	uint64_t offset = 0;
	int r = plus < n ? number_parse(text + plus + 1, n - plus - 1, &offset) : 0;

	if (r)
		return r;
	r = number_parse(text, plus, out);
	if (r == -EINVAL && f)
		r = parse_symbol(f, text, plus, out);
	if (r)
		return r;
	if (f)
		*out = kernel_wrap(facts_kernel(f), *out + offset);
	else if (__builtin_add_overflow(*out, offset, out))
		return -ENOENT;
	return 0;
}

const char *address_why_not(const struct facts *f, const char *text)
{
	const struct symbols *symbols;
	const struct modules *modules;
	const char *why = NULL;
	uint64_t number;

	if (number_parse(text, strcspn(text, "+"), &number) != -EINVAL)
		return NULL;
	if (!facts_symbols(f, &symbols, &why) && strchr(text, ':'))
		facts_modules(f, &modules, &why);
	return why;
}

int address_format(const struct facts *f, uint64_t vaddr, char *buf, size_t size)
{
	const struct module *module;
	struct symbol s;
	int r = facts_symbol_at(f, vaddr, &s, &module);

	buf[0] = '\0';
	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	if (vaddr == s.vaddr)
		snprintf(buf, size, "%s%s%s", module ? module->name : "", module ? ":" : "", s.name);
	else
		snprintf(buf, size, "%s%s%s+%#llx", module ? module->name : "", module ? ":" : "", s.name,
			 (unsigned long long)(vaddr - s.vaddr));
	return 0;
}

static bool is_of(const struct facts *f, uint64_t vaddr, uint64_t symbol)
{
	const struct module *module;
	struct symbol s;

	return !facts_symbol_at(f, vaddr, &s, &module) && s.vaddr == symbol;
}

int address_format_code(const struct facts *f, uint64_t vaddr, bool returns, char *buf, size_t size)
{
	const struct module *module;
	struct symbol s;
	uint64_t bytes;
	int r = facts_symbol_at(f, vaddr - returns, &s, &module);

	buf[0] = '\0';
	if (r)
		return r == -ENOTSUP ? -ENOENT : r;
	bytes = bisect_from(i, (uint64_t)1, MAX_FUNCTION, !is_of(f, s.vaddr + i, s.vaddr));
	snprintf(buf, size, "%s+%#llx/%#llx%s%s%s", s.name, (unsigned long long)(vaddr - s.vaddr), (unsigned long long)bytes,
		 module ? " [" : "", module ? module->name : "", module ? "]" : "");
	return 0;
}
