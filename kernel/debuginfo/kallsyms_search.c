/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels before 6.0 do not tell where their kallsyms are. The tables lie in the image in a known order, each at a
 * multiple of 8 (scripts/kallsyms.c, from 2.6 to 6.1):
 *
 *   addresses; or, since 4.6, offsets and relative_base
 *   num_syms
 *   names
 *   markers		where each 256th name starts
 *   token_table	256 strings
 *   token_index	where each of them starts: 256 numbers of 16 bits, the first 0, each higher than the one before
 *
 * The last one is looked for; all others are then where they must be, and each must confirm the others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/debuginfo/kallsyms.h"

#define ALIGN		8
#define TOKENS		256
#define INDEX_BYTES	(TOKENS * 2)
#define MAX_TOKEN	128		/* bytes */
#define WINDOW		(1u << 20)
#define PER_MARKER	256		/* names */
#define MAX_NAME	129		/* bytes of a compressed name, with its length */
#define MAX_MARKERS	(1u << 14)

struct kallsyms_search {
	const struct kernel *k;
	uint64_t first, end;		/* the image */
	struct kallsyms *out;
	bool big;
	uint64_t markers_at, last_marker;
	uint64_t *markers;		/* owned */
	size_t nmarkers;
	unsigned int marker_bytes;
};

/* Up to *n bytes that end at end, as many as can be had; to be freed. NULL: no memory, or end is outside of the image. */
static uint8_t *read_before(const struct kallsyms_search *s, uint64_t end, uint64_t *n)
{
	uint64_t page = pages_size(s->k->pages), want, have = 0, part;
	uint8_t *bytes;

	if (end <= s->first || end > s->end)
		return NULL;
	want = min_u64(*n, end - s->first);
	bytes = malloc(want + 1);
	if (!bytes)
		return NULL;
	if (!kernel_read(s->k, end - want, bytes, want))
		have = want;
	/* page by page, backwards, from the end of the buffer on */
	for (; have < want; have += part) {
		part = min_u64((end - have - 1) % page + 1, want - have);
		if (kernel_read(s->k, end - have - part, bytes + want - have - part, part))
			break;
	}
	memmove(bytes, bytes + want - have, have);
	*n = have;
	return bytes;
}

/* --- tokens ------------------------------------------------------------------------------------------------------- */

static bool is_token_index(const uint8_t *at, bool big)
{
	uint16_t last = get_u16(at, big);

	if (last)
		return false;
	for (size_t i = 1; i < TOKENS; i++) {
		uint16_t next = get_u16(at + i * 2, big);

		if (next <= last || next - last > MAX_TOKEN)
			return false;
		last = next;
	}
	return true;
}

/* Strings that start where the index says, and end just in front of the next one. */
static bool is_token_table(const uint8_t *table, const uint8_t *index, size_t last_len, bool big)
{
	size_t at = 0;

	for (size_t i = 0; i < TOKENS; i++) {
		size_t end = i + 1 < TOKENS ? get_u16(index + (i + 1) * 2, big) : at + last_len + 1;

		for (; at < end - 1; at++)
			if (table[at] <= ' ' || table[at] > '~')
				return false;
		if (table[at++])
			return false;
	}
	return true;
}

/* Where the table starts depends on the length of its last token. */
static bool find_token_table(struct kallsyms_search *s, uint64_t index_at, const uint8_t *index)
{
	size_t last = get_u16(index + INDEX_BYTES - 2, s->big);
	uint64_t most = last + MAX_TOKEN + 2 * ALIGN;
	uint8_t *bytes = read_before(s, index_at, &most);
	bool found = false;

	for (size_t len = 0; bytes && !found && len < MAX_TOKEN; len++) {
		size_t room = (size_t)round_up_u64(last + len + 1, ALIGN);
		const uint8_t *table = bytes + most - room;

		if (room > most)
			break;
		if (!bytes_are_zero(table + last + len, room - last - len) ||
		    !is_token_table(table, index, len, s->big))
			continue;
		s->out->token_index = index_at;
		s->out->token_table = index_at - room;
		found = true;
	}
	free(bytes);
	return found;
}

/* --- markers and names -------------------------------------------------------------------------------------------- */

/* Numbers of so many bytes that end in front of the token table, go down, and down to 0. */
static bool find_markers(struct kallsyms_search *s, unsigned int bytes)
{
	uint64_t room = (uint64_t)MAX_MARKERS * bytes, above = UINT64_MAX, value = 0, end, at;
	uint8_t *raw = read_before(s, s->out->token_table, &room);

	s->nmarkers = 0;
	if (!raw)
		return false;
	end = room;
	if (bytes == 4 && room >= ALIGN && !get_u32(raw + room - 4, s->big))
		end -= 4;		/* an odd number of them */
	for (at = end; at >= bytes; above = value) {
		at -= bytes;
		value = bytes == 4 ? get_u32(raw + at, s->big) : get_u64(raw + at, s->big);
		if (!value || value >= above || (above != UINT64_MAX && above - value > PER_MARKER * MAX_NAME))
			break;
	}
	s->markers_at = s->out->token_table - room + at;
	if (!value && at < end && s->markers_at % ALIGN == 0 && above <= PER_MARKER * MAX_NAME) {
		s->nmarkers = (size_t)((end - at) / bytes);
		for (size_t i = 0; i < s->nmarkers; i++)
			s->markers[i] = bytes == 4 ? get_u32(raw + at + i * 4, s->big) : get_u64(raw + at + i * 8, s->big);
	}
	free(raw);
	return s->nmarkers > 1;
}

