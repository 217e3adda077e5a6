/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of the ring, struct printk_ringbuffer, and what tells of the ring without it.
 *
 * The kernel begins with printk_rb_static, whose parts are variables; a larger log, for more processors or by log_buf_len=, is
 * allocated, text, descriptors and infos one after the other, with its head in printk_rb_dynamic (setup_log_buf()). In both
 * there is a descriptor for 32 bytes of text (PRB_AVGBITS), and the first record has the id -count in 32 bits, or in a long's: so
 * number, id and slot of a record follow from each other (prb_init(), DESC0_ID()); and each text begins with the id of its own.
 */
#include "kernel/log/ring.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "kernel/debuginfo/facts.h"

#define MAX_COUNT_BITS	24
#define AVERAGE_BITS	5		/* PRB_AVGBITS */
#define MIN_FIND_BITS	(12 - AVERAGE_BITS)	/* CONFIG_LOG_BUF_SHIFT is 12 to 25 */
#define MAX_FIND_BITS	(25 - AVERAGE_BITS)
#define ID_BITS_SURE	(((uint64_t)1 << 30) - 1)	/* of an id, whatever its bytes: see DESC0_ID() */
#define NEAR_PART	1024		/* small variables that lie between the head and the parts take no more, */
#define NEAR_TEXT	(64u << 10)	/* and those between clear_seq and the text */
#define SAMPLES		16

static int read_head(const struct kernel *k, struct ring *g, uint64_t rb, uint64_t *lost)
{
	uint64_t count_bits = 0, text_bits = 0;
	const struct { uint64_t offset, *value; unsigned int bytes; } fields[] = {
		{ g->desc_ring + g->count_bits, &count_bits, 4 },
		{ g->desc_ring + g->descs, &g->descs_at, g->word },
		{ g->desc_ring + g->infos, &g->infos_at, g->word },
		{ g->desc_ring + g->head_id + g->counter, &g->head, g->word },
		{ g->desc_ring + g->tail_id + g->counter, &g->tail, g->word },
		{ g->text_ring + g->size_bits, &text_bits, 4 },
		{ g->text_ring + g->data, &g->text_at, g->word },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		int r = printk_read_uint(k, rb + fields[i].offset, fields[i].bytes, fields[i].value);

		if (r) {
			*lost = rb + fields[i].offset;
			return r;
		}
	}
	g->count = count_bits < 64 ? (uint64_t)1 << count_bits : 0;
	g->text_size = text_bits < 64 ? (uint64_t)1 << text_bits : 0;
	return 0;
}

static bool count_is_right(const struct ring *g)
{
	return g->count >= 2 && g->count <= 1u << MAX_COUNT_BITS;
}

static bool text_size_is_right(const struct ring *g)
{
	return g->text_size >= 8 && g->text_size <= 1u << 31;
}

/* --- without the head */

struct search {
	const struct kernel *k;
	const struct facts *facts;
	struct ring *g;
	struct printk_memory descs, infos;	/* those that fit */
	uint64_t ahead;				/* of their records: number - id */
	int error;				/* a fault outside the dump: what was not found may be there */
};

/* What fails for a reason outside the dump is noted. */
static bool succeeded(struct search *s, int r)
{
	if (r && !printk_is_loss(r))
		s->error = r;
	return !r;
}

static bool read_word(struct search *s, uint64_t vaddr, uint64_t *out)
{
	return succeeded(s, printk_read_uint(s->k, vaddr, s->g->word, out));
}

static bool find_variable(struct search *s, const char *name, uint64_t *vaddr)
{
	struct symbol sym;
	int r;

	if (!vmci_symbol(&s->k->vmci, name, vaddr))
		return true;
	if (!s->facts)
		return false;
	r = facts_find_symbol(s->facts, NULL, name, &sym);
	if (error_is_passing(r))
		s->error = r;
	*vaddr = r ? 0 : sym.vaddr;
	return !r;
}

static bool read_variable(struct search *s, const char *name, unsigned int bytes, uint64_t *out)
{
	uint64_t vaddr;

	*out = 0;
	return find_variable(s, name, &vaddr) && succeeded(s, printk_read_uint(s->k, vaddr, bytes, out));
}

