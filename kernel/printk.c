/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/printk_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define MAX_LOG_BYTES	(256u << 20)	/* far above log_buf_len's limit of 2 GiB >> 3; bounds what a bad dump costs */

int printk_fields(const struct kernel *k, const struct printk_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fields[i].get(&k->vmci, fields[i].name, fields[i].value))
			return fail(EIO, "dmesg: VMCOREINFO lacks %s", fields[i].name);
	return 0;
}

int printk_read_alloc(const struct kernel *k, const char *what, uint64_t vaddr, uint64_t bytes, char **out)
{
	int r;

	if (bytes > MAX_LOG_BYTES)
		return fail(EIO, "dmesg: %s of %llu bytes cannot be right", what, (unsigned long long)bytes);
	*out = malloc(bytes ? bytes : 1);
	if (!*out)
		return -ENOMEM;
	r = kernel_read(k, vaddr, *out, bytes);
	if (r) {
		free(*out);
		*out = NULL;
		return fail(-r, "dmesg: cannot read %s at %#llx: %s", what, (unsigned long long)vaddr, strerror(-r));
	}
	return 0;
}

int printk_variable(const struct kernel *k, const char *name, unsigned int bytes, uint64_t *out)
{
	uint64_t vaddr;
	int r;

	if (vmci_symbol(&k->vmci, name, &vaddr))
		return fail(EIO, "dmesg: VMCOREINFO lacks SYMBOL(%s)", name);
	r = kernel_read_uint(k, vaddr, bytes, out);
	return r ? fail(-r, "dmesg: cannot read %s at %#llx: %s", name, (unsigned long long)vaddr, strerror(-r)) : 0;
}

/* Until 3.4: a ring of characters. A clear is a count of characters that starts again (logged_chars). */
static int characters_render(const struct kernel *k, bool partial, struct outbuf *out)
{
	uint64_t buf, len, end, chars;
	char *mem;
	int r;

	if ((r = printk_variable(k, "log_buf", k->word_bytes, &buf)) || (r = printk_variable(k, "log_buf_len", 4, &len)) ||
	    (r = printk_variable(k, "log_end", 4, &end)))
		return r;
	chars = end;
	if (partial && (r = printk_variable(k, "logged_chars", 4, &chars)))
		return r;
	if (!len)
		return fail(EIO, "dmesg: the log buffer has no length");
	r = printk_read_alloc(k, "the log", buf, len, &mem);
	if (r)
		return r;
	chars = min_u64(min_u64(chars, end), len);
	if (end % len >= chars) {
		out_write(out, mem + (end % len - chars), (size_t)chars);
	} else {
		uint64_t tail = chars - end % len;

		out_write(out, mem + (len - tail), (size_t)tail);
		out_write(out, mem, (size_t)(end % len));
	}
	free(mem);
	return 0;
}

/* The forms of the log, told by the symbols that each era exports in VMCOREINFO, and what tells of a clear. */
static const struct era {
	const char *symbol, *kind, *clear_symbol;
	const char *clear_offset;	/* NULL: none needed */
	const char *why_no_partial;
	int (*render)(const struct kernel *k, bool partial, struct outbuf *out);
} eras[] = {
	{ "prb", "ring buffer", "clear_seq", "printk_info.seq",
	  "VMCOREINFO does not tell when the log was cleared (clear_seq, printk_info.seq)", printk_ring_render },
	{ "log_first_idx", "records", "clear_idx", NULL,
	  "VMCOREINFO does not tell when the log was cleared (clear_idx)", printk_records_render },
	{ "log_end", "characters", "logged_chars", NULL,
	  "VMCOREINFO does not tell when the log was cleared (logged_chars)", characters_render },
};

static const struct era *find_era(const struct kernel *k)
{
	uint64_t vaddr;

	for (size_t i = 0; i < ARRAY_SIZE(eras); i++)
		if (!vmci_symbol(&k->vmci, eras[i].symbol, &vaddr))
			return &eras[i];
	return NULL;
}

const char *printk_kind(const struct kernel *k)
{
	const struct era *era = find_era(k);

	return era ? era->kind : NULL;
}

const char *printk_why_no_partial(const struct kernel *k)
{
	const struct era *era = find_era(k);
	uint64_t value;

	if (!era)
		return "VMCOREINFO does not tell where the log is";
	if (vmci_symbol(&k->vmci, era->clear_symbol, &value) ||
	    (era->clear_offset && vmci_offset(&k->vmci, era->clear_offset, &value)))
		return era->why_no_partial;
	return NULL;
}

static int render(const struct kernel *k, bool partial, struct outbuf *out)
{
	const struct era *era = find_era(k);

	return era ? era->render(k, partial, out) : fail(ENOENT, "dmesg: VMCOREINFO tells of no kernel log");
}

int printk_render(const struct kernel *k, struct outbuf *out)
{
	return render(k, false, out);
}

int printk_render_partial(const struct kernel *k, struct outbuf *out)
{
	return render(k, true, out);
}
