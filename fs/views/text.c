/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text/: functions, disassembled. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/views/engine.h"
#include "fs/views/names.h"
#include "fs/views/row.h"
#include "kernel/code/disassemble.h"
#include "kernel/debuginfo/address.h"

/* The one that is at an address, or that an address lies in; of several names at one address that which was asked for. */
static int find(struct engine *e, const char *name, struct function *fn, char *own, size_t size)
{
	const char *colon = strchr(name, ':'), *symbol = colon ? colon + 1 : name;
	uint64_t vaddr;
	int r = address_parse(e->facts, name, strlen(name), &vaddr);

	if (!r)
		r = function_at(e->facts, vaddr, fn);
	if (r)
		return r == -EINVAL ? -ENOENT : r;
	if (vaddr == fn->vaddr && !strchr(symbol, '+') && name_number(name, &vaddr)) {
		snprintf(own, size, "%s", symbol);
		fn->name = own;
	}
	return 0;
}

static int text_of(struct engine *e, const struct view_at *dir, const char *name, char *buf, size_t size)
{
	char own[VIEW_NAME_BYTES];
	struct function fn;
	int r = find(e, name, &fn, own, sizeof(own)), n;

	(void)dir;
	if (r)
		return r;
	n = snprintf(buf, size, "%s%s%s", fn.module ? fn.module->name : "", fn.module ? ":" : "", fn.name);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	char own[VIEW_NAME_BYTES];
	struct function fn;
	int r = find(e, at->text, &fn, own, sizeof(own));

	return r ? r : disassemble(e->facts, &fn, out);
}

static const char *missing(const struct engine *e)
{
	return disassemble_missing(e->kernel);
}

static const char *why_no_symbol(const struct engine *e, const char *name)
{
	return address_why_not(e->facts, name);
}

static const struct names_ops names = { .text = text_of, .why_not = why_no_symbol };

static const struct view_row rows[] = {
	{ .path = "text", .cost = "none", .use = "you",
	  .help = "text/<symbol>: a function, disassembled as it is in memory", .type = VIEW_FOLDER, .missing = missing },
	{ .path = "text/<symbol>", .type = VIEW_TEXT, .names = &names, .render = render },
};

VIEW_FAMILY(text, rows);
