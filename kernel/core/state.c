/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/core/state.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/core/cmdline_search.h"
#include "kernel/core/taint_code.h"

#define CPUS_LIMIT	16384u		/* NR_CPUS is 8192 at the most */
#define NT_GNU_BUILD_ID	3
#define TAINTS_LIMIT	24u		/* bits; kernels of today have 20 */

/* Of several names the first that there is: kernels have changed them. */
static int find(const struct symbols *s, const char *const *names, size_t n, uint64_t *vaddr)
{
	for (size_t i = 0; i < n; i++) {
		struct symbol symbol;

		if (!symbols_find(s, names[i], &symbol)) {
			*vaddr = symbol.vaddr;
			return 0;
		}
	}
	return -ENOENT;
}

/* Bits that are set of the first n of a mask: an array of longs. */
static int count_bits(const struct kernel *k, uint64_t vaddr, unsigned int n, unsigned int *out)
{
	unsigned int bits = k->word_bytes * 8;

	*out = 0;
	for (unsigned int i = 0; i < n; i += bits, vaddr += k->word_bytes) {
		uint64_t word;
		int r = kernel_read_word(k, vaddr, &word);

		if (r)
			return r;
		if (n - i < bits)
			word &= ((uint64_t)1 << (n - i)) - 1;
		*out += (unsigned int)__builtin_popcountll(word);
	}
	return 0;
}

int state_cpus(const struct kernel *k, const struct symbols *s, unsigned int *out)
{
	/* since 4.5; since 2.6.29; before */
	static const char *const masks[] = { "__cpu_present_mask", "cpu_present_bits", "cpu_present_map" };
	static const char *const ids[] = { "nr_cpu_ids" };
	uint64_t vaddr, n;
	int r = find(s, ids, ARRAY_SIZE(ids), &vaddr);

	if (!r)
		r = kernel_read_uint(k, vaddr, 4, &n);
	if (!r && (!n || n > CPUS_LIMIT))
		r = -EIO;
	if (r)
		return r;
	*out = (unsigned int)n;
	if (!find(s, masks, ARRAY_SIZE(masks), &vaddr)) {
		r = count_bits(k, vaddr, (unsigned int)n, out);
		if (!r && !*out)
			r = -EIO;
	}
	return r;
}

int state_taint(const struct kernel *k, const struct symbols *s, uint64_t *out)
{
	static const char *const names[] = { "tainted_mask" };
	uint64_t vaddr;
	int r = find(s, names, ARRAY_SIZE(names), &vaddr);

	if (!r)
		return kernel_read_word(k, vaddr, out);
	r = taint_code_find(k, s, &vaddr);
	if (!r)
		r = kernel_read_word(k, vaddr, out);
	/* code that only looks like what it should be */
	return !r && *out >> TAINTS_LIMIT ? -ENOENT : r;
}

/* kernel/panic.c: taint_flags */
static const struct {
	char letter;
	const char *text;
} taints[] = {
	{ 'P', "a proprietary module" }, { 'F', "a module was forced to load" }, { 'S', "a CPU out of its specification" },
	{ 'R', "a module was forced to unload" }, { 'M', "a machine check" }, { 'B', "a bad page" },
	{ 'U', "asked for by a user" }, { 'D', "an oops" }, { 'A', "an ACPI table was overridden" }, { 'W', "a warning" },
	{ 'C', "a staging driver" }, { 'I', "a workaround for firmware" }, { 'O', "a module from outside" },
	{ 'E', "an unsigned module" }, { 'L', "a soft lockup" }, { 'K', "a live patch" }, { 'X', "an auxiliary taint of the distribution" },
	{ 'T', "the randstruct plugin" }, { 'N', "a test" }, { 'J', "fwctl's debug write" },
};

void state_taint_letters(uint64_t taint, char *letters)
{
	if (taint && !(taint & 1))
		*letters++ = 'G';
	for (size_t i = 0; i < ARRAY_SIZE(taints); i++)
		if (taint >> i & 1)
			*letters++ = taints[i].letter;
	*letters = '\0';
}

void state_taint_text(uint64_t taint, struct outbuf *out)
{
	const char *before = "";

	for (unsigned int i = 0; i < 64; i++) {
		if (!(taint >> i & 1))
			continue;
		if (i < ARRAY_SIZE(taints))
			out_printf(out, "%s%s", before, taints[i].text);
		else
			out_printf(out, "%sbit %u", before, i);
		before = ", ";
	}
}

int state_cmdline(const struct kernel *k, const struct symbols *s, char out[STATE_CMDLINE_MAX])
{
	static const char *const pointers[] = { "saved_command_line" };
	uint64_t vaddr, n;
	int r = find(s, pointers, ARRAY_SIZE(pointers), &vaddr);

	if (r)
		r = cmdline_search(k, &vaddr);
	/* boot_command_line is no substitute: its memory is given back when the kernel has started */
	if (!r)
		r = kernel_read_word(k, vaddr, &vaddr);
	if (r)
		return r;
	n = kernel_read_part(k, vaddr, out, STATE_CMDLINE_MAX);
	return n && memchr(out, '\0', n) ? 0 : -EIO;
}

/* The description of the build-id among ELF notes. -ENOENT. */
static int find_build_id(const struct kernel *k, const uint8_t *notes, size_t n, const uint8_t **id, size_t *len)
{
	for (size_t at = 0; at <= n && n - at >= 12;) {
		uint32_t name_len = get_u32(notes + at, k->big_endian), desc_len = get_u32(notes + at + 4, k->big_endian);
		size_t name = at + 12, desc;

		if (name_len > n || desc_len > n)
			break;
		desc = name + (name_len + 3) / 4 * 4;
		if (desc > n || desc_len > n - desc)
			break;
		if (get_u32(notes + at + 8, k->big_endian) == NT_GNU_BUILD_ID && name_len == 4 && !memcmp(notes + name, "GNU", 4)) {
			*id = notes + desc;
			*len = desc_len;
			return desc_len && desc_len <= STATE_BUILD_ID_MAX ? 0 : -EIO;
		}
		at = desc + (desc_len + 3) / 4 * 4;
	}
	return -ENOENT;
}

int state_build_id(const struct kernel *k, const struct symbols *s, char out[2 * STATE_BUILD_ID_MAX + 1])
{
	static const char *const starts[] = { "__start_notes" }, *const ends[] = { "__stop_notes" };
	uint8_t notes[4096];		/* there are a few hundred bytes of them */
	uint64_t start, end;
	const uint8_t *id;
	const char *text;
	size_t len;
	int r;

	if (!vmci_get(&k->vmci, "BUILD-ID", &text, &len)) {
		if (!len || len > 2 * STATE_BUILD_ID_MAX)
			return -EIO;
		for (size_t i = 0; i < len; i++)
			if (!isxdigit((unsigned char)text[i]))
				return -EIO;
		memcpy(out, text, len);
		out[len] = '\0';
		return 0;
	}
	if (!s || find(s, starts, 1, &start) || find(s, ends, 1, &end) || end <= start)
		return -ENOENT;
	r = find_build_id(k, notes, kernel_read_part(k, start, notes, min_u64(end - start, sizeof(notes))), &id, &len);
	for (size_t i = 0; !r && i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", id[i]);
	return r;
}
