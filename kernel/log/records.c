/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 3.5 to 5.9: struct printk_log (struct log until 3.10), kernel/printk/printk.c. */
#include "kernel/log/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define ALIGN_MIN 4u		/* LOG_ALIGN is 4 where the struct is packed, else 8 */
#define ALIGN_MAX 8u
/* Clocks of CPUs differ: a record may be so much older than the one before it. */
#define CLOCKS_DIFFER 1000000000ull

struct records {
	bool big;
	uint64_t head_size, ts, len, text_len, dict_len, caller;
	bool has_caller;
	struct printk_memory mem;
	uint64_t buf_len, first, next;
};

static int records_fields(const struct kernel *k, struct records *g)
{
	bool old = vmci_size(&k->vmci, "printk_log", &g->head_size) != 0;
	const struct printk_field fields[] = {
		{ old ? "log" : "printk_log", &g->head_size, vmci_size },
		{ old ? "log.ts_nsec" : "printk_log.ts_nsec", &g->ts, vmci_offset },
		{ old ? "log.len" : "printk_log.len", &g->len, vmci_offset },
		{ old ? "log.text_len" : "printk_log.text_len", &g->text_len, vmci_offset },
	};
	uint64_t size;
	int r = printk_fields(k, fields, ARRAY_SIZE(fields));

	if (r)
		return r;
	size = g->head_size;
	/* dict_len, facility, then level and flags follow text_len in all kernels */
	if (vmci_offset(&k->vmci, old ? "log.dict_len" : "printk_log.dict_len", &g->dict_len))
		g->dict_len = g->text_len + 2;
	if (size < 16 || size > 256 || g->ts > size - 8 || g->len > size - 2 || g->text_len > size - 2 ||
	    g->dict_len > size - 4)
		return fail(EIO, "dmesg: structure sizes in VMCOREINFO do not fit together");
	/* CONFIG_PRINTK_CALLER, from 5.1 on */
	g->has_caller = !vmci_offset(&k->vmci, "printk_log.caller_id", &g->caller) && g->caller <= size - 4;
	return 0;
}

static uint64_t record_u16(const struct records *g, uint64_t at, uint64_t field)
{
	return get_u16(g->mem.data + at + field, g->big);
}

static uint64_t record_ts(const struct records *g, uint64_t at)
{
	return get_u64(g->mem.data + at + g->ts, g->big);
}

/* Where nothing leads to it: does a record start here? Its lengths add up, and what fills it up is zero. */
static bool looks_like_record(const struct records *g, uint64_t at)
{
	uint64_t len, used, pad;

	if (g->buf_len - at < g->head_size || printk_memory_hole(&g->mem, at, g->head_size))
		return false;
	len = record_u16(g, at, g->len);
	used = g->head_size + record_u16(g, at, g->text_len) + record_u16(g, at, g->dict_len);
	if (len > g->buf_len - at || len % ALIGN_MIN || used > len || len - used >= ALIGN_MAX)
		return false;
	pad = len - used;
	return printk_memory_hole(&g->mem, at + used, pad) || bytes_are_zero(g->mem.data + at + used, pad);
}

/* The first record from at on and before end that is not older than those before it, and is followed by another one, by
 * the end, or by what is lost too; end when there is none. */
static uint64_t find_record(const struct records *g, uint64_t at, uint64_t end, uint64_t last_ts)
{
	for (at = round_up_u64(at, ALIGN_MIN); at < end; at += ALIGN_MIN) {
		uint64_t after;

		if (!looks_like_record(g, at) || record_ts(g, at) + CLOCKS_DIFFER < last_ts)
			continue;
		after = at + record_u16(g, at, g->len);
		if (after == g->next || g->buf_len - after < g->head_size || !record_u16(g, after, g->len) ||
		    printk_memory_hole(&g->mem, after, g->head_size) || looks_like_record(g, after))
			return at;
	}
	return end;
}