static bool read_part(struct search *s, uint64_t vaddr, uint64_t bytes, struct printk_memory *out)
{
	printk_memory_free(out);
	return succeeded(s, printk_memory_read(s->k, NULL, vaddr, bytes, out));
}

/* Memory that is no such part fits by accident here and there; a damaged record or two in a part are no reason against it. */
static bool most(uint64_t good, uint64_t all)
{
	return good && good >= all - all / 10;
}

static uint64_t seq_in(const struct search *s, uint64_t slot)
{
	return get_u64(s->infos.data + slot * s->g->info_size + s->g->seq, s->k->big_endian) & s->g->id_mask;
}

/* The number of the record in this slot, by a descriptor that is written and agrees with its info. */
static bool good_record(const struct search *s, uint64_t slot, uint64_t *seq)
{
	const struct ring *g = s->g;
	uint64_t state = ring_state(g, &s->descs, slot, s->k->big_endian), id = state & g->id_mask;

	if (ring_hole(&s->descs, slot, g->desc_size) || !ring_is_written(g, state) || id % g->count != slot)
		return false;
	*seq = (id + s->ahead) & g->id_mask;
	return ring_hole(&s->infos, slot, g->info_size) || seq_in(s, slot) == *seq;
}

/* From the first record that has both. */
static void learn_ahead(struct search *s, uint64_t slot, uint64_t id)
{
	uint64_t ahead = (seq_in(s, slot) - id) & s->g->id_mask;

	if (!ring_hole(&s->infos, slot, s->g->info_size) && !((ahead - s->g->count) & ID_BITS_SURE))
		s->ahead = ahead;
}

/* Never used, or not any more. */
static bool is_unused(const struct ring *g, uint64_t state, uint64_t slot)
{
	return !state || (state >> g->state_shift == RING_REUSABLE && (state & g->id_mask) % g->count == slot);
}

/* Can these be g->count descriptors, whatever the infos say? Those take four times the memory. */
static bool descs_fit(const struct search *s)
{
	const struct ring *g = s->g;
	uint64_t good = 0, used = 0;

	for (uint64_t i = 0; i < g->count; i++) {
		uint64_t state = ring_state(g, &s->descs, i, s->k->big_endian);

		if (is_unused(g, state, i))
			continue;
		used++;
		good += ring_is_written(g, state) && (state & g->id_mask) % g->count == i;
	}
	return most(good, used);
}

/* Are descriptors and infos there, as many as g->count? Then they stay loaded. */
static bool parts_fit(struct search *s, uint64_t descs, uint64_t infos)
{
	const struct ring *g = s->g;
	uint64_t good = 0, proven = 0, used = 0, seq;

	printk_memory_free(&s->infos);
	if (!read_part(s, descs, g->count * g->desc_size, &s->descs) || !descs_fit(s) ||
	    !read_part(s, infos, g->count * g->info_size, &s->infos))
		return false;
	for (uint64_t i = 0; i < g->count; i++) {
		uint64_t state = ring_state(g, &s->descs, i, s->k->big_endian);

		if (!proven && ring_is_written(g, state))
			learn_ahead(s, i, state & g->id_mask);
		if (is_unused(g, state, i))
			continue;
		used++;
		if (good_record(s, i, &seq)) {
			good++;
			proven += !ring_hole(&s->infos, i, g->info_size);
		}
	}
	return most(good, used) && proven;
}

/* Of the record in a slot: where in the ring its text begins. false: it has none. */
static bool text_offset(const struct search *s, uint64_t slot, uint64_t *at)
{
	const struct ring *g = s->g;
	const char *block = s->descs.data + slot * g->desc_size + g->blk_lpos;
	uint64_t begin = get_uint(block + g->begin, g->word, s->k->big_endian);
	uint64_t next = get_uint(block + g->next, g->word, s->k->big_endian);

	*at = begin % g->text_size;
	return !((begin | next) & 1) && begin != next && *at <= g->text_size - g->word;
}

/* Does each record's text, where it has one, begin with the record's id? */
static bool text_fits(struct search *s, uint64_t vaddr)
{
	const struct ring *g = s->g;
	struct printk_memory text = { 0 };
	uint64_t good = 0, used = 0, seq, at;

	if (!read_part(s, vaddr, g->text_size, &text))
		return false;
	for (uint64_t i = 0; i < g->count; i++) {
		if (!good_record(s, i, &seq) || !text_offset(s, i, &at) || printk_memory_hole(&text, at, g->word))
			continue;
		used++;
		good += get_uint(text.data + at, g->word, s->k->big_endian) == ((seq - s->ahead) & g->id_mask);
	}
	printk_memory_free(&text);
	return most(good, used);
}

