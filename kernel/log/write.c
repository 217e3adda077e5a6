/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as text, in the forms that the kernel and dmesg(1) have for them: kernel/printk/printk.c, record_print_text()
 * for syslog(2), info_print_ext_header() and msg_print_ext_body() for /dev/kmsg.
 */
#include "kernel/log/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"

#define LOST_LEVEL 4		/* warning */

void printk_writer_init(struct printk_writer *w, const struct kernel *k, enum printk_form form, struct outbuf *out,
			struct printk_loss *loss)
{
	*w = (struct printk_writer){
		.k = k, .out = out, .form = form, .loss = loss, .start = out->len,
		/* 4.9 puts fragments together when it stores them ("printk: remove games with previous record flags") */
		.joins = k->version && k->version < ARCH_VERSION(4, 9, 0),
	};
	*loss = (struct printk_loss){ 0 };
}

void printk_writer_restart(struct printk_writer *w)
{
	out_cut(w->out, w->start);
	w->loss->amount = w->loss->gaps = 0;
	w->lost = 0;
	w->prev_flags = 0;
}

/* u8 facility; u8 flags:5; u8 level:3; */
void printk_entry_level(struct printk_entry *e, const char *bytes, bool big_endian)
{
	unsigned int both = (unsigned char)bytes[1];

	e->facility = (unsigned char)bytes[0];
	e->flags = big_endian ? both >> 3 : both & 0x1f;
	e->level = big_endian ? both & 7 : both >> 5;
}

/* As the kernel does it for /dev/kmsg. */
static void put_escaped(struct outbuf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < ' ' || c >= 127 || c == '\\')
			out_printf(out, "\\x%02x", c);
		else
			out_char(out, (char)c);
	}
}

static void put_key(struct outbuf *out, const char *key, const char *value, size_t max)
{
	size_t len = value ? strnlen(value, max) : 0;

	if (!len)
		return;
	out_printf(out, " %s=", key);
	put_escaped(out, value, len);
	out_char(out, '\n');
}

static void put_dict(struct outbuf *out, const char *dict, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = strnlen(dict + i, len - i);

		out_char(out, ' ');
		put_escaped(out, dict + i, n);
		out_char(out, '\n');
		i += n + 1;
	}
}

/* 'c' marks the first fragment of a line that is not whole, '+' those that follow. */
static char kmsg_flag(const struct printk_writer *w, unsigned int flags)
{
	if (!w->joins)
		return flags & PRINTK_CONT ? 'c' : '-';
	if ((flags & PRINTK_CONT) && !(w->prev_flags & PRINTK_CONT))
		return 'c';
	if ((flags & PRINTK_CONT) || ((w->prev_flags & PRINTK_CONT) && !(flags & PRINTK_PREFIX)))
		return '+';
	return '-';
}

static void write_kmsg(struct printk_writer *w, const struct printk_entry *e)
{
	struct outbuf *out = w->out;

	out_printf(out, "%u,%llu,%llu,%c", e->facility << 3 | e->level, (unsigned long long)e->seq,
		   (unsigned long long)(e->ts_nsec / 1000), kmsg_flag(w, e->flags));
	if (e->has_caller)
		out_printf(out, ",caller=%c%u", e->caller >> 31 ? 'C' : 'T', e->caller & 0x7fffffff);
	out_char(out, ';');
	put_escaped(out, e->text, e->text_len);
	out_char(out, '\n');
	put_dict(out, e->dict, e->dict_len);
	put_key(out, "SUBSYSTEM", e->subsystem, e->subsystem_max);
	put_key(out, "DEVICE", e->device, e->device_max);
}

static void end_line(struct outbuf *out)
{
	if (out->len && out->data[out->len - 1] != '\n')
		out_char(out, '\n');
}

static void write_raw(struct printk_writer *w, const struct printk_entry *e)
{
	bool prefix = true, newline = true, prev_cont = w->joins && (w->prev_flags & PRINTK_CONT);
	struct outbuf *out = w->out;
	const char *line = e->text;
	size_t left = e->text_len, len;

	if (prev_cont && !(e->flags & PRINTK_PREFIX))
		prefix = false;
	if (w->joins && (e->flags & PRINTK_CONT)) {
		if (prev_cont && !(w->prev_flags & PRINTK_NEWLINE))
			prefix = false;
		newline = e->flags & PRINTK_NEWLINE;
	}
	for (;; prefix = true) {
		const char *end = left ? memchr(line, '\n', left) : NULL;

		len = end ? (size_t)(end - line) : left;
		if (prefix) {
			end_line(out);		/* of a fragment that nothing followed */
			out_printf(out, "<%u>[%5llu.%06llu] ", e->facility << 3 | e->level,
				   (unsigned long long)(e->ts_nsec / 1000000000),
				   (unsigned long long)(e->ts_nsec % 1000000000 / 1000));
		}
		printk_escape(out, line, len);
		if (!end)
			break;
		out_char(out, '\n');
		line += len + 1;
		left -= len + 1;
	}
	if (newline)
		out_char(out, '\n');
}

