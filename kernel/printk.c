/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/printk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define MAX_LOG_BYTES	(256u << 20)	/* far above log_buf_len's limit of 2 GiB >> 3; bounds what a bad dump costs */
#define MAX_COUNT_BITS	24

/* Fields of the structures named in VMCOREINFO. */
struct field {
	const char *name;
	uint64_t *value;
	int (*get)(const struct vmcoreinfo *v, const char *name, uint64_t *out);
};

static int get_fields(const struct kernel *k, const struct field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fields[i].get(&k->vmci, fields[i].name, fields[i].value))
			return fail(EIO, "dmesg: VMCOREINFO lacks %s", fields[i].name);
	return 0;
}

/* A range of kernel memory in a buffer of its own. */
static int read_alloc(const struct kernel *k, const char *what, uint64_t vaddr, uint64_t bytes, char **out)
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

/* --- 5.10 and later: struct printk_ringbuffer ------------------------------------------------------------------- */

#define DESC_STATE_SHIFT	62
#define DESC_ID_MASK		(((uint64_t)1 << DESC_STATE_SHIFT) - 1)
#define DESC_COMMITTED		1
#define DESC_FINALIZED		2

struct ring {
	/* from VMCOREINFO */
	uint64_t rb_size, desc_ring, text_ring, count_bits, descs, infos, head_id, tail_id, size_bits, data, counter;
	uint64_t desc_size, state_var, blk_lpos, begin, next, info_size, ts_nsec, text_len;
	/* from the dump */
	char *desc_mem, *info_mem, *text_mem;
	uint64_t count, text_size, head, tail;
};

static int ring_fields(const struct kernel *k, struct ring *g)
{
	const struct field fields[] = {
		{ "printk_ringbuffer", &g->rb_size, vmci_size },
		{ "printk_ringbuffer.desc_ring", &g->desc_ring, vmci_offset },
		{ "printk_ringbuffer.text_data_ring", &g->text_ring, vmci_offset },
		{ "prb_desc_ring.count_bits", &g->count_bits, vmci_offset },
		{ "prb_desc_ring.descs", &g->descs, vmci_offset },
		{ "prb_desc_ring.infos", &g->infos, vmci_offset },
		{ "prb_desc_ring.head_id", &g->head_id, vmci_offset },
		{ "prb_desc_ring.tail_id", &g->tail_id, vmci_offset },
		{ "prb_data_ring.size_bits", &g->size_bits, vmci_offset },
		{ "prb_data_ring.data", &g->data, vmci_offset },
		{ "atomic_long_t.counter", &g->counter, vmci_offset },
		{ "prb_desc", &g->desc_size, vmci_size },
		{ "prb_desc.state_var", &g->state_var, vmci_offset },
		{ "prb_desc.text_blk_lpos", &g->blk_lpos, vmci_offset },
		{ "prb_data_blk_lpos.begin", &g->begin, vmci_offset },
		{ "prb_data_blk_lpos.next", &g->next, vmci_offset },
		{ "printk_info", &g->info_size, vmci_size },
		{ "printk_info.ts_nsec", &g->ts_nsec, vmci_offset },
		{ "printk_info.text_len", &g->text_len, vmci_offset },
	};
	int r = get_fields(k, fields, ARRAY_SIZE(fields));

	if (r)
		return r;
	/* every field that is read below lies inside its structure */
	if (g->desc_size < 24 || g->desc_size > 4096 || g->info_size < 18 || g->info_size > 4096 ||
	    g->state_var + g->counter > g->desc_size - 8 || g->blk_lpos + g->begin > g->desc_size - 8 ||
	    g->blk_lpos + g->next > g->desc_size - 8 || g->ts_nsec > g->info_size - 8 ||
	    g->text_len > g->info_size - 2)
		return fail(EIO, "dmesg: structure sizes in VMCOREINFO do not fit together");
	return 0;
}

