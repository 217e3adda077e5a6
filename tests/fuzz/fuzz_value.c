/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any types over any memory: values of them as C and as JSON, paths, and lists of them. Byte 0: 1: words of 4 bytes, 2: big-endian, 4: only
 * the lower half of memory is there. Bytes 1 and 2: how many of the rest are BTF; then 32 bytes of a path; what is left is
 * memory from address 0 on. The texts have bounds, and nothing that a terminal would obey.
 */
#include <errno.h>
#include <stdlib.h>

#include "arch/x86_64.h"
#include "base/bytes.h"
#include "base/log.h"
#include "kernel/debuginfo/types_internal.h"
#include "kernel/value/elements.h"

#define PAGES 16u

#include "tests/fuzz/memory.h"

#define PATH	32u
#define LIMIT	1000u			/* elements of a list */
#define MOST	4u			/* types of one input */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct outbuf *out, int r)
{
	if (r > 0 || r == -ENOMEM || out->len > VALUE_TEXT_MAX + (1 << 20))
		abort();
	for (size_t i = 0; i < out->len; i++)
		if (((unsigned char)out->data[i] < ' ' && out->data[i] != '\n' && out->data[i] != '\t') || out->data[i] == 0x7f)
			abort();
}

static void render(struct value_reader *v, const struct value *at)
{
	struct outbuf out = OUTBUF_INIT;

	check(&out, value_text(v, at, &out));
	out_cut(&out, 0);
	check(&out, value_json(v, at, &out));
	out_cut(&out, 0);
	check(&out, value_short(v, at, &out));
	out_free(&out);
}

static void walk(struct value_reader *v, const struct type *type, const char *path, const struct value *head)
{
	struct elements l;
	unsigned int told = 0;

	if (elements_begin(&l, v, type, path, head, LIMIT))
		return;
	while (elements_next(&l))
		told++;
	if (told > LIMIT || l.error > 0)
		abort();
}

static void each(struct value_reader *v, const char *path)
{
	struct type type;
	uint64_t at = 0;

	for (unsigned int i = 0; i < MOST && types_next(v->types, NULL, &at, &type) == 1; i++) {
		struct value value = { .type = type, .vaddr = i * 64, .owner = "", .name = "" };

		render(v, &value);
		walk(v, &type, path, &value);
		walk(v, &type, "", &value);
		if (!value_follow(v, &value, path)) {
			if (value_check_path(path))
				abort();
			render(v, &value);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pages_ops ops = { .read = memory_read, .run = memory_run_all };
	static struct memory m;
	struct mapping window = { 0, 0, PAGES * PAGE };
	struct kernel k = { .pages = &m.pages, .page_shift = 12, .has_space = true };
	struct value_reader v = { .knows_cpus = true, .cpus_error = -ENOENT };
	struct types *t;
	char path[PATH + 1] = "";
	size_t len;

	if (size < 3 + PATH)
		return 0;
	log_set_level(LOG_LVL_ERR);
	len = (size_t)min_u64(get_u16(data + 1, false), size - 3 - PATH);
	memcpy(path, data + 3 + len, PATH);
	m.pages = (struct pages){ .ops = &ops, .page_shift = 12, .max_pfn = PAGES };
	memset(m.bytes, 0, sizeof(m.bytes));
	memcpy(m.bytes, data + 3 + len + PATH, min_u64(size - 3 - len - PATH, PAGES * PAGE));
	k.word_bytes = data[0] & 1 ? 4 : 8;
	k.big_endian = data[0] & 2;
	if (data[0] & 4)
		window.len /= 2;
	k.space = (struct space){ .arch = &arch_x86_64, .mem = &m.pages, .windows = &window, .nwindows = 1 };
	if (types_of_bytes(data + 3, len, NULL, 0, k.word_bytes, &t))
		return 0;
	v.types = t;
	v.facts = facts_new(&k, NULL);
	if (v.facts && !kreader_open(&k, &v.reader))
		each(&v, path);
	value_reader_close(&v);
	facts_free((struct facts *)v.facts);
	types_close(t);
	return 0;
}