/* From the first record to the last. Beyond those whose descriptors are there, as far as lost ones may have been in use: the
 * text of a record may be found without. */
static void find_ends(struct search *s)
{
	struct ring *g = s->g;
	uint64_t first = UINT64_MAX, last = 0, seq, slot;

	for (uint64_t i = 0; i < g->count; i++) {
		if (good_record(s, i, &seq)) {
			first = min_u64(first, seq);
			last = max_u64(last, seq);
		}
	}
	if (last - first >= g->count)
		first = last - (g->count - 1);
	for (; first && last - first + 1 < g->count; first--) {
		slot = (first - 1) % g->count;
		if (!ring_hole(&s->descs, slot, g->desc_size) ||
		    (!ring_hole(&s->infos, slot, g->info_size) && seq_in(s, slot) != first - 1))
			break;
	}
	for (; last - first + 1 < g->count; last++) {
		slot = (last + 1) % g->count;
		if (!ring_hole(&s->descs, slot, g->desc_size) || ring_hole(&s->infos, slot, g->info_size) ||
		    seq_in(s, slot) != last + 1)
			break;
	}
	g->head = (last - s->ahead) & g->id_mask;
	g->tail = (first - s->ahead) & g->id_mask;
}

static bool found(struct search *s, uint64_t descs, uint64_t infos, uint64_t text)
{
	s->g->descs_at = descs;
	s->g->infos_at = infos;
	s->g->text_at = text;
	find_ends(s);
	return true;
}

/* May text_fits(), by the last record? In two words, for those who try many places. */
static bool text_may_fit(struct search *s, uint64_t vaddr, uint64_t sample)
{
	uint64_t seq, at, id;

	return good_record(s, sample, &seq) && text_offset(s, sample, &at) &&
	       read_word(s, vaddr + at, &id) && id == ((seq - s->ahead) & s->g->id_mask);
}

/* __log_buf without its name: it lies near clear_seq, in either order. */
static bool find_text(struct search *s, uint64_t *text)
{
	uint64_t clear, seq, at, sample = s->g->count;

	if (!find_variable(s, "clear_seq", &clear))
		return false;
	for (uint64_t i = 0; i < s->g->count; i++) {
		if (good_record(s, i, &seq) && text_offset(s, i, &at))
			sample = i;
	}
	for (uint64_t gap = 0; sample < s->g->count && gap <= NEAR_TEXT && !s->error; gap += s->g->word) {
		*text = clear - s->g->text_size - gap;
		if (text_may_fit(s, *text, sample) && text_fits(s, *text))
			return true;
		*text = clear + gap;
		if (text_may_fit(s, *text, sample) && text_fits(s, *text))
			return true;
	}
	return false;
}

/* May these be the descriptors? In a few words, for those who try many places. */
static bool descs_may_fit(struct search *s, uint64_t descs)
{
	const struct ring *g = s->g;
	uint64_t state, good = 0;

	for (uint64_t i = 0; i < SAMPLES; i++) {
		if (!read_word(s, descs + i * g->desc_size + g->state_var + g->counter, &state) ||
		    (state && (state & g->id_mask) % g->count != i))
			return false;
		good += !!state;
	}
	return good;
}

/* printk_rb_static: its parts by their names, or where compilers put them, before it or behind it. */
static bool find_static_parts(struct search *s, uint64_t rb, uint64_t *descs, uint64_t *infos)
{
	const struct ring *g = s->g;
	const uint64_t descs_bytes = g->count * g->desc_size, infos_bytes = g->count * g->info_size;

	if (find_variable(s, "_printk_rb_static_descs", descs) && find_variable(s, "_printk_rb_static_infos", infos))
		return parts_fit(s, *descs, *infos);
	for (uint64_t gap = 0; gap <= NEAR_PART && !s->error; gap += g->word) {
		*infos = rb + g->rb_size + gap;
		*descs = *infos + infos_bytes;
		if (descs_may_fit(s, *descs) && parts_fit(s, *descs, *infos))
			return true;
		*infos = rb - infos_bytes - gap;
		*descs = *infos - descs_bytes;
		if (descs_may_fit(s, *descs) && parts_fit(s, *descs, *infos))
			return true;
	}
	return false;
}