static int ring_load(const struct kernel *k, struct ring *g)
{
	uint64_t prb, rb, bits, descs, infos, data;
	int r;

	if (vmci_symbol(&k->vmci, "prb", &prb))
		return fail(EIO, "dmesg: VMCOREINFO lacks SYMBOL(prb)");
	if ((r = kernel_read_uint(k, prb, 8, &rb)) ||
	    (r = kernel_read_uint(k, rb + g->desc_ring + g->count_bits, 4, &bits)) ||
	    (r = kernel_read_uint(k, rb + g->desc_ring + g->descs, 8, &descs)) ||
	    (r = kernel_read_uint(k, rb + g->desc_ring + g->infos, 8, &infos)) ||
	    (r = kernel_read_uint(k, rb + g->desc_ring + g->head_id + g->counter, 8, &g->head)) ||
	    (r = kernel_read_uint(k, rb + g->desc_ring + g->tail_id + g->counter, 8, &g->tail)))
		return fail(-r, "dmesg: cannot read the log's head at %#llx: %s", (unsigned long long)prb, strerror(-r));
	if (bits < 1 || bits > MAX_COUNT_BITS)
		return fail(EIO, "dmesg: 2^%llu log records cannot be right", (unsigned long long)bits);
	g->count = (uint64_t)1 << bits;
	if ((r = kernel_read_uint(k, rb + g->text_ring + g->size_bits, 4, &bits)) ||
	    (r = kernel_read_uint(k, rb + g->text_ring + g->data, 8, &data)))
		return fail(-r, "dmesg: cannot read the log's text ring: %s", strerror(-r));
	if (bits < 3 || bits > 31)
		return fail(EIO, "dmesg: a log of 2^%llu bytes cannot be right", (unsigned long long)bits);
	g->text_size = (uint64_t)1 << bits;
	if ((r = read_alloc(k, "the log's descriptors", descs, g->count * g->desc_size, &g->desc_mem)) ||
	    (r = read_alloc(k, "the log's records", infos, g->count * g->info_size, &g->info_mem)))
		return r;
	return read_alloc(k, "the log's text", data, g->text_size, &g->text_mem);
}

/* The text block of a descriptor. false: it has no text. */
static bool ring_text(const struct ring *g, const char *desc, bool big, uint64_t text_len, const char **text, size_t *len)
{
	uint64_t begin = get_u64(desc + g->blk_lpos + g->begin, big), next = get_u64(desc + g->blk_lpos + g->next, big);
	uint64_t from = begin % g->text_size, to = next % g->text_size, room;

	/* positions with the lowest bit set mean: no data, or lost (printk_ringbuffer.c: FAILED_LPOS, NO_LPOS) */
	if ((begin & 1) || (next & 1) || begin == next)
		return false;
	if (from > to) {		/* the block did not fit in front of the end: it is at the start */
		if (to == 0)		/* ... or it ends just there */
			to = g->text_size;
		else
			from = 0;
	}
	room = to - from;
	if (room < 8)			/* each block starts with the id of its descriptor */
		return false;
	*text = g->text_mem + from + 8;
	*len = (size_t)min_u64(text_len, room - 8);
	return true;
}

static bool ring_is_written(uint64_t state)
{
	return state >> DESC_STATE_SHIFT == DESC_COMMITTED || state >> DESC_STATE_SHIFT == DESC_FINALIZED;
}

/* The highest id of a record that is in its slot; where the ring's own idea of it is damaged. */
static uint64_t ring_newest(const struct ring *g, bool big)
{
	uint64_t newest = 0;

	for (uint64_t i = 0; i < g->count; i++) {
		uint64_t state = get_u64(g->desc_mem + i * g->desc_size + g->state_var + g->counter, big);

		if (ring_is_written(state) && (state & DESC_ID_MASK) % g->count == i)
			newest = max_u64(newest, state & DESC_ID_MASK);
	}
	return newest;
}

static int ring_render(const struct kernel *k, struct outbuf *out)
{
	struct ring g = { 0 };
	uint64_t n, lost = 0;
	int r = ring_fields(k, &g);

	if (!r)
		r = ring_load(k, &g);
	if (r)
		goto out_free;
	n = ((g.head - g.tail) & DESC_ID_MASK) + 1;
	if (n > g.count) {
		log_warn("dmesg: the log's head and tail do not fit together; showing all records that look valid");
		g.tail = ring_newest(&g, k->big_endian) - (g.count - 1);
		n = g.count;
	}
	for (uint64_t i = 0; i < n; i++) {
		uint64_t id = (g.tail + i) & DESC_ID_MASK;
		const char *desc = g.desc_mem + id % g.count * g.desc_size;
		const char *info = g.info_mem + id % g.count * g.info_size;
		uint64_t state = get_u64(desc + g.state_var + g.counter, k->big_endian);
		const char *text;
		size_t len;

		if ((state & DESC_ID_MASK) != id || !ring_is_written(state)) {
			lost++;
			continue;
		}
		if (ring_text(&g, desc, k->big_endian, get_u16(info + g.text_len, k->big_endian), &text, &len))
			printk_record(out, get_u64(info + g.ts_nsec, k->big_endian), text, len);
	}
	if (lost)
		log_debug("dmesg: %llu log records were being written or are damaged", (unsigned long long)lost);
out_free:
	free(g.desc_mem);
	free(g.info_mem);
	free(g.text_mem);
	return r;
}

/* --- 3.5 to 5.9: struct printk_log (struct log until 3.10) --------------------------------------------------------- */

