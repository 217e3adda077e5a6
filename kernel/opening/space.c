/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/opening/space.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/x86_64.h"
#include "base/bytes.h"
#include "kernel/opening/uts.h"
#include "kernel/xen/xen.h"

static int ask_symbol(const void *arg, const char *name, uint64_t *value)
{
	return vmci_symbol(arg, name, value);
}

static int ask_number(const void *arg, const char *name, uint64_t *value)
{
	return vmci_number(arg, name, value);
}

static int ask_size(const void *arg, const char *name, uint64_t *value)
{
	return vmci_size(arg, name, value);
}

static int ask_offset(const void *arg, const char *name, uint64_t *value)
{
	return vmci_offset(arg, name, value);
}

static int ask_plain(const void *arg, const char *name, uint64_t *value)
{
	return vmci_plain_hex(arg, name, value);
}

static int ask_config(const void *arg, const char *name)
{
	const char *value;
	size_t len;

	return vmci_get(arg, name, &value, &len) || len != 1 || *value != 'y' ? -ENOENT : 0;
}

static int ask_machine(const void *arg, uint64_t paddr, uint64_t *maddr)
{
	return xen_machine_address(arg, paddr, maddr);
}

/* Does the p2m have another frame for it? A part of the p2m that is lost proves nothing. */
static bool check_frame(const struct kernel *k, uint64_t vaddr, uint64_t maddr)
{
	uint64_t by_p2m;
	int r = xen_machine_address(k->xen, vaddr - k->space.text_vaddr + k->space.text_paddr, &by_p2m);

	return r == -EFAULT || (!r && by_p2m != maddr);
}

int space_check(struct kernel *k)
{
	uint64_t stext, paddr, span;
	int r;

	if (vmci_symbol(&k->vmci, "_stext", &stext))
		return 0;
	r = space_vtop(&k->space, stext, &paddr, &span);
	if (r == -ENODATA)
		k->why_no_space = "the kernel's page tables are not in the dump";
	else if (r == -EFAULT)
		k->why_no_space = "the kernel's page tables do not map its own text: wrong phys_base, a damaged dump, or "
				  "memory that is encrypted (SEV, TDX)";
	else if (r)
		k->why_no_space = "the kernel's page tables cannot be read";
	else if (k->xen && check_frame(k, stext, paddr))
		r = -EFAULT, k->why_no_space = "dom0's page tables and its p2m table tell different addresses of its text";
	return r;
}

static struct arch_query query_of(const struct kernel *k, const struct kernel_input *in)
{
	return (struct arch_query){
		.arg = &k->vmci,
		.symbol = ask_symbol,
		.number = ask_number,
		.size = ask_size,
		.offset = ask_offset,
		.plain = ask_plain,
		.config = ask_config,
		.page_shift = k->page_shift,
		.version = k->version,
		.segments = in->segments,
		.nsegments = in->nsegments,
		.notes = in->notes,
		.nnotes = in->nnotes,
		.has_phys_base = in->has_phys_base,
		.phys_base = in->phys_base,
		.machine = k->xen ? ask_machine : NULL,
		.machine_arg = k->xen,
	};
}

static void begin_space(struct kernel *k, const struct kernel_input *in)
{
	k->space = (struct space){
		.arch = k->arch, .mem = k->pages, .own_address = in->own_address, .own_arg = in->own_arg,
	};
}

static void setup_space(struct kernel *k, const struct kernel_input *in)
{
	const struct arch_query q = query_of(k, in);

	begin_space(k, in);
	k->has_space = !k->arch->setup(&k->space, &q, &k->why_no_space) && !space_check(k);
}

/* Pointers in the kernel's own data: are they addresses in the order that the dump's headers have, or in the other one
 * only? */
static bool has_swapped_pointers(const struct kernel *k)
{
	static const char *const names[] = { "prb", "log_buf", "vmap_area_list" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		uint64_t vaddr, paddr, span;
		uint8_t raw[8];
		bool own, other;

		if (vmci_symbol(&k->vmci, names[i], &vaddr) || kernel_read(k, vaddr, raw, k->word_bytes))
			continue;
		own = !space_vtop(&k->space, get_uint(raw, k->word_bytes, k->big_endian), &paddr, &span);
		other = !space_vtop(&k->space, get_uint(raw, k->word_bytes, !k->big_endian), &paddr, &span);
		if (own != other)
			return other;
	}
	return false;
}

