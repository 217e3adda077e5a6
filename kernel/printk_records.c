/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 3.5 to 5.9: struct printk_log (struct log until 3.10), kernel/printk/printk.c. */
#include "kernel/printk_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

static int records_fields(const struct kernel *k, uint64_t *size, uint64_t *ts, uint64_t *len, uint64_t *text_len)
{
	bool old = vmci_size(&k->vmci, "printk_log", size) != 0;
	const struct printk_field fields[] = {
		{ old ? "log" : "printk_log", size, vmci_size },
		{ old ? "log.ts_nsec" : "printk_log.ts_nsec", ts, vmci_offset },
		{ old ? "log.len" : "printk_log.len", len, vmci_offset },
		{ old ? "log.text_len" : "printk_log.text_len", text_len, vmci_offset },
	};
	int r = printk_fields(k, fields, ARRAY_SIZE(fields));

	if (r)
		return r;
	if (*size < 16 || *size > 256 || *ts > *size - 8 || *len > *size - 2 || *text_len > *size - 2)
		return fail(EIO, "dmesg: structure sizes in VMCOREINFO do not fit together");
	return 0;
}

/*
 * Partial: clear_idx is where the first record after the last clear is. 0 means never cleared: a record that starts there
 * is stored in one step with the wrap, so no clear can find the log's end there. A place that the walk does not come
 * across has been overwritten, so that all records are younger.
 */
int printk_records_render(const struct kernel *k, bool partial, struct outbuf *out)
{
	uint64_t head_size, ts, len_at, text_len_at, buf, buf_len, first, next, clear = 0;
	uint64_t at, used = 0;
	size_t start = out->len;
	char *mem;
	int r;

	if (partial && (r = printk_variable(k, "clear_idx", 4, &clear)))
		return r;
	if ((r = records_fields(k, &head_size, &ts, &len_at, &text_len_at)) ||
	    (r = printk_variable(k, "log_buf", k->word_bytes, &buf)) || (r = printk_variable(k, "log_buf_len", 4, &buf_len)) ||
	    (r = printk_variable(k, "log_first_idx", 4, &first)) || (r = printk_variable(k, "log_next_idx", 4, &next)) ||
	    (r = printk_read_alloc(k, "the log", buf, buf_len, &mem)))
		return r;
	/* used bounds the walk: together the records are never longer than the buffer */
	for (at = first; at != next && used <= buf_len;) {
		uint64_t len = 0, text_len;

		if (clear && at == clear)
			out_cut(out, start);
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
	if (clear && at == clear)
		out_cut(out, start);
	free(mem);
	return 0;
}