/* Do n names fill these bytes, as the markers say? */
static bool are_names(const struct kallsyms_search *s, const uint8_t *names, uint64_t len, uint64_t n)
{
	uint64_t at = 0;

	for (uint64_t i = 0; i < n; i++) {
		if (i % PER_MARKER == 0 && s->markers[i / PER_MARKER] != at)
			return false;
		if (at >= len || !names[at])
			return false;
		at += 1 + (uint64_t)names[at];
	}
	return round_up_u64(at, ALIGN) == len;
}

/* The number of names, and behind it so many. */
static bool find_names(struct kallsyms_search *s)
{
	uint64_t last = s->markers[s->nmarkers - 1], most = round_up_u64(last + (uint64_t)PER_MARKER * MAX_NAME, ALIGN);
	uint64_t most_names = s->nmarkers * PER_MARKER;
	uint8_t *bytes;
	bool found = false;

	bytes = read_before(s, s->markers_at, &most);
	for (uint64_t at = most % ALIGN; bytes && !found && most > last + ALIGN + at; at += ALIGN) {
		uint64_t n = get_u32(bytes + at, s->big);

		if (n <= most_names - PER_MARKER || n > most_names ||
		    !are_names(s, bytes + at + ALIGN, most - at - ALIGN, n))
			continue;
		s->out->num_syms = s->markers_at - most + at;
		s->out->names = s->out->num_syms + ALIGN;
		found = true;
	}
	free(bytes);
	return found;
}

/* relative_base is the kernel's lowest address; in its place the other form has the highest one. */
static bool find_addresses(struct kallsyms_search *s, uint64_t stext)
{
	unsigned int pointer_bytes = s->k->arch->elf_class / 8;
	uint64_t n, base, at = s->out->num_syms - ALIGN;

	if (kernel_read_uint(s->k, s->out->num_syms, 4, &n) || kernel_read_uint(s->k, at, pointer_bytes, &base))
		return false;
	if (base >= s->first && base <= stext) {
		s->out->relative_base = at;
		s->out->offsets = at - round_up_u64(n * 4, ALIGN);
	} else {
		s->out->addresses = s->out->num_syms - round_up_u64(n * pointer_bytes, ALIGN);
	}
	return true;
}

/* --- the image ---------------------------------------------------------------------------------------------------- */

static bool try_index(struct kallsyms_search *s, uint64_t at, const uint8_t *index, uint64_t stext)
{
	*s->out = (struct kallsyms){ 0 };
	if (!find_token_table(s, at, index))
		return false;
	/* 4 bytes since 4.20, before that a pointer's */
	if (find_markers(s, 4) && find_names(s))
		return find_addresses(s, stext);
	return s->k->arch->elf_class == 64 && find_markers(s, 8) && find_names(s) && find_addresses(s, stext);
}

static bool search_window(struct kallsyms_search *s, uint64_t vaddr, const uint8_t *bytes, uint64_t len, uint64_t stext)
{
	for (uint64_t at = 0; at + INDEX_BYTES <= len; at += ALIGN)
		if (is_token_index(bytes + at, s->big) && try_index(s, vaddr + at, bytes + at, stext))
			return true;
	return false;
}

int kallsyms_search(const struct kernel *k, uint64_t stext, struct kallsyms *out)
{
	struct kallsyms_search s = { .k = k, .out = out, .big = k->big_endian };
	uint8_t *window = malloc(WINDOW + INDEX_BYTES);
	uint64_t page = pages_size(k->pages);
	struct mapping image;
	int r = kernel_image(k, &image);

	s.markers = malloc(MAX_MARKERS * sizeof(*s.markers));
	if (!r && (!window || !s.markers))
		r = -ENOMEM;
	if (r)
		goto out_free;
	s.first = image.vaddr;
	s.end = image.vaddr + image.len;
	r = -ENOENT;
	for (uint64_t at = max_u64(image.vaddr, stext / ALIGN * ALIGN), step; at < s.end && r; at += step) {
		uint64_t want = min_u64(WINDOW + INDEX_BYTES, s.end - at), have = kernel_read_part(k, at, window, want);

		if (search_window(&s, at, window, have, stext))
			r = 0;
		/* behind a page that cannot be read it goes on */
		step = have < want ? (have / page + 1) * page : WINDOW;
	}
out_free:
	free(window);
	free(s.markers);
	return r;
}