/*
 * Headers may have another byte order than the kernel: QEMU's are in that of the CPU at the moment of the dump, which on
 * POWER and ARM need not be the kernel's.
 */
static void setup_byte_order(struct kernel *k, const struct kernel_input *in)
{
	const struct arch *own = k->arch, *other = arch_find(own->elf_machine, 0, !k->big_endian);
	const char *why;

	setup_space(k, in);
	why = k->why_no_space;
	if (!other || (k->has_space && !has_swapped_pointers(k)))
		return;
	for (unsigned int i = 0; i < 2; i++) {
		space_close(&k->space);
		k->space = (struct space){ 0 };
		k->arch = i ? own : other;
		k->big_endian = k->arch->big_endian;
		setup_space(k, in);
		if (k->has_space && (i || !has_swapped_pointers(k)))
			return;
	}
	k->why_no_space = why;
}

static void find_space(struct kernel *k, const struct kernel_input *in)
{
	const char *no_text = "the dump has no VMCOREINFO, and none was found in its memory";
	uint64_t list_head;

	/* s390, mips and others have one ELF machine for both */
	if (k->arch && !vmci_size(&k->vmci, "list_head", &list_head) && list_head * 4 != k->arch->elf_class) {
		k->why_no_space = list_head == 8 ? "32-bit kernels of this architecture are not supported" :
				  "the kernel's words are not as long as the architecture's";
		k->arch = NULL;
		return;
	}
	if (k->xen && !k->xen->dom0_pages)
		k->why_no_space = k->xen->why_no_p2m;
	else if (k->xen && k->arch != &arch_x86_64)
		k->why_no_space = "a dom0 of this architecture is not supported";
	else if (!k->arch)
		k->why_no_space = in->elf_machine ? "the page tables of this architecture are not known here" :
				  "the dump does not tell its architecture (-o arch=NAME does)";
	else if (!k->arch->setup)
		k->why_no_space = "address translation for this architecture is not supported";
	else
		setup_byte_order(k, in);	/* without the text, registers in the notes may do */
	if (!k->vmci.text && !(k->xen && !k->xen->dom0_pages))
		k->why_no_space = no_text;
}

/* "6.1.0-47-cloud-amd64" */
static unsigned int version_of(const char *release)
{
	unsigned int major, minor, patch = 0;

	if (sscanf(release, "%3u.%3u.%3u", &major, &minor, &patch) < 2 || minor > 255)
		return 0;
	return ARCH_VERSION(major, minor, patch > 255 ? 255 : patch);
}

/* What the text says of the kernel as a whole. */
static void read_text(struct kernel *k)
{
	const char *value;
	uint64_t number;
	size_t len;

	k->page_shift = k->pages->page_shift;
	k->word_bytes = k->arch && k->arch->elf_class == 32 ? 4 : 8;
	if (!k->vmci.text)
		return;
	if (!vmci_get(&k->vmci, "OSRELEASE", &value, &len)) {
		len = min_u64(len, sizeof(k->release) - 1);
		memcpy(k->release, value, len);
		k->version = version_of(k->release);
	}
	if (!vmci_plain(&k->vmci, "CRASHTIME", &number))
		k->crash_time = (int64_t)number;
	if (!vmci_plain(&k->vmci, "PAGESIZE", &number) && number >= 4096 && number <= 65536 && !(number & (number - 1)))
		k->page_shift = (unsigned int)__builtin_ctzll(number);
}

void space_of_text(struct kernel *k, const struct kernel_input *in)
{
	read_text(k);
	find_space(k, in);
	if (k->has_space) {
		uts_find(k);
		uts_read(k, false);
	} else if (k->arch && k->arch->bare && k->arch->user_space) {
		const struct arch_query q = query_of(k, in);

		space_close(&k->space);
		begin_space(k, in);
		k->can_walk = !k->arch->bare(&k->space, &q);
	}
}
