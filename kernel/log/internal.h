/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the three forms of the log share. Nobody outside kernel/log/ includes this.
 *
 * Threads: any; a memory and a writer: one at a time.
 */
#ifndef VMCOREFS_KERNEL_LOG_INTERNAL_H
#define VMCOREFS_KERNEL_LOG_INTERNAL_H

#include "kernel/log/printk.h"

/* --- fields.c */

/* A fact that VMCOREINFO must have. */
struct printk_field {
	const char *name;
	uint64_t *value;
	int (*get)(const struct vmcoreinfo *v, const char *name, uint64_t *out);
};

/* 0, or -EIO with a message that names the first one that is missing. */
int printk_fields(const struct kernel *k, const struct printk_field *fields, size_t n);
/* The value of a variable that VMCOREINFO has as SYMBOL(name). */
int printk_variable(const struct kernel *k, const char *name, unsigned int bytes, uint64_t *out);

/* --- memory.c: a part of the log, of which some pages may be lost */

/* By kernel_read_placed(). */
int printk_read_uint(const struct kernel *k, uint64_t vaddr, unsigned int bytes, uint64_t *out);

/* Of an error: the dump lacks it, for ever. Everything else is no property of the dump, and may work when it is tried again. */
bool printk_is_loss(int r);

struct printk_hole {
	uint64_t start, end;		/* offsets into the part: whole pages but for the part's own ends */
	int error;			/* why the first page of it cannot be had: -EIO, -EBADMSG, -ENODATA, -EFAULT */
};

struct printk_memory {
	char *data;			/* owned; zeroes in holes */
	uint64_t vaddr, bytes;
	struct printk_hole *holes;	/* owned, in order */
	size_t nholes, cap;
};

/*
 * Read it. What is damaged, left out of the dump or cut off becomes a hole, unless that is all there is: then it fails.
 * So does what fails for a reason outside the dump (no memory, a server that does not answer). One message then, unless what
 * is NULL.
 */
int printk_memory_read(const struct kernel *k, const char *what, uint64_t vaddr, uint64_t bytes,
		       struct printk_memory *out);
/* The same of a ring of which only used bytes from offset first on are wanted, first < bytes, used <= bytes; behind its end they
 * go on at its start. The rest is zeroes, and takes no memory. */
int printk_memory_read_round(const struct kernel *k, const char *what, uint64_t vaddr, uint64_t bytes, uint64_t first,
			     uint64_t used, struct printk_memory *out);
void printk_memory_free(struct printk_memory *m);	/* zeroed is fine */
/* The first hole that has some of len bytes at an offset; NULL: all of them are there. */
const struct printk_hole *printk_memory_hole(const struct printk_memory *m, uint64_t at, uint64_t len);

/* --- write.c: records become text */

/* log_flags of the kernel */
#define PRINTK_NEWLINE	2u
#define PRINTK_PREFIX	4u	/* until 4.8 */
#define PRINTK_CONT	8u

struct printk_entry {
	uint64_t seq, ts_nsec;
	const char *text;
	size_t text_len;
	unsigned int level, facility, flags;
	bool has_caller;
	uint32_t caller;		/* the highest bit set: a CPU; else a thread */
	const char *dict;		/* "KEY=value" with NUL between two; until 5.9 */
	size_t dict_len;
	const char *subsystem, *device;	/* from 5.10 on; not NUL-terminated when full, NULL: none */
	size_t subsystem_max, device_max;
};

/* Facility, and level and flags in one byte, as the kernel's structs have them one after the other. */
void printk_entry_level(struct printk_entry *e, const char *bytes, bool big_endian);

struct printk_writer {
	const struct kernel *k;
	struct outbuf *out;
	enum printk_form form;
	struct printk_loss *loss;
	const struct facts *facts;	/* or NULL, see printk_render_form() */
	size_t start;			/* of out, when the writer began */
	bool plain;			/* the log's text has prefixes of its own */
	bool joins;			/* this kernel leaves it to readers to put fragments of lines together */
	unsigned int prev_flags;
	uint64_t last_ts;		/* of the last record */
	/* what is lost since the last record */
	uint64_t lost;
	uint64_t lost_seq, lost_ts;	/* of its first record */
	const struct printk_memory *lost_from;
	const struct printk_hole *lost_hole;
	bool lost_elsewhere;		/* and in other holes */
};

void printk_writer_init(struct printk_writer *w, const struct kernel *k, enum printk_form form, struct outbuf *out,
			struct printk_loss *loss);
/* Take back everything: the log was cleared here. */
void printk_writer_restart(struct printk_writer *w);
void printk_write_record(struct printk_writer *w, const struct printk_entry *e);
/* amount records (where records are what is counted), or bytes of the log, are lost with a hole of m. They are told of in
 * one line, when the next record comes. ts_nsec: of the first one, as good as it is known. */
void printk_write_lost(struct printk_writer *w, const struct printk_memory *m, const struct printk_hole *hole,
		       uint64_t amount, uint64_t seq, uint64_t ts_nsec);
/* In front of all records: the page that vaddr is on told where they are, and cannot be had. instead: a short text. Warns. */
void printk_write_lost_head(struct printk_writer *w, uint64_t vaddr, int error, const char *instead);
/* The end of the log. */
void printk_writer_end(struct printk_writer *w);
/* Text as it is, without a form. */
void printk_write_plain(struct printk_writer *w, const char *text, size_t len);

/* One era each. partial: what came after the last clear. */
int printk_ring_render(const struct kernel *k, bool partial, struct printk_writer *w);
int printk_records_render(const struct kernel *k, bool partial, struct printk_writer *w);
int printk_characters_render(const struct kernel *k, bool partial, struct printk_writer *w);

#endif