static void write_record(const struct records *g, uint64_t at, uint64_t seq, struct printk_writer *w)
{
	uint64_t len = record_u16(g, at, g->len), text_len = record_u16(g, at, g->text_len);
	uint64_t dict_len = min_u64(record_u16(g, at, g->dict_len), len - g->head_size - text_len);
	const struct printk_hole *hole = printk_memory_hole(&g->mem, at, len);
	const char *record = g->mem.data + at;
	struct printk_entry e = {
		.seq = seq, .ts_nsec = record_ts(g, at), .text = record + g->head_size, .text_len = text_len,
		.dict = record + g->head_size + text_len, .dict_len = dict_len, .has_caller = g->has_caller,
	};

	if (hole) {
		printk_write_lost(w, &g->mem, hole, len, seq, e.ts_nsec);
		return;
	}
	printk_entry_level(&e, record + g->dict_len + 2, g->big);
	if (g->has_caller)
		e.caller = get_u32(record + g->caller, g->big);
	printk_write_record(w, &e);
}

/*
 * Partial: clear is where the first record after the last clear is. 0 means never cleared: a record that starts there
 * is stored in one step with the wrap, so no clear can find the log's end there. A place that the walk does not come
 * across has been overwritten, so that all records are younger.
 */
static void walk(const struct records *g, uint64_t clear, struct printk_writer *w)
{
	uint64_t at, used = 0, seq = 0, buf_len = g->buf_len;

	/* used bounds the walk: together the records are never longer than the buffer */
	for (at = g->first; at != g->next && used <= buf_len;) {
		const struct printk_hole *hole = NULL;
		uint64_t len = 0, text_len;

		if (clear && at == clear)
			printk_writer_restart(w);
		if (at <= buf_len && buf_len - at >= g->head_size)
			hole = printk_memory_hole(&g->mem, at, g->head_size);
		if (hole) {
			uint64_t end = at < g->next && g->next < buf_len ? g->next : buf_len;
			uint64_t found = find_record(g, min_u64(hole->end, end), end, w->last_ts);

			printk_write_lost(w, &g->mem, hole, found - at, seq, w->last_ts);
			/* a clear of which only the place is known */
			if (clear > at && clear < found)
				printk_writer_restart(w);
			used += found - at;
			at = found == buf_len ? 0 : found;
			continue;
		}
		if (at > buf_len || buf_len - at < g->head_size || !(len = record_u16(g, at, g->len))) {
			/* len 0: the next record did not fit here, it is at the start */
			if (at <= buf_len && buf_len - at >= g->head_size && at == 0)
				break;
			used += buf_len - min_u64(at, buf_len) + 1;
			at = 0;
			continue;
		}
		text_len = record_u16(g, at, g->text_len);
		if (len < g->head_size || len > buf_len - at || text_len > len - g->head_size) {
			log_warn("dmesg: the record at offset %llu of the log is damaged; the log ends there",
				 (unsigned long long)at);
			break;
		}
		write_record(g, at, seq++, w);
		at += len;
		used += len;
	}
	if (clear && at == clear)
		printk_writer_restart(w);
	printk_writer_end(w);
}

int printk_records_render(const struct kernel *k, bool partial, struct printk_writer *w)
{
	struct records g = { .big = k->big_endian };
	uint64_t buf, clear = 0;
	int r;

	if (partial && (r = printk_variable(k, "clear_idx", 4, &clear)))
		return r;
	if ((r = records_fields(k, &g)) ||
	    (r = printk_variable(k, "log_buf", k->word_bytes, &buf)) ||
	    (r = printk_variable(k, "log_buf_len", 4, &g.buf_len)) ||
	    (r = printk_variable(k, "log_first_idx", 4, &g.first)) ||
	    (r = printk_variable(k, "log_next_idx", 4, &g.next)) ||
	    (r = printk_memory_read(k, "the log", buf, g.buf_len, &g.mem)))
		return r;
	w->loss->in_bytes = true;
	walk(&g, clear, w);
	printk_memory_free(&g.mem);
	return 0;
}
