/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/log/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define MAX_LOG_BYTES	(256u << 20)	/* as memory.c */
#define MIN_BOUND	(1u << 20)
#define UNKNOWN_BOUND	(64u << 20)

/* The forms of the log, told by the symbols that each era exports in VMCOREINFO, and what tells of a clear. */
static const struct era {
	const char *symbol, *kind, *clear_symbol;
	const char *clear_offset;	/* NULL: none needed */
	const char *why_no_partial;
	bool has_records;		/* with levels */
	int (*render)(const struct kernel *k, bool partial, struct printk_writer *w);
} eras[] = {
	{ "prb", "ring buffer", "clear_seq", "printk_info.seq",
	  "VMCOREINFO does not tell when the log was cleared (clear_seq, printk_info.seq)", true, printk_ring_render },
	{ "log_first_idx", "records", "clear_idx", NULL,
	  "VMCOREINFO does not tell when the log was cleared (clear_idx)", true, printk_records_render },
	{ "log_end", "characters", "logged_chars", NULL,
	  "VMCOREINFO does not tell when the log was cleared (logged_chars)", false, printk_characters_render },
};

static const char no_records[] = "this kernel's log has no records (they came with Linux 3.5)";
static const char no_log[] = "VMCOREINFO does not tell where the log is";

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

const char *printk_why_no_form(const struct kernel *k, enum printk_form form)
{
	const struct era *era = find_era(k);

	if (!era)
		return no_log;
	/* The characters of old have the form of syslog(2) as they are. */
	return form == PRINTK_KMSG && !era->has_records ? no_records : NULL;
}

const char *printk_why_no_partial(const struct kernel *k)
{
	const struct era *era = find_era(k);
	uint64_t value;

	if (!era)
		return no_log;
	if (vmci_symbol(&k->vmci, era->clear_symbol, &value) ||
	    (era->clear_offset && vmci_offset(&k->vmci, era->clear_offset, &value)))
		return era->why_no_partial;
	return NULL;
}

/* Bytes of the buffer that holds the texts. */
static int buffer_bytes(const struct kernel *k, uint64_t *out)
{
	uint64_t prb, rb, ring, at, bits, vaddr;

	if (!vmci_symbol(&k->vmci, "prb", &prb)) {
		if (vmci_offset(&k->vmci, "printk_ringbuffer.text_data_ring", &ring) ||
		    vmci_offset(&k->vmci, "prb_data_ring.size_bits", &at))
			return -ENOENT;
		if (printk_read_uint(k, prb, k->word_bytes, &rb) || printk_read_uint(k, rb + ring + at, 4, &bits) || bits > 31)
			return -EIO;
		*out = (uint64_t)1 << bits;
		return 0;
	}
	return vmci_symbol(&k->vmci, "log_buf_len", &vaddr) ? -ENOENT : printk_read_uint(k, vaddr, 4, out);
}

/*
 * The longest: each byte of the buffer is a newline, after which PRINTK_RAW has "<191>[18446744073.709551] ", or a
 * record of 32 bytes, the average that the ring is made for, is lost with a line in its place.
 */
uint64_t printk_bound(const struct kernel *k)
{
	uint64_t len;

	return buffer_bytes(k, &len) ? UNKNOWN_BOUND : max_u64(min_u64(len, MAX_LOG_BYTES) * 40, MIN_BOUND);
}

static int render(const struct kernel *k, const struct facts *facts, enum printk_form form, bool partial,
		  struct outbuf *out, struct printk_loss *loss)
{
	const struct era *era = find_era(k);
	struct printk_loss unused;
	struct printk_writer w;

	printk_writer_init(&w, k, form, out, loss ? loss : &unused);
	w.facts = facts;
	if (!era)
		return fail(ENOENT, "dmesg: VMCOREINFO tells of no kernel log");
	if (form == PRINTK_KMSG && !era->has_records)
		return fail(ENOTSUP, "kmsg: %s", no_records);
	return era->render(k, partial, &w);
}

int printk_render_form(const struct kernel *k, const struct facts *facts, enum printk_form form, struct outbuf *out,
		       struct printk_loss *loss)
{
	return render(k, facts, form, false, out, loss);
}

int printk_render(const struct kernel *k, struct outbuf *out)
{
	return render(k, NULL, PRINTK_DMESG, false, out, NULL);
}

int printk_render_partial(const struct kernel *k, const struct facts *facts, struct outbuf *out)
{
	return render(k, facts, PRINTK_DMESG, true, out, NULL);
}