static bool find_static(struct search *s, uint64_t rb)
{
	uint64_t descs, infos, text;

	if (!find_static_parts(s, rb, &descs, &infos))
		return false;
	if (find_variable(s, "__log_buf", &text) ? !text_fits(s, text) : !find_text(s, &text))
		return false;
	return found(s, descs, infos, text);
}

/* A larger one: allocated in this order, as a rule from higher addresses to lower ones. */
static bool find_dynamic(struct search *s, uint64_t text)
{
	const struct ring *g = s->g;
	const uint64_t descs_bytes = g->count * g->desc_size, infos_bytes = g->count * g->info_size;

	if (parts_fit(s, text - descs_bytes, text - descs_bytes - infos_bytes) && text_fits(s, text))
		return found(s, text - descs_bytes, text - descs_bytes - infos_bytes, text);
	if (parts_fit(s, text + g->text_size, text + g->text_size + descs_bytes) && text_fits(s, text))
		return found(s, text + g->text_size, text + g->text_size + descs_bytes, text);
	return false;
}

static bool read_other_head(struct search *s, uint64_t rb)
{
	uint64_t at;

	return succeeded(s, read_head(s->k, s->g, rb, &at)) && s->g->descs_at && count_is_right(s->g) && text_size_is_right(s->g);
}

/* rb: where prb leads; 0: that is lost, too. */
static bool search(struct search *s, uint64_t rb)
{
	uint64_t fixed = 0, first_buf = 0, dynamic, buf, len, descs = 0;
	bool has_fixed = find_variable(s, "printk_rb_static", &fixed), moved = has_fixed && rb && rb != fixed;
	bool has_dynamic = false;

	find_variable(s, "__log_buf", &first_buf);
	read_variable(s, "log_buf", s->g->word, &buf);
	read_variable(s, "log_buf_len", 4, &len);
	if (buf && first_buf)
		moved = buf != first_buf;
	if (!rb && find_variable(s, "printk_rb_dynamic", &dynamic)) {
		if (read_other_head(s, dynamic))
			return true;
		/* zeroes: it was never made */
		has_dynamic = read_word(s, dynamic + s->g->desc_ring + s->g->descs, &descs);
	}
	s->g->may_be_older = !rb && !moved && !has_dynamic && !(buf && first_buf);
	if (!rb && !moved && has_fixed && read_other_head(s, fixed))
		return true;
	for (unsigned int bits = MIN_FIND_BITS; bits <= MAX_FIND_BITS && !s->error; bits++) {
		s->g->count = (uint64_t)1 << bits;
		s->g->text_size = s->g->count << AVERAGE_BITS;
		if (len && len != s->g->text_size)
			continue;
		if (moved ? buf && find_dynamic(s, buf) : has_fixed && find_static(s, fixed))
			return true;
	}
	return false;
}

int ring_find_head(const struct kernel *k, const struct facts *facts, struct ring *g)
{
	struct search s = { .k = k, .facts = facts, .g = g };
	uint64_t prb, rb = 0;
	bool is_found;
	int r;

	if (vmci_symbol(&k->vmci, "prb", &prb))
		return fail(EIO, "dmesg: VMCOREINFO lacks SYMBOL(prb)");
	g->head_at = prb;
	r = printk_read_uint(k, prb, g->word, &rb);
	if (r)
		rb = 0;
	else
		r = read_head(k, g, rb, &g->head_at);
	if (r && printk_is_loss(r) && g->has_seq) {
		is_found = search(&s, rb);
		printk_memory_free(&s.descs);
		printk_memory_free(&s.infos);
		if (is_found || s.error) {
			g->head_error = s.error ? 0 : r;
			r = s.error;
		}
	}
	if (r)
		return fail(-r, "dmesg: cannot read the log's head at %#llx: %s", (unsigned long long)g->head_at, strerror(-r));
	if (!count_is_right(g))
		return fail(EIO, "dmesg: a log of %llu records cannot be right", (unsigned long long)g->count);
	if (!text_size_is_right(g))
		return fail(EIO, "dmesg: a log of %llu bytes cannot be right", (unsigned long long)g->text_size);
	return 0;
}
