/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Xen's notes: xen/include/public/elfnote.h, xen/include/xen/elfcore.h (crash_xen_info_t), xen/arch/x86/crash.c. The
 * hypervisor's addresses: xen/include/asm-x86/config.h.
 */
#include "kernel/xen/xen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/x86_64.h"
#include "base/bytes.h"
#include "base/memory.h"
#include "kernel/vmcoreinfo_file.h"

#define NT_CRASH_INFO	0x1000001u	/* of "Xen" */
#define TEXT_ALIGN	((uint64_t)1 << 30)	/* what the image's addresses start at, whatever the version */
#define PTE_ADDRESS	0x000ffffffffff000ull

/* crash_xen_info_t: longs. The last one is the root of the p2m (since 3.1), the one before it phys_start (since 3.3). */
enum { MAJOR, MINOR, EXTRA_VERSION, CHANGESET, COMPILER, COMPILE_DATE, COMPILE_TIME, TAINTED, WORDS };

/* A string of the hypervisor's at a machine address. */
static void read_string(const struct pages *mem, uint64_t maddr, char *out, size_t size)
{
	out[0] = '\0';
	/* it may be short, at the end of all memory */
	for (size_t i = 0; i < size - 1; i++) {
		if (!maddr || pages_read_bytes(mem, maddr + i, 1, &out[i], HOLES_FAIL) || out[i] < ' ' || out[i] > '~') {
			out[i] = '\0';
			return;
		}
	}
	out[size - 1] = '\0';
}

static void read_crash_info(struct xen *x, const struct arch_note *n)
{
	uint64_t word[WORDS + 2] = { 0 };
	size_t words = min_u64(n->len / 8, ARRAY_SIZE(word));
	char extra[32];

	for (size_t i = 0; i < words; i++)
		word[i] = get_u64(n->desc + i * 8, false);
	x->major = (unsigned int)min_u64(word[MAJOR], 9999);
	x->minor = (unsigned int)min_u64(word[MINOR], 9999);
	read_string(x->mem, word[EXTRA_VERSION], extra, sizeof(extra));
	snprintf(x->version, sizeof(x->version), "%u.%u%s", x->major, x->minor, extra);
	read_string(x->mem, word[CHANGESET], x->changeset, sizeof(x->changeset));
	read_string(x->mem, word[COMPILER], x->compiler, sizeof(x->compiler));
	read_string(x->mem, word[COMPILE_DATE], x->compile_date, sizeof(x->compile_date));
	x->tainted = word[TAINTED];
	if (words == WORDS + 1) {
		x->p2m_root = word[WORDS];
	} else if (words > WORDS + 1) {
		x->has_phys_start = true;
		x->phys_start = word[WORDS];
		x->p2m_root = word[WORDS + 1];
	}
}

/* The note has as many bytes as there was room for it: what follows the text is zero. */
static int copy_text(struct xen *x, const void *text, size_t len)
{
	x->text = memory_malloc(len + 1);
	if (!x->text)
		return -ENOMEM;
	memcpy(x->text, text, len);
	x->text[len] = '\0';
	x->vmci = (struct vmcoreinfo){ x->text, strlen(x->text) };
	return 0;
}

static int find_text(struct xen *x, const struct kernel_input *in, const struct arch_note *note)
{
	struct outbuf text = OUTBUF_INIT;
	int r;

	if (!in->xen_vmcoreinfo_file)
		return note ? copy_text(x, note->desc, note->len) : 0;
	r = vmci_read_file(in->xen_vmcoreinfo_file, "SYMBOL(domain_list)=", &text);
	if (!r)
		r = copy_text(x, text.data, text.len);
	out_free(&text);
	return r;
}

/* The hypervisor's tables: its image is linked at a multiple of 1 GiB, which is at phys_start. */
static const char *setup_space(struct xen *x)
{
	uint64_t root, symbol, base, paddr, span;

	if (!x->vmci.text)
		return "the dump has no VMCOREINFO_XEN";
	if (!x->has_phys_start)
		return "Xen's notes do not tell xen_phys_start";
	if (vmci_symbol(&x->vmci, "pgd_l4", &root) || vmci_symbol(&x->vmci, "domain_list", &symbol))
		return "VMCOREINFO_XEN lacks SYMBOL(pgd_l4) or SYMBOL(domain_list)";
	base = symbol / TEXT_ALIGN * TEXT_ALIGN;
	x->space = (struct space){
		.arch = &arch_x86_64, .mem = x->mem, .pa_mask = PTE_ADDRESS,
		.tables = {
			.root = (root - base + x->phys_start) & PTE_ADDRESS, .levels = 4, .page_shift = 12, .entry_bytes = 8,
			.bits = { 9, 9, 9, 9 },
		},
		.text_vaddr = base, .text_paddr = x->phys_start, .text_len = TEXT_ALIGN,
	};
	if (space_vtop(&x->space, symbol, &paddr, &span) || paddr != symbol - base + x->phys_start)
		return "the page tables of Xen do not map its own data, or are not in the dump";
	x->has_space = true;
	return NULL;
}

int xen_open(const struct kernel_input *in, struct xen **out)
{
	const struct arch_note *info = NULL, *text = NULL;
	struct xen *x;
	int r;

	*out = NULL;
	for (size_t i = 0; i < in->nnotes; i++) {
		const struct arch_note *n = &in->notes[i];

		if (!strcmp(n->name, "Xen") && n->type == NT_CRASH_INFO && n->len >= WORDS * 8)
			info = n;
		else if (!strcmp(n->name, "VMCOREINFO_XEN") && n->len)
			text = n;
	}
	/* a 32-bit hypervisor has shorter words; that was up to 4.2 */
	if (!info || in->big_endian)
		return 0;
	x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	x->mem = in->pages;
	read_crash_info(x, info);
	r = find_text(x, in, text);
	if (r) {
		xen_close(x);
		return r;
	}
	xen_p2m_setup(x);
	x->why_no_space = setup_space(x);
	xen_owners_setup(x);
	*out = x;
	return 0;
}

void xen_set_pages(struct xen *x, const struct pages *pages)
{
	x->mem = pages;
	x->space.mem = pages;
}

void xen_close(struct xen *x)
{
	if (!x)
		return;
	free(x->text);
	free(x);
}