static int records_fields(const struct kernel *k, uint64_t *size, uint64_t *ts, uint64_t *len, uint64_t *text_len)
{
	bool old = vmci_size(&k->vmci, "printk_log", size) != 0;
	const struct field fields[] = {
		{ old ? "log" : "printk_log", size, vmci_size },
		{ old ? "log.ts_nsec" : "printk_log.ts_nsec", ts, vmci_offset },
		{ old ? "log.len" : "printk_log.len", len, vmci_offset },
		{ old ? "log.text_len" : "printk_log.text_len", text_len, vmci_offset },
	};
	int r = get_fields(k, fields, ARRAY_SIZE(fields));

	if (r)
		return r;
	if (*size < 16 || *size > 256 || *ts > *size - 8 || *len > *size - 2 || *text_len > *size - 2)
		return fail(EIO, "dmesg: structure sizes in VMCOREINFO do not fit together");
	return 0;
}

static int read_variable(const struct kernel *k, const char *name, unsigned int bytes, uint64_t *out)
{
	uint64_t vaddr;
	int r;

	if (vmci_symbol(&k->vmci, name, &vaddr))
		return fail(EIO, "dmesg: VMCOREINFO lacks SYMBOL(%s)", name);
	r = kernel_read_uint(k, vaddr, bytes, out);
	return r ? fail(-r, "dmesg: cannot read %s at %#llx: %s", name, (unsigned long long)vaddr, strerror(-r)) : 0;
}

static int records_render(const struct kernel *k, struct outbuf *out)
{
	uint64_t head_size, ts, len_at, text_len_at, buf, buf_len, first, next;
	uint64_t at, used = 0;
	char *mem;
	int r;

	if ((r = records_fields(k, &head_size, &ts, &len_at, &text_len_at)) ||
	    (r = read_variable(k, "log_buf", 8, &buf)) || (r = read_variable(k, "log_buf_len", 4, &buf_len)) ||
	    (r = read_variable(k, "log_first_idx", 4, &first)) || (r = read_variable(k, "log_next_idx", 4, &next)) ||
	    (r = read_alloc(k, "the log", buf, buf_len, &mem)))
		return r;
	/* used bounds the walk: together the records are never longer than the buffer */
	for (at = first; at != next && used <= buf_len;) {
		uint64_t len = 0, text_len;

		if (at > buf_len || buf_len - at < head_size || !(len = get_u16(mem + at + len_at, k->big_endian))) {
			/* len 0: the next record did not fit here, it is at the start */
			if (at <= buf_len && buf_len - at >= head_size && at == 0)
				break;
			used += buf_len - min_u64(at, buf_len) + 1;
			at = 0;
			continue;
		}
		text_len = get_u16(mem + at + text_len_at, k->big_endian);
		if (len < head_size || len > buf_len - at || text_len > len - head_size) {
			log_warn("dmesg: the record at offset %llu of the log is damaged; the log ends there",
				 (unsigned long long)at);
			break;
		}
		printk_record(out, get_u64(mem + at + ts, k->big_endian), mem + at + head_size, (size_t)text_len);
		at += len;
		used += len;
	}
	free(mem);
	return 0;
}

/* --- until 3.4: a ring of characters ------------------------------------------------------------------------------ */

static int characters_render(const struct kernel *k, struct outbuf *out)
{
	uint64_t buf, len, end, chars;
	char *mem;
	int r;

	if ((r = read_variable(k, "log_buf", 8, &buf)) || (r = read_variable(k, "log_buf_len", 4, &len)) ||
	    (r = read_variable(k, "log_end", 4, &end)))
		return r;
	if (vmci_symbol(&k->vmci, "logged_chars", &chars) || read_variable(k, "logged_chars", 4, &chars))
		chars = end;
	if (!len)
		return fail(EIO, "dmesg: the log buffer has no length");
	r = read_alloc(k, "the log", buf, len, &mem);
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

/* Which form: the symbols that each era exports in VMCOREINFO. */
static const struct {
	const char *symbol, *kind;
	int (*render)(const struct kernel *k, struct outbuf *out);
} eras[] = {
	{ "prb", "ring buffer", ring_render },
	{ "log_first_idx", "records", records_render },
	{ "log_end", "characters", characters_render },
};

const char *printk_kind(const struct kernel *k)
{
	uint64_t vaddr;

	for (size_t i = 0; i < ARRAY_SIZE(eras); i++)
		if (!vmci_symbol(&k->vmci, eras[i].symbol, &vaddr))
			return eras[i].kind;
	return NULL;
}

int printk_render(const struct kernel *k, struct outbuf *out)
{
	uint64_t vaddr;

	for (size_t i = 0; i < ARRAY_SIZE(eras); i++)
		if (!vmci_symbol(&k->vmci, eras[i].symbol, &vaddr))
			return eras[i].render(k, out);
	return fail(ENOENT, "dmesg: VMCOREINFO tells of no kernel log");
}
