/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Until 3.4: a ring of characters. A clear is a count of characters that starts again (logged_chars). */
#include "kernel/log/internal.h"

#include <errno.h>

#include "base/bytes.h"
#include "base/log.h"

/* Bytes from start to end of the ring of characters. */
static void put_characters(struct printk_writer *w, const struct printk_memory *m, uint64_t start, uint64_t end)
{
	while (start < end) {
		const struct printk_hole *hole = printk_memory_hole(m, start, end - start);
		uint64_t good = hole ? max_u64(hole->start, start) : end;

		if (good > start)
			printk_write_plain(w, m->data + start, (size_t)(good - start));
		start = good;
		if (hole) {
			uint64_t lost_end = min_u64(hole->end, end);

			printk_write_lost(w, m, hole, lost_end - start, 0, 0);
			start = lost_end;
		}
	}
}

int printk_characters_render(const struct kernel *k, bool partial, struct printk_writer *w)
{
	uint64_t buf, len, end, chars;
	struct printk_memory m;
	int r;

	if ((r = printk_variable(k, "log_buf", k->word_bytes, &buf)) || (r = printk_variable(k, "log_buf_len", 4, &len)) ||
	    (r = printk_variable(k, "log_end", 4, &end)))
		return r;
	chars = end;
	if (partial && (r = printk_variable(k, "logged_chars", 4, &chars)))
		return r;
	if (!len)
		return fail(EIO, "dmesg: the log buffer has no length");
	r = printk_memory_read(k, "the log", buf, len, &m);
	if (r)
		return r;
	w->loss->in_bytes = w->plain = true;
	chars = min_u64(min_u64(chars, end), len);
	if (end % len >= chars) {
		put_characters(w, &m, end % len - chars, end % len);
	} else {
		put_characters(w, &m, len - (chars - end % len), len);
		put_characters(w, &m, 0, end % len);
	}
	printk_writer_end(w);
	printk_memory_free(&m);
	return 0;
}
