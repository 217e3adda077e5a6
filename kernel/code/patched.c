/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/code/patched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "kernel/code/patch_sites.h"
#include "kernel/debuginfo/address.h"
#include "kernel/object/reader.h"

#define PIECE 65536u			/* bytes of memory that are compared at a time */
#define AROUND PATCH_SITE_MAX_BYTES	/* before them and behind: what begins or ends there */
#define NEAR 4u				/* equal bytes between two places that are told as one, when nothing explains them */
#define SHOWN 32u			/* bytes of a place */

/* Behind the kinds of patch_sites.h. */
enum { WHY_KASLR = PATCH_KINDS, WHY_NOT, WHY_KINDS };

static const char *const reasons[WHY_KINDS] = {
	[PATCH_PROBE] = "kprobe", [PATCH_LIVE] = "live patch", [PATCH_TRACED] = "ftrace, traced", [PATCH_FTRACE] = "ftrace",
	[PATCH_STATIC_CALL] = "static call", [PATCH_JUMP_LABEL] = "jump label", [PATCH_ALTERNATIVE] = "alternative",
	[PATCH_PARAVIRT] = "paravirt", [PATCH_RETPOLINE] = "retpoline", [PATCH_RETURN] = "return thunk", [PATCH_CALL] = "call thunk",
	[PATCH_ENDBR] = "endbr", [PATCH_LOCK] = "lock prefix", [PATCH_CONSTANT] = "runtime constant", [PATCH_RELOCATED] = "relocation",
	[WHY_KASLR] = "KASLR",
	[WHY_NOT] = "unexplained",
};

/* Code that is there both in the file and in memory, n bytes from vaddr on. */
struct code_pair {
	uint64_t vaddr;
	const uint8_t *file, *memory;
	size_t n;
};

struct comparison {
	const struct facts *facts;
	const struct symbols *symbols;
	const struct vmlinux_file *file;
	struct patch_sites sites;
	struct outbuf *out;
	uint64_t shift;
	bool big;
	size_t symbol;			/* the last one at or below what was told last */
	uint64_t end;			/* of the last place */
	size_t counts[WHY_KINDS];
	struct outbuf lost;		/* lines */
};

/* --- lines -------------------------------------------------------------------------------------------------------- */

static void put_hex(struct outbuf *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * SHOWN + 4];
	size_t len = 0;

	for (size_t i = 0; i < n && i < SHOWN; i++) {
		text[len++] = digits[bytes[i] >> 4];
		text[len++] = digits[bytes[i] & 15];
	}
	if (n > SHOWN) {
		memcpy(text + len, "...", 3);
		len += 3;
	}
	text[len++] = ' ';
	out_write(out, text, len);
}

/* Symbols are in the same order as what is told. */
static void put_place(struct comparison *c, uint64_t vaddr)
{
	size_t n = symbols_count(c->symbols);
	struct symbol s;

	while (c->symbol + 1 < n && symbols_get(c->symbols, c->symbol + 1).vaddr <= vaddr)
		c->symbol++;
	s = symbols_get(c->symbols, c->symbol);
	/* of several at one address the first */
	for (size_t i = c->symbol; i-- && symbols_get(c->symbols, i).vaddr == s.vaddr;)
		s = symbols_get(c->symbols, i);
	out_printf(c->out, "0x%llx %s+%#llx ", (unsigned long long)vaddr, s.name, (unsigned long long)(vaddr - s.vaddr));
}

static void put_target(struct comparison *c, const struct patch_site *site)
{
	char name[SYMTAB_MAX_NAME + 128];

	if (!site || !site->target)
		return;
	if (address_format(c->facts, site->target, name, sizeof(name)))
		out_printf(c->out, " 0x%llx", (unsigned long long)site->target);
	else
		out_printf(c->out, " <%s>", name);
}

static void put_line(struct comparison *c, const struct code_pair *p, size_t at, size_t n, unsigned int why,
		     const struct patch_site *site)
{
	put_place(c, p->vaddr + at);
	out_printf(c->out, "%zu ", n);
	put_hex(c->out, p->file + at, n);
	put_hex(c->out, p->memory + at, n);
	out_write(c->out, reasons[why], strlen(reasons[why]));
	put_target(c, site);
	out_char(c->out, '\n');
	c->counts[why]++;
	c->end = p->vaddr + at + n;
}