static void write_entry(struct printk_writer *w, const struct printk_entry *e)
{
	if (w->form == PRINTK_KMSG)
		write_kmsg(w, e);
	else if (w->form == PRINTK_RAW)
		write_raw(w, e);
	else
		printk_record(w->out, e->ts_nsec, e->text, e->text_len);
}

/* "page 0x32f9 is damaged": the first page of the hole. */
static void describe_hole(const struct printk_writer *w, const struct printk_memory *m, const struct printk_hole *h, char *buf,
			  size_t size)
{
	const struct pages *ps = w->k->pages;
	uint64_t page = pages_size(ps), vaddr = m->vaddr + h->start, paddr, span;
	uint64_t count = (vaddr % page + (h->end - h->start) + page - 1) / page;
	const char *what = h->error == -ENODATA ? "not in the dump" : h->error == -EFAULT ? "not mapped" :
			   h->error == -EBADMSG ? "damaged" : "damaged or cut off";
	const char *are = count > 1 ? "are" : "is", *others = w->lost_elsewhere ? ", others are lost too" : "";

	if (h->error == -EFAULT || kernel_place(w->k, vaddr, &paddr, &span)) {
		snprintf(buf, size, "%llu page%s from address %#llx on %s %s%s", (unsigned long long)count,
			 count > 1 ? "s" : "", (unsigned long long)vaddr, are, what, others);
		return;
	}
	if (count > 1)
		snprintf(buf, size, "%llu pages from %#llx on are %s%s", (unsigned long long)count,
			 (unsigned long long)(paddr >> ps->page_shift), what, others);
	else
		snprintf(buf, size, "page %#llx is %s%s", (unsigned long long)(paddr >> ps->page_shift), what, others);
}

static void write_line(struct printk_writer *w, const char *text, uint64_t seq, uint64_t ts_nsec)
{
	struct printk_entry e = { .seq = seq, .ts_nsec = ts_nsec, .level = LOST_LEVEL, .text = text, .text_len = strlen(text) };

	end_line(w->out);
	if (w->plain)
		out_printf(w->out, "<%u>%s\n", LOST_LEVEL, text);
	else
		write_entry(w, &e);
}

/* The line in place of what is lost. */
static void flush_lost(struct printk_writer *w)
{
	struct printk_loss *loss = w->loss;
	char why[100], text[sizeof(loss->first) + 10];

	if (!w->lost)
		return;
	describe_hole(w, w->lost_from, w->lost_hole, why, sizeof(why));
	snprintf(text, sizeof(text), "vmcorefs: %llu %s%s cannot be read: %s", (unsigned long long)w->lost,
		 loss->in_bytes ? "byte" : "record", w->lost > 1 ? "s" : "", why);
	write_line(w, text, w->lost_seq, w->lost_ts);
	if (!loss->gaps++)
		snprintf(loss->first, sizeof(loss->first), "%s", text + strlen("vmcorefs: "));
	loss->amount += w->lost;
	w->lost = 0;
	w->lost_elsewhere = false;
	w->prev_flags = 0;
}

void printk_write_record(struct printk_writer *w, const struct printk_entry *e)
{
	flush_lost(w);
	write_entry(w, e);
	w->prev_flags = e->flags;
	w->last_ts = e->ts_nsec;
}

void printk_write_plain(struct printk_writer *w, const char *text, size_t len)
{
	flush_lost(w);
	out_write(w->out, text, len);
}

void printk_write_lost(struct printk_writer *w, const struct printk_memory *m, const struct printk_hole *hole,
		       uint64_t amount, uint64_t seq, uint64_t ts_nsec)
{
	if (!w->lost) {
		w->lost_seq = seq;
		w->lost_ts = ts_nsec;
		w->lost_from = m;
		w->lost_hole = hole;
	} else if (hole != w->lost_hole) {
		w->lost_elsewhere = true;
	}
	w->lost += amount;
}

void printk_write_lost_head(struct printk_writer *w, uint64_t vaddr, int error, const char *instead)
{
	const struct printk_memory m = { .vaddr = vaddr, .bytes = 1 };
	const struct printk_hole hole = { 0, 1, error };
	char why[100], text[sizeof(w->loss->head) + 10];

	describe_hole(w, &m, &hole, why, sizeof(why));
	snprintf(w->loss->head, sizeof(w->loss->head), "the log's head cannot be read: %s; %s", why, instead);
	log_warn("dmesg: %s", w->loss->head);
	snprintf(text, sizeof(text), "vmcorefs: %s", w->loss->head);
	write_line(w, text, 0, 0);
}

void printk_writer_end(struct printk_writer *w)
{
	flush_lost(w);
	if (w->out->len > w->start && w->form == PRINTK_RAW)
		end_line(w->out);
}
