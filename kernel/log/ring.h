/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct printk_ringbuffer (5.10 and later, kernel/printk/printk_ringbuffer.h): what ring.c and ring_head.c share.
 *
 * Threads: any; a ring: one at a time.
 */
#ifndef VMCOREFS_KERNEL_LOG_RING_H
#define VMCOREFS_KERNEL_LOG_RING_H

#include "base/bytes.h"
#include "kernel/log/internal.h"

#define RING_COMMITTED	1
#define RING_FINALIZED	2
#define RING_REUSABLE	3

struct ring {
	unsigned int word;		/* bytes of a long: positions, ids, states */
	unsigned int state_shift;	/* the state of a descriptor is in the top two bits of a long, the rest is its id */
	uint64_t id_mask;
	/* from VMCOREINFO */
	uint64_t rb_size, desc_ring, text_ring, count_bits, descs, infos, head_id, tail_id, size_bits, data, counter;
	uint64_t desc_size, state_var, blk_lpos, begin, next, info_size, ts_nsec, text_len;
	/* from there too, where it tells; see ring_optional_fields() */
	uint64_t seq, caller, subsystem, subsystem_max, device, device_max;
	bool has_seq, has_level, has_caller, has_device;
	/* from its head, see ring_find_head() */
	uint64_t descs_at, infos_at, text_at, count, text_size, head, tail;
	int head_error;			/* why a page of the head cannot be had; 0: it can */
	uint64_t head_at;		/* an address on that page */
	bool may_be_older;		/* this may be the ring that the kernel began with, and has left for a larger one */
	/* from the dump */
	struct printk_memory descs_mem, infos_mem, text_mem;
	uint64_t clear_seq;		/* only when partial */
	uint64_t seq_ahead;		/* of a record's id: both count on by one for each record */
	bool knows_ahead;
	uint64_t *blocks;		/* of slots whose descriptor is lost: where the text is, see ring_find_blocks(); or NULL */
};

/* The state of descriptor i of descs: its id and whether that is all written. */
static inline uint64_t ring_state(const struct ring *g, const struct printk_memory *descs, uint64_t i, bool big)
{
	return get_uint(descs->data + i * g->desc_size + g->state_var + g->counter, g->word, big);
}

static inline bool ring_is_written(const struct ring *g, uint64_t state)
{
	return state >> g->state_shift == RING_COMMITTED || state >> g->state_shift == RING_FINALIZED;
}

/* The hole that an element is in, or NULL. */
static inline const struct printk_hole *ring_hole(const struct printk_memory *m, uint64_t slot, uint64_t size)
{
	return m->nholes ? printk_memory_hole(m, slot * size, size) : NULL;
}

/*
 * --- ring_head.c
 *
 * Where the parts of the ring are and what of them is in use, once the fields from VMCOREINFO are there. When the page with
 * the head is lost, from the kernel's variables and from where its parts lie beside each other; head_error is set then, and
 * the descriptors themselves have told that it is right. facts: NULL for none. 0, or -errno with one message.
 */
int ring_find_head(const struct kernel *k, const struct facts *facts, struct ring *g);

#endif