/* --- why ---------------------------------------------------------------------------------------------------------- */

/* Does the number of so many bytes at i differ by what KASLR has added or taken away? */
static bool is_moved_number(const struct comparison *c, const struct code_pair *p, size_t i, unsigned int bytes)
{
	uint64_t mask = bytes == 4 ? UINT32_MAX : UINT64_MAX, file, memory;

	if (i + bytes > p->n)
		return false;
	file = get_uint(p->file + i, bytes, c->big);
	memory = get_uint(p->memory + i, bytes, c->big);
	return !(((file + c->shift) ^ memory) & mask) || !(((file - c->shift) ^ memory) & mask);
}

/* Is all that differs in there of one site, which has the whole number, or of none? A number that ends in the next site is none. */
static bool is_of_one(const struct comparison *c, const struct code_pair *p, size_t i, size_t n, const struct patch_site *site)
{
	uint64_t vaddr = p->vaddr + i;

	if (site && (vaddr < site->vaddr || vaddr + n > site->vaddr + site->bytes))
		return false;
	for (size_t k = i; k < i + n; k++)
		if (p->file[k] != p->memory[k] && patch_sites_at(&c->sites, p->vaddr + k) != site)
			return false;
	return true;
}

/* The same of one around the byte at, which begins at from or behind: *start and *n. */
static bool is_moved(const struct comparison *c, const struct code_pair *p, size_t at, size_t from, size_t *start, size_t *n)
{
	const struct patch_site *site = patch_sites_at(&c->sites, p->vaddr + at);

	for (unsigned int bytes = 4; c->shift && bytes <= 8; bytes += 4) {
		for (size_t i = at >= from + bytes - 1 ? at - (bytes - 1) : from; i <= at; i++) {
			if (!is_moved_number(c, p, i, bytes) || !is_of_one(c, p, i, bytes, site))
				continue;
			*start = i;
			/* all of a long one */
			*n = is_moved_number(c, p, i, 8) && memcmp(p->file + i + 4, p->memory + i + 4, 4) ? 8 : bytes;
			return true;
		}
	}
	return false;
}

/* Up to where bytes differ that nothing explains. */
static size_t unexplained(const struct comparison *c, const struct code_pair *p, size_t at)
{
	size_t end = at + 1, start, n;

	for (size_t i = end; i < p->n && i - end < NEAR; i++) {
		if (p->file[i] == p->memory[i])
			continue;
		if (patch_sites_at(&c->sites, p->vaddr + i) || is_moved(c, p, i, end, &start, &n))
			break;
		end = i + 1;
	}
	return end - at;
}

/* The bytes at differ. Returns behind the place. */
static size_t tell(struct comparison *c, const struct code_pair *p, size_t at)
{
	uint64_t vaddr = p->vaddr + at, first, end;
	size_t from = c->end > p->vaddr ? (size_t)(c->end - p->vaddr) : 0, start, n;
	const struct patch_site *site;

	if (is_moved(c, p, at, from, &start, &n)) {
		c->counts[WHY_KASLR]++;
		c->end = p->vaddr + start + n;
		return start + n;
	}
	site = patch_sites_at(&c->sites, vaddr);
	if (!site) {
		n = unexplained(c, p, at);
		put_line(c, p, at, n, WHY_NOT, NULL);
		return at + n;
	}
	first = max_u64(site->vaddr, max_u64(c->end, p->vaddr));
	end = min_u64(site->vaddr + site->bytes, p->vaddr + p->n);
	put_line(c, p, (size_t)(first - p->vaddr), (size_t)(end - first), site->kind, site);
	return (size_t)(end - p->vaddr);
}

/* --- all code ----------------------------------------------------------------------------------------------------- */

/* Is there no room for another line, and for what stands before them all? */
static bool is_full(const struct comparison *c)
{
	return c->out->len + c->lost.len > PATCHED_MAX_BYTES - 65536;
}

static size_t next_difference(const struct code_pair *p, size_t at, size_t n)
{
	while (at + 8 <= n && !memcmp(p->file + at, p->memory + at, 8))
		at += 8;
	while (at < n && p->file[at] == p->memory[at])
		at++;
	return at;
}

/* Bytes at to n - 1. Returns behind the last place, which may be more. */
static size_t compare(struct comparison *c, const struct code_pair *p, size_t at, size_t n)
{
	while ((at = next_difference(p, at, n)) < n && !is_full(c))
		at = tell(c, p, at);
	return at;
}

