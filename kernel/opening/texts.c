/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/opening/texts.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "kernel/opening/space.h"
#include "kernel/opening/uts.h"
#include "kernel/xen/xen.h"

/* The only architecture of the byte order whose NT_PRSTATUS is such a note, or NULL. */
static const struct arch *arch_of_note(const struct arch_note *note, bool big_endian)
{
	const struct arch *found = NULL;

	for (const struct arch *const *a = arches; *a; a++) {
		if ((*a)->big_endian != big_endian || note->type != NT_PRSTATUS || !note_layout(*a, note))
			continue;
		if (found)
			return NULL;
		found = *a;
	}
	return found;
}

/* A dump that does not name its machine: the text has lines that only one architecture's kernels write, or its register
 * notes have the size of one. */
static const struct arch *guess_arch(const struct vmcoreinfo *v, const struct kernel_input *in)
{
	const char *value;
	size_t len;

	for (const struct arch *const *a = arches; *a; a++)
		for (const char *const *mark = (*a)->marks; mark && *mark; mark++)
			if ((*a)->big_endian == in->big_endian && !vmci_get(v, *mark, &value, &len))
				return *a;
	for (size_t i = 0; i < in->nnotes; i++) {
		const struct arch *a = arch_of_note(&in->notes[i], in->big_endian);

		if (a)
			return a;
	}
	return NULL;
}

static const struct arch *arch_of(const struct vmcoreinfo *v, const struct kernel_input *in)
{
	return in->elf_machine ? arch_find(in->elf_machine, in->elf_class, in->big_endian) : guess_arch(v, in);
}

/* --- does it fit the memory? -------------------------------------------------------------------------------------- */

/* What lies where the kernel has its name. */
static const char *check_name(const struct kernel *k)
{
	static const char none[] = "where it says that the kernel's name is, there is none";
	uint64_t vaddr;
	char raw[UTS_BYTES];

	if (!k->uts_vaddr)
		return vmci_symbol(&k->vmci, "init_uts_ns", &vaddr) || kernel_read(k, vaddr, raw, sizeof(raw)) ? NULL : none;
	if (kernel_read(k, k->uts_vaddr, raw, sizeof(raw)))
		return NULL;
	raw[3 * UTS_STRING - 1] = '\0';
	if (strcmp(raw, "Linux"))
		return none;
	if (k->release[0] && strcmp(raw + 2 * UTS_STRING, k->release))
		return "the kernel in memory has another release";
	return NULL;
}

enum text_verdict text_judge(const struct kernel *k, const struct kernel_input *in, const struct vmcoreinfo *v,
			     const char **why)
{
	struct kernel t = { .pages = k->pages, .vmci = *v, .big_endian = in->big_endian, .xen = k->xen, .arch = arch_of(v, in) };
	enum text_verdict verdict = TEXT_UNTESTED;
	const char *release;
	uint64_t stext;
	size_t len;

	*why = NULL;
	if (vmci_get(v, "OSRELEASE", &release, &len)) {
		*why = "it has no line OSRELEASE";
		return TEXT_WRONG;
	}
	/* without it nothing shows whether tables are the kernel's */
	if (vmci_symbol(v, "_stext", &stext) || !t.arch || !t.arch->setup || (k->xen && !k->xen->dom0_pages))
		return TEXT_UNTESTED;
	space_of_text(&t, in);
	*why = t.has_space ? check_name(&t) : t.why_no_space;
	/* found by registers: that proves nothing of a text */
	if (*why || !t.space.by_registers)
		verdict = *why ? TEXT_WRONG : TEXT_PROVEN;
	space_close(&t.space);
	return verdict;
}

/* --- in memory ---------------------------------------------------------------------------------------------------- */

struct choice {
	struct kernel *k;
	const struct kernel_input *in;
	bool searched;
};

/* The search reads all memory: where that takes long, the user is told why the mount waits. */
static void announce_search(const struct pages *ps, const char *reason)
{
	uint64_t mib = pages_readable_few(ps) << ps->page_shift >> 20;

	log_msg(mib >= 1024 ? LOG_LVL_WARN : LOG_LVL_INFO, "%s: searching %llu MiB of memory for the text", reason,
		(unsigned long long)mib);
}

