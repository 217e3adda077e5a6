/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/opening/outside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "kernel/debuginfo/vmlinux.h"
#include "kernel/opening/locate.h"
#include "kernel/vmcoreinfo_file.h"

/* Where the architecture does not tell where images are: no image is as long, and so near is nothing else as a rule. */
#define IMAGE_AROUND_STEXT ((uint64_t)1 << 28)

/* One line of a text. */
struct text_line {
	const char *start;
	size_t len;			/* without the newline */
	size_t key_len;			/* up to the '='; 0: none */
};

static bool next_line(const struct vmcoreinfo *v, size_t *pos, struct text_line *out)
{
	const char *eol, *equals;

	if (*pos >= v->len)
		return false;
	out->start = v->text + *pos;
	eol = memchr(out->start, '\n', v->len - *pos);
	out->len = eol ? (size_t)(eol - out->start) : v->len - *pos;
	equals = memchr(out->start, '=', out->len);
	out->key_len = equals ? (size_t)(equals - out->start) : 0;
	*pos += out->len + 1;
	return true;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

int outside_read(const struct kernel_input *in, struct outside *out)
{
	int r;

	out->path = in->vmlinux ? in->vmlinux : in->vmcoreinfo_file;
	r = in->vmlinux ? vmlinux_vmcoreinfo(in->vmlinux, pages_size(in->pages), &out->text, out->version) :
	    vmci_read_file(in->vmcoreinfo_file, "OSRELEASE=", &out->text);
	out->vmci = (struct vmcoreinfo){ out->text.data, out->text.len };
	return r;
}

void outside_free(struct outside *given)
{
	out_free(&given->text);
}

/* --- does it fit? ------------------------------------------------------------------------------------------------- */

static bool key_fits(const char *key, const struct vmcoreinfo *a, const struct vmcoreinfo *b)
{
	const char *x, *y;
	size_t x_len, y_len;

	return vmci_get(a, key, &x, &x_len) || vmci_get(b, key, &y, &y_len) || (x_len == y_len && !memcmp(x, y, x_len));
}

bool outside_fits(const struct outside *given, const struct vmcoreinfo *v)
{
	return key_fits("OSRELEASE", &given->vmci, v) && key_fits("BUILD-ID", &given->vmci, v);
}

static int check_key(const char *key, const char *what, const struct kernel *k, const struct kernel_input *in,
		     const struct outside *given)
{
	const char *a = NULL, *b = NULL;
	size_t a_len = 0, b_len = 0;

	if (key_fits(key, &given->vmci, &k->vmci))
		return 0;
	vmci_get(&given->vmci, key, &a, &a_len);
	vmci_get(&k->vmci, key, &b, &b_len);
	return fail(EINVAL, "%s: is of %s %.*s, but %s of %s %.*s", given->path, what, (int)a_len, a, in->dump_name, what,
		    (int)b_len, b);
}

static int check_release(const struct kernel *k, const struct kernel_input *in, const struct outside *given)
{
	const char *value;
	size_t len;

	if (k->vmci.text)
		return check_key("OSRELEASE", "kernel", k, in, given);
	/* the header of a kdump-compressed file */
	if (!in->release || !in->release[0] || vmci_get(&given->vmci, "OSRELEASE", &value, &len) ||
	    (strlen(in->release) == len && !memcmp(in->release, value, len)))
		return 0;
	return fail(EINVAL, "%s: is of kernel %.*s, but %s of kernel %s", given->path, (int)len, value, in->dump_name,
		    in->release);
}

/* --- laying it over the dump's own -------------------------------------------------------------------------------- */

/* How the dump's kernel lies, and how that which the given text was taken from did. */
struct boot {
	const struct arch *arch;
	struct placement at;
	bool located;			/* at was found in memory: phys_base and levels are known too */
	uint64_t shift;			/* for the addresses in the given text */
	bool other;			/* the text was taken from another boot of the kernel */
	bool linked;			/* the text is of a vmlinux: all of its symbols are in the image */
	bool has_stext;
	uint64_t stext;			/* as the given text has it */
};

static bool in_image(const struct boot *b, uint64_t vaddr)
{
	if (b->linked)
		return true;
	if (b->arch && b->arch->image_bytes)
		return vaddr >= b->arch->image_vaddr && vaddr - b->arch->image_vaddr < b->arch->image_bytes;
	return b->has_stext && vaddr - b->stext + IMAGE_AROUND_STEXT < 2 * IMAGE_AROUND_STEXT;
}

static bool has_key(const struct text_line *l, const char *key)
{
	return l->key_len == strlen(key) && !memcmp(l->start, key, l->key_len);
}

/* SYMBOL(name)=address: the address. */
static bool line_symbol(const struct text_line *l, uint64_t *vaddr)
{
	char name[128];

	if (l->key_len < 9 || l->key_len - 8 >= sizeof(name) || memcmp(l->start, "SYMBOL(", 7))
		return false;
	memcpy(name, l->start + 7, l->key_len - 8);
	name[l->key_len - 8] = '\0';
	return !vmci_symbol(&(struct vmcoreinfo){ l->start, l->len }, name, vaddr);
}

/* Does this line hold for one boot of a kernel only? */
static bool is_of_boot(const struct text_line *l, const struct boot *b)
{
	static const char *const keys[] = {
		"KERNELOFFSET", "CRASHTIME", "NUMBER(phys_base)", "NUMBER(pgtable_l5_enabled)", "NUMBER(sme_mask)",
	};
	uint64_t vaddr;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (has_key(l, keys[i]))
			return true;
	return line_symbol(l, &vaddr) && !in_image(b, vaddr);
}

static uint64_t word_mask(const struct arch *arch)
{
	return arch && arch->elf_class == 32 ? UINT32_MAX : UINT64_MAX;
}

static void put_given(struct outbuf *out, const struct text_line *l, const struct boot *b)
{
	uint64_t vaddr;

	if (b->shift && line_symbol(l, &vaddr) && in_image(b, vaddr))
		out_printf(out, "%.*s=%llx\n", (int)l->key_len, l->start,
			   (unsigned long long)((vaddr + b->shift) & word_mask(b->arch)));
	else
		out_printf(out, "%.*s\n", (int)l->len, l->start);
}

/* A line of the dump's own, unless there is one with its key. */
static void put_own(struct outbuf *out, const struct text_line *l)
{
	struct vmcoreinfo v = { out->data, out->len };
	char key[160];
	const char *value;
	size_t len;

	if (!l->key_len || l->key_len >= sizeof(key))
		return;
	memcpy(key, l->start, l->key_len);
	key[l->key_len] = '\0';
	if (vmci_get(&v, key, &value, &len))
		out_printf(out, "%.*s\n", (int)l->len, l->start);
}

/*
 * Kinds of pages that were macros until 6.9, so that neither debug information nor makedumpfile -g has them, and kernels
 * tell them only in their own VMCOREINFO: include/linux/page-flags.h, and mm.h before 4.18.
 */
static void put_page_types(struct outbuf *out, const struct vmcoreinfo *given)
{
	static const struct {
		const char *line;
		unsigned int first, end;	/* major << 8 | minor */
	} types[] = {
		{ "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-128", 0x300, 0x412 },
		{ "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129", 0x412, 0x60a },
		{ "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)=-257", 0x501, 0x60a },
	};
	unsigned int major, minor;
	const char *release;
	size_t len;

	if (vmci_get(given, "OSRELEASE", &release, &len) || sscanf(release, "%2u.%3u", &major, &minor) != 2 || minor > 255)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct vmcoreinfo v = { types[i].line, strlen(types[i].line) };
		struct text_line l;
		size_t pos = 0;

		if ((major << 8 | minor) >= types[i].first && (major << 8 | minor) < types[i].end && next_line(&v, &pos, &l))
			put_own(out, &l);
	}
}

