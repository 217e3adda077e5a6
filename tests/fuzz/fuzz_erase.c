/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as erase rules: what is accepted, written out again, is read as the same rules. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/outbuf.h"
#include "filter/erase_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_command(struct outbuf *o, const struct erase_command *c)
{
	out_printf(o, "erase %s", c->path.text);
	if (c->extent == ERASE_STRING)
		out_printf(o, " %s", c->string);
	if (c->extent == ERASE_BYTES)
		out_printf(o, " size %llu", (unsigned long long)c->bytes);
	else if (c->extent == ERASE_BYTES_OF)
		out_printf(o, " size %s", c->bytes_of.text);
	else if (c->extent == ERASE_NULLIFY)
		out_printf(o, " nullify");
	out_char(o, '\n');
}

static void put_rules(struct outbuf *o, const struct erase_rules *rules)
{
	for (size_t i = 0; i < rules->nrules; i++) {
		const struct erase_rule *r = &rules->rules[i];

		out_printf(o, "[%s]\n", r->module.text ? r->module.text : "vmlinux");
		if (r->loop != ERASE_ONCE)
			out_printf(o, "for %s in %s", r->var.text, r->list.text);
		if (r->loop == ERASE_FOR_VIA)
			out_printf(o, " via %s", r->member.text);
		else if (r->loop == ERASE_FOR_WITHIN)
			out_printf(o, " within %s:%s", r->type.text, r->member.text);
		out_char(o, '\n');
		for (size_t j = 0; j < r->ncommands; j++)
			put_command(o, &r->commands[j]);
		if (r->loop != ERASE_ONCE)
			out_printf(o, "endfor\n");
		else if (r->ncommands != 1)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outbuf first = OUTBUF_INIT, second = OUTBUF_INIT;
	struct erase_rules *r;
	static int quiet;

	if (!quiet++)	/* millions of messages */
		stderr = fopen("/dev/null", "w");
	if (erase_parse("rules", (const char *)data, size, &r))
		return 0;
	put_rules(&first, r);
	erase_rules_free(r);
	if (erase_parse("again", first.data, first.len, &r))
		abort();
	put_rules(&second, r);
	erase_rules_free(r);
	if (first.len != second.len || (first.len && memcmp(first.data, second.data, first.len)))
		abort();
	out_free(&first);
	out_free(&second);
	return 0;
}