/* Other domains on the machine have such texts too, of the same kernel as like as not. */
static int search_dom0(struct kernel *k, const char *reason)
{
	_Atomic uint64_t pages_read = 0;
	struct xen_dom0 dom0;
	int r;

	if (!k->xen->dom0_pages)
		return -ENOENT;
	xen_dom0_pages(k->xen, &pages_read, &dom0);
	announce_search(&dom0.pages, reason);
	r = texts_search(&dom0.pages, 0, dom0.pages.max_pfn, &k->texts);
	for (size_t i = 0; i < k->texts.n && !r; i++)
		r = xen_machine_address(k->xen, k->texts.list[i].paddr, &k->texts.list[i].paddr);
	return r;
}

/* The first that is proven, and that fits what the user gave; NULL: none. */
static const struct kernel_text *find_proven(const struct kernel *k, const struct outside *given)
{
	for (size_t i = 0; i < k->texts.n; i++)
		if (k->texts.list[i].proven && (!given || outside_fits(given, &k->texts.list[i].vmci)))
			return &k->texts.list[i];
	return NULL;
}

/* Once: all texts in memory into k->texts. Only -ENOMEM is an error. */
static int search(struct choice *c, const char *reason)
{
	struct kernel *k = c->k;
	bool only_proven = false;
	const char *why;
	int r = 0;

	if (c->searched)
		return 0;
	c->searched = true;
	texts_free(&k->texts);
	if (k->xen)
		r = search_dom0(k, reason);
	/* a part of the p2m may be lost that has it: then only what is proven will do, for there are other domains */
	if (!k->xen || (r == -ENOENT && k->xen->dom0_pages)) {
		only_proven = k->xen;
		announce_search(k->pages, reason);
		r = texts_search(k->pages, 0, k->pages->max_pfn, &k->texts);
	}
	if (r) {
		texts_free(&k->texts);
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < k->texts.n; i++)
		k->texts.list[i].proven = text_judge(k, c->in, &k->texts.list[i].vmci, &why) == TEXT_PROVEN;
	if (only_proven && !find_proven(k, NULL))
		texts_free(&k->texts);
	return 0;
}

static void take(struct kernel *k, const struct kernel_text *t)
{
	k->vmci = t->vmci;
	k->vmci_found = t;
	k->vmci_paddr = t->paddr;
}

/* On stderr: which of several kernels is taken, and how to have another. */
static void announce_kernels(const struct choice *c, const struct kernel_text *taken)
{
	for (size_t i = 0; i < c->k->texts.n; i++) {
		const struct kernel_text *t = &c->k->texts.list[i];

		if (t->proven && t != taken)
			log_warn("%s: another kernel is in its memory: -o kernel=%#llx shows it", c->in->dump_name,
				 (unsigned long long)t->paddr);
	}
}

static int take_found(struct choice *c, const char *reason)
{
	const struct kernel_text *t;
	int r = search(c, reason);

	if (r || !c->k->texts.n)
		return r;
	t = find_proven(c->k, NULL);
	take(c->k, t ? t : &c->k->texts.list[0]);
	announce_kernels(c, c->k->vmci_found);
	return 0;
}

static int take_at(struct choice *c)
{
	struct kernel *k = c->k;
	unsigned long long at = c->in->text_paddr;
	int r = text_at(k->pages, c->in->text_paddr, &k->texts.list[0]);

	if (r == -ENOENT)
		return fail(EINVAL, "-o kernel=%#llx: no text of VMCOREINFO lies there in the memory of %s", at, c->in->dump_name);
	if (r)
		return r;
	c->searched = true;
	k->texts.n = 1;
	take(k, &k->texts.list[0]);
	return 0;
}

