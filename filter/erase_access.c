/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/erase_access.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define POINTERS_MAX 4			/* to pointers to ... */

int access_fail(const struct access_context *c, struct erase_pos pos, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fail(EINVAL, "%s:%u:%u: %s", c->name, pos.line, pos.column, text);
}

size_t access_depth(const struct erase_word *path)
{
	size_t n = 1;

	for (const char *p = path->text; *p; p++)
		n += *p == '.';
	return n;
}

struct erase_pos access_name(const struct erase_word *path, size_t n, char *buf)
{
	struct erase_pos pos = path->pos;
	const char *at = path->text;

	for (; n; n--)
		at = strchr(at, '.') + 1;
	pos.column += (unsigned int)(at - path->text);
	snprintf(buf, ERASE_NAME_MAX + 1, "%.*s", (int)strcspn(at, "."), at);
	return pos;
}

/* Symbols of per-CPU variables are between these two; a CPU's copy is at the CPU's offset from there. */
static bool is_per_cpu(const struct access_context *c, uint64_t vaddr)
{
	struct symbol start, end;

	return !facts_find_symbol(c->facts, NULL, "__per_cpu_start", &start) &&
	       !facts_find_symbol(c->facts, NULL, "__per_cpu_end", &end) && vaddr >= start.vaddr && vaddr < end.vaddr;
}

/* A symbol of the section's module, or of the kernel, as makedumpfile looks for it. */
static int resolve_symbol(struct access_context *c, struct erase_pos pos, const char *name, struct access *out)
{
	const char *module = c->module;
	struct symbol symbol;
	int r = facts_find_symbol(c->facts, module, name, &symbol);

	if (r == -ENOENT && module) {
		module = NULL;
		r = facts_find_symbol(c->facts, NULL, name, &symbol);
	}
	if (r == -ENOENT && c->module)
		return access_fail(c, pos, "neither module %s nor the kernel has a symbol '%s'", c->module, name);
	if (r == -ENOENT)
		return access_fail(c, pos, "the kernel has no symbol '%s'", name);
	if (r)
		return r;
	if (!module && is_per_cpu(c, symbol.vaddr))
		out->per_cpu = c->per_cpu = true;
	r = types_variable(c->types, module, name, &out->type);
	if (r == -ENOENT && c->unknown) {
		out->type = *c->unknown;
		r = 0;
	}
	if (r == -ENOENT)
		return access_fail(c, pos, "the type of '%s' is not known%s", name,
				   !types_know_variables(c->types) ? " from BTF (-x vmlinux with debug information tells it)" : "");
	if (r)
		return r == -ENOMEM ? r : access_fail(c, pos, "the type of '%s' cannot be read: damaged type information", name);
	out->base = symbol.vaddr;
	return 0;
}

static int add_step(const struct access_context *c, struct erase_pos pos, struct access *a, unsigned int pointer_bytes,
		    uint64_t offset)
{
	struct access_step *last = a->nsteps ? &a->steps[a->nsteps - 1] : NULL;

	if (!pointer_bytes && last) {
		last->offset += offset;
		return 0;
	}
	if (a->nsteps == ACCESS_STEPS_MAX)
		return access_fail(c, pos, "too many pointers in one path");
	a->steps[a->nsteps++] = (struct access_step){ pointer_bytes, offset };
	return 0;
}

int access_deref(const struct access_context *c, struct erase_pos pos, bool all, struct access *a)
{
	for (unsigned int i = 0; a->type.kind == TYPE_POINTER && (all || !i); i++) {
		uint64_t bytes = a->type.bytes;
		int r;

		if (i == POINTERS_MAX || (bytes != 4 && bytes != 8))
			return access_fail(c, pos, "a pointer to pointers to pointers: too deep");
		r = types_target(c->types, &a->type, &a->type);
		if (r)
			return r == -ENOMEM ? r : access_fail(c, pos, "what the pointer points to is not known");
		r = add_step(c, pos, a, (unsigned int)bytes, 0);
		if (r)
			return r;
	}
	return 0;
}

int access_member(const struct access_context *c, struct erase_pos pos, const char *member, struct access *a)
{
	struct type_member m;
	int r = access_deref(c, pos, true, a);

	if (r)
		return r;
	if (a->type.kind == TYPE_ARRAY)
		return access_fail(c, pos, "'%s' would be a member of an array: 'for' takes its elements one by one", member);
	r = types_member(c->types, &a->type, member, &m);
	if (r == -EINVAL)
		return access_fail(c, pos, "'%s' would be a member of what is no struct or union", member);
	if (r == -ENOENT && !a->type.bytes)
		return access_fail(c, pos, "the members of the struct that '%s' is in are not known", member);
	if (r == -ENOENT)
		return access_fail(c, pos, "the struct has no member '%s'", member);
	if (r)
		return r == -ENOMEM ? r : access_fail(c, pos, "member '%s' cannot be found: damaged type information", member);
	a->type = m.type;
	a->bit_offset = m.bit_offset;
	a->bits = m.bits;
	return add_step(c, pos, a, 0, m.offset);
}

int access_resolve(struct access_context *c, const struct erase_word *path, size_t n, struct access *out)
{
	char name[ERASE_NAME_MAX + 1];
	struct erase_pos pos = access_name(path, 0, name);
	int r = 0;

	*out = (struct access){ .of_var = c->var && !strcmp(name, c->var) };
	if (out->of_var)
		out->type = c->var_type;
	else
		r = resolve_symbol(c, pos, name, out);
	for (size_t i = 1; i < n && !r; i++) {
		pos = access_name(path, i, name);
		r = access_member(c, pos, name, out);
	}
	return r;
}

int access_read(const struct access_context *c, uint64_t vaddr, uint64_t bytes, uint64_t *out)
{
	*out = kuint(c->reader, vaddr, (unsigned int)bytes);
	return kreader_take(c->reader, NULL);
}

int access_walk(const struct access_context *c, const struct access *a, uint64_t element, uint64_t *vaddr)
{
	uint64_t at = a->of_var ? element : a->base + (a->per_cpu ? c->cpu_offset : 0);

	for (unsigned int i = 0; i < a->nsteps; i++) {
		const struct access_step *s = &a->steps[i];

		if (s->pointer_bytes) {
			int r = access_read(c, at, s->pointer_bytes, &at);

			if (r)
				return r;
			if (!at)
				return 1;
		}
		at += s->offset;
	}
	*vaddr = at;
	return 0;
}