static void put_located(struct outbuf *out, const struct boot *b)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "NUMBER(phys_base)=%lld\nNUMBER(pgtable_l5_enabled)=%d\nKERNELOFFSET=%llx\n",
			 (long long)b->at.phys_base, b->at.five_levels, (unsigned long long)b->at.offset);
	struct vmcoreinfo v = { text, (size_t)n };
	struct text_line l;

	for (size_t pos = 0; next_line(&v, &pos, &l);)
		put_own(out, &l);
}

/* The text as it would be with addresses as linked. */
static int put_linked(struct outbuf *out, const struct vmcoreinfo *v, const struct arch *arch, uint64_t offset)
{
	struct boot b = { .arch = arch, .shift = -offset };
	struct text_line l;

	for (size_t pos = 0; next_line(v, &pos, &l);)
		put_given(out, &l, &b);
	return out->error;
}

static int locate_given(const struct kernel *k, const struct outside *given, uint64_t offset, struct placement *out)
{
	struct outbuf linked = OUTBUF_INIT;
	int r = put_linked(&linked, &given->vmci, k->arch, offset);

	if (!r)
		r = locate_kernel(k->pages, k->arch, &(struct vmcoreinfo){ linked.data, linked.len }, out);
	out_free(&linked);
	return r;
}