/* A note of another boot or another kernel, as some hypervisors write it. */
static int take_note(struct choice *c)
{
	struct kernel *k = c->k;
	const struct kernel_text *t;
	const char *why;
	int r;

	k->vmci = (struct vmcoreinfo){ c->in->vmcoreinfo, c->in->vmcoreinfo_len };
	if (text_judge(k, c->in, &k->vmci, &why) != TEXT_WRONG)
		return 0;
	k->note_wrong = why;
	r = search(c, "the dump's VMCOREINFO note leads to no kernel");
	t = r ? NULL : find_proven(k, NULL);
	if (!t || texts_are_same(&t->vmci, &k->vmci))
		return r;
	log_warn("%s: its VMCOREINFO note is of another kernel or boot (%s); the text in memory at %#llx is taken",
		 c->in->dump_name, why, (unsigned long long)t->paddr);
	k->note_dropped = true;
	take(k, t);
	announce_kernels(c, t);
	return 0;
}

/* --- and what the user gave --------------------------------------------------------------------------------------- */

static int take_given_alone(struct choice *c, const struct outside *given)
{
	struct kernel *k = c->k;

	k->vmci_outside = malloc(given->vmci.len + 1);
	if (!k->vmci_outside)
		return -ENOMEM;
	memcpy(k->vmci_outside, given->vmci.text, given->vmci.len);
	k->vmci_outside[given->vmci.len] = '\0';
	log_warn("%s: is of another kernel in the memory of %s than its VMCOREINFO: that one is shown", given->path,
		 c->in->dump_name);
	k->note_dropped = c->in->vmcoreinfo_len > 0;
	k->given_alone = true;
	k->vmci = (struct vmcoreinfo){ k->vmci_outside, given->vmci.len };
	k->vmci_found = NULL;
	return 0;
}

static int take_given(struct choice *c, struct outside *given)
{
	struct kernel *k = c->k;
	const struct kernel_text *t;
	const char *why;
	bool mistrust;
	int r = outside_read(c->in, given);

	if (r)
		return r;
	k->arch = arch_of(&given->vmci, c->in);
	/* a text of a running kernel says all that it takes to check it; one of a vmlinux does not */
	if (c->in->vmcoreinfo_file && k->vmci.text && !texts_same_place(&given->vmci, &k->vmci) &&
	    text_judge(k, c->in, &given->vmci, &why) == TEXT_PROVEN)
		return take_given_alone(c, given);
	mistrust = k->note_wrong && !k->note_dropped;
	if (k->vmci.text && !outside_fits(given, &k->vmci) && c->in->which != KERNEL_AT) {
		mistrust = true;
		r = search(c, "the dump's VMCOREINFO is not of the kernel that was given");
		t = r ? NULL : find_proven(k, given);
		if (t) {
			mistrust = false;
			take(k, t);
			k->note_dropped = c->in->vmcoreinfo_len > 0;
		}
	}
	return r ? r : outside_apply(k, c->in, given, mistrust);
}

int texts_choose(struct kernel *k, const struct kernel_input *in, struct outside *given)
{
	struct choice c = { .k = k, .in = in };
	bool has_note = in->vmcoreinfo && in->vmcoreinfo_len;
	int r;

	if (in->which == KERNEL_AT)
		r = take_at(&c);
	else if (has_note && in->which == KERNEL_NOTE)
		r = take_note(&c);
	else
		r = take_found(&c, has_note ? "the dump's VMCOREINFO note is not to be used" : "the dump has no VMCOREINFO note");
	if (r)
		return r;
	k->note_dropped |= has_note && in->which != KERNEL_NOTE;
	if (in->vmcoreinfo_file || in->vmlinux)
		return take_given(&c, given);
	k->arch = arch_of(&k->vmci, in);
	return 0;
}

int texts_others(const struct kernel *k, uint64_t first, uint64_t end, struct kernel_texts *out)
{
	const struct kernel_input in = {
		.pages = k->pages, .elf_machine = k->arch ? k->arch->elf_machine : 0, .elf_class = k->arch ? k->arch->elf_class : 0,
		.big_endian = k->big_endian,
	};
	size_t n = 0;
	const char *why;
	int r = texts_search(k->pages, first, end, out);

	for (size_t i = 0; i < out->n; i++) {
		struct kernel_text t = out->list[i];

		t.proven = !texts_are_same(&t.vmci, &k->vmci) && text_judge(k, &in, &t.vmci, &why) == TEXT_PROVEN;
		if (t.proven)
			out->list[n++] = t;
		else
			free(t.text);
	}
	out->n = n;
	return r ? r : n ? 0 : -ENOENT;
}