static const char *loss(int error)
{
	return error == -ENODATA ? "not in the dump" : error == -EFAULT ? "not mapped" : "damaged or unreadable";
}

/* One stretch of code of the file: len bytes from vaddr on. */
static int compare_stretch(struct comparison *c, struct kreader *reader, const uint8_t *file, uint64_t vaddr, uint64_t len,
			   uint8_t *buf)
{
	uint64_t page = (uint64_t)1 << facts_kernel(c->facts)->page_shift, done = 0, known = 0;

	while (done < len && !c->out->error && !is_full(c)) {
		uint64_t before = min_u64(done - known, AROUND), at = vaddr + done - before, to;
		size_t want = (size_t)min_u64(len - done + before, PIECE + 2 * AROUND);
		size_t have = (size_t)kread_part(reader, at, buf, want);
		struct code_pair p = { at, file + done - before, buf, have };
		int error = kreader_take(reader, NULL);

		if (error_is_passing(error))
			return error;
		if (have == want) {
			done += compare(c, &p, before, min_u64(have, before + PIECE)) - before;
			continue;
		}
		compare(c, &p, before, have);
		to = min_u64(((at + have) / page + 1) * page, vaddr + len);
		out_printf(&c->lost, "# 0x%llx to 0x%llx: %s\n", (unsigned long long)(at + have), (unsigned long long)to, loss(error));
		known = done = to - vaddr;
	}
	return 0;
}

static int compare_all(struct comparison *c)
{
	struct symbol first, end;
	struct kreader *reader = NULL;
	uint8_t *buf = malloc(PIECE + 2 * AROUND);
	int r = buf ? kreader_open(facts_kernel(c->facts), &reader) : -ENOMEM;

	if (!r && ((symbols_find(c->symbols, "_text", &first) && symbols_find(c->symbols, "_stext", &first)) ||
		   symbols_find(c->symbols, "_etext", &end)))
		r = -ENOTSUP;
	for (uint64_t at = r ? 0 : first.vaddr; !r && at < end.vaddr;) {
		const uint8_t *bytes;
		uint64_t len;
		bool code;

		if (vmlinux_file_at(c->file, at - c->shift, &bytes, &len, &code)) {
			at = (at / 16 + 1) * 16;	/* between sections */
			continue;
		}
		len = min_u64(len, end.vaddr - at);
		if (code)
			r = compare_stretch(c, reader, bytes, at, len, buf);
		at += len;
	}
	kreader_close(reader);
	free(buf);
	return r;
}

/* --- the text ----------------------------------------------------------------------------------------------------- */

static void put_summary(const struct comparison *c, const struct outbuf *lines, struct outbuf *out)
{
	const struct modules *modules;

	for (size_t i = 0; i < WHY_KINDS; i++)
		if (c->counts[i])
			out_printf(out, "# %s: %zu\n", reasons[i], c->counts[i]);
	if (!facts_modules(c->facts, &modules, NULL) && modules->n)
		out_printf(out, "# modules are not compared: no files of theirs are given\n");
	if (is_full(c))
		out_printf(out, "# there is more: this is another kernel, or it is damaged\n");
	out_write(out, c->lost.data, c->lost.len);
	out_write(out, lines->data, lines->len);
}

int patched_put(const struct facts *f, const char *vmlinux, struct outbuf *out)
{
	struct outbuf lines = OUTBUF_INIT;
	struct comparison c = { .facts = f, .out = &lines, .big = facts_kernel(f)->big_endian };
	struct vmlinux_file file;
	int r = facts_symbols(f, &c.symbols, NULL);

	if (!r)
		r = vmlinux_file_open(vmlinux, &file);
	if (r)
		return r;
	c.file = &file;
	c.shift = vmlinux_file_shift(&file, &facts_kernel(f)->vmci);
	r = patch_sites_find(f, &file, c.shift, &c.sites);
	if (!r || r == -EOVERFLOW)
		r = compare_all(&c);
	patch_sites_free(&c.sites);
	vmlinux_file_close(&file);
	if (!r)
		r = lines.error ? lines.error : c.lost.error;
	if (!r)
		put_summary(&c, &lines, out);
	out_free(&lines);
	out_free(&c.lost);
	return r;
}