/* The dump's own text is drawn into doubt: it is dropped when the kernel of the given one is in memory. */
static int drop_own(struct kernel *k, const struct kernel_input *in, const struct outside *given)
{
	uint64_t offset = 0, own_offset = 0, own_base;
	struct placement at;
	int r;

	vmci_kernel_offset(&given->vmci, &offset);
	r = k->xen ? -ENOTSUP : locate_given(k, given, offset, &at);
	if (r)
		return r == -ENOMEM ? r : 0;
	vmci_kernel_offset(&k->vmci, &own_offset);
	if (own_offset == at.offset && !vmci_number(&k->vmci, "phys_base", &own_base) && own_base == at.phys_base)
		return 0;		/* right about the place: that what was given does not fit is no fault of its */
	log_warn("%s: its VMCOREINFO is not used: it is not of the kernel of %s, which is in memory at another place",
		 in->dump_name, given->path);
	k->note_dropped = in->vmcoreinfo_len > 0;
	k->vmci = (struct vmcoreinfo){ 0 };
	k->vmci_found = NULL;
	return 0;
}

/*
 * The addresses in a text are as linked when it was made from a vmlinux (makedumpfile -g), and moved by its KERNELOFFSET
 * when it was taken from a running or dead kernel. What is right for the dump: moved by the dump's own KERNELOFFSET,
 * which is found in memory if the dump does not tell. Where both have _stext, that says it without trusting either.
 */
static int find_boot(const struct kernel *k, const struct kernel_input *in, const struct outside *given, struct boot *b)
{
	uint64_t given_offset = 0, stext, phys_base;
	bool has_offset = !vmci_kernel_offset(&given->vmci, &given_offset);
	int r;

	b->arch = k->arch;
	b->linked = in->vmlinux;
	b->has_stext = !vmci_symbol(&given->vmci, "_stext", &b->stext);
	if (k->vmci.text) {
		if (vmci_kernel_offset(&k->vmci, &b->at.offset))
			b->at.offset = 0;
	} else if (k->xen) {
		/* a PV kernel is where it is linked, in what it takes for physical memory: no KASLR */
		b->at.offset = 0;
	} else {
		r = locate_given(k, given, given_offset, &b->at);
		if (r == -ENOENT)
			return fail(EINVAL, "%s: its kernel is not in the memory of %s", given->path, in->dump_name);
		if (r && r != -ENOTSUP)
			return r;
		b->located = !r;
		if (r)
			b->at.offset = given_offset;
	}
	b->shift = b->at.offset - given_offset;
	if (k->vmci.text && b->has_stext && !vmci_symbol(&k->vmci, "_stext", &stext))
		b->shift = stext - b->stext;
	b->other = has_offset && b->shift;
	if (b->located && has_offset && !vmci_number(&given->vmci, "phys_base", &phys_base))
		b->other |= phys_base != b->at.phys_base;
	if (b->shift)
		log_info("%s: addresses in the kernel image are moved by %#llx", given->path, (unsigned long long)b->shift);
	return 0;
}

int outside_check_version(const struct kernel *k, const struct kernel_input *in, const struct outside *given)
{
	if (!given->version[0] || !k->uts[3][0] || !strcmp(given->version, k->uts[3]))
		return 0;
	return fail(EINVAL, "%s: is of kernel version %s, but %s of %s", given->path, given->version, in->dump_name,
		    k->uts[3]);
}

int outside_apply(struct kernel *k, const struct kernel_input *in, const struct outside *given, bool mistrust)
{
	uint64_t page_size;
	bool own_page_size;
	struct outbuf out = OUTBUF_INIT;
	struct boot b = { 0 };
	struct text_line l;
	int r;

	if (mistrust && (r = drop_own(k, in, given)))
		return r;
	/* a vmlinux does not tell: its line is a guess */
	own_page_size = in->vmlinux && !vmci_plain(&k->vmci, "PAGESIZE", &page_size);
	if ((r = check_release(k, in, given)) || (r = check_key("BUILD-ID", "build", k, in, given)) ||
	    (r = find_boot(k, in, given, &b)))
		return r;
	for (size_t pos = 0; next_line(&given->vmci, &pos, &l);)
		if (own_page_size && has_key(&l, "PAGESIZE"))
			out_printf(&out, "PAGESIZE=%llu\n", (unsigned long long)page_size);
		else if (l.key_len && !(b.other && is_of_boot(&l, &b)))
			put_given(&out, &l, &b);
	if (b.located)
		put_located(&out, &b);
	if (!k->vmci.text)
		put_page_types(&out, &given->vmci);
	for (size_t pos = 0; k->vmci.text && next_line(&k->vmci, &pos, &l);)
		put_own(&out, &l);
	if (out.error) {
		out_free(&out);
		return -ENOMEM;
	}
	k->vmci_outside = out.data;
	k->vmci = (struct vmcoreinfo){ out.data, out.len };
	return 0;
}
