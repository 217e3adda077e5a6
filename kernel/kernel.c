/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/log.h"
#include "kernel/outside.h"

static int ask_symbol(const void *arg, const char *name, uint64_t *value)
{
	return vmci_symbol(arg, name, value);
}

static int ask_number(const void *arg, const char *name, uint64_t *value)
{
	return vmci_number(arg, name, value);
}

int kernel_read(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n)
{
	return k->has_space ? space_read(&k->space, vaddr, buf, n) : -ENOTSUP;
}

int kernel_read_uint(const struct kernel *k, uint64_t vaddr, unsigned int bytes, uint64_t *out)
{
	uint8_t raw[8];
	int r = kernel_read(k, vaddr, raw, bytes);

	if (r)
		return r;
	*out = bytes == 2 ? get_u16(raw, k->big_endian) :
	       bytes == 4 ? get_u32(raw, k->big_endian) : get_u64(raw, k->big_endian);
	return 0;
}

/* A proof that the tables are the right ones: the kernel's own first instruction is mapped. */
static int check_space(struct kernel *k)
{
	uint64_t stext, paddr, span;
	int r;

	if (vmci_symbol(&k->vmci, "_stext", &stext))
		return 0;
	r = space_vtop(&k->space, stext, &paddr, &span);
	if (r == -ENODATA)
		k->why_no_space = "the kernel's page tables are not in the dump";
	else if (r == -EFAULT)
		k->why_no_space = "the kernel's page tables do not map its own text: wrong phys_base, or a damaged dump";
	else if (r)
		k->why_no_space = "the kernel's page tables cannot be read";
	return r;
}

static void setup_space(struct kernel *k, const struct kernel_input *in)
{
	struct arch_query q = {
		.arg = &k->vmci,
		.symbol = ask_symbol,
		.number = ask_number,
		.has_phys_base = in->has_phys_base,
		.phys_base = in->phys_base,
	};

	if (!k->vmci.text) {
		k->why_no_space = "the dump has no VMCOREINFO, and none was found in its memory";
		return;
	}
	if (!k->arch) {
		k->why_no_space = "unknown architecture";
		return;
	}
	if (!k->arch->setup) {
		k->why_no_space = "address translation for this architecture is not supported";
		return;
	}
	k->space.arch = k->arch;
	k->space.mem = k->pages;
	if (k->arch->setup(&k->space, &q, &k->why_no_space) || check_space(k))
		return;
	k->has_space = true;
}

/* struct uts_namespace: the name is six strings of 65 bytes (struct new_utsname). */
static void read_uts(struct kernel *k)
{
	char raw[6 * 65];
	uint64_t vaddr, offset;

	if (vmci_symbol(&k->vmci, "init_uts_ns", &vaddr) || vmci_offset(&k->vmci, "uts_namespace.name", &offset))
		return;
	if (kernel_read(k, vaddr + offset, raw, sizeof(raw)))
		return;
	for (size_t i = 0; i < 6; i++) {
		memcpy(k->uts[i], raw + i * 65, 64);
		k->uts[i][64] = '\0';
	}
	if (memcmp(k->uts[0], "Linux", 6))
		memset(k->uts, 0, sizeof(k->uts));
}

/* A dump that does not name its machine: the kernel's only arch so far that has these lines in its text. */
static const struct arch *guess_arch(const struct vmcoreinfo *v)
{
	uint64_t value;

	if ((!vmci_number(v, "phys_base", &value) && !vmci_number(v, "pgtable_l5_enabled", &value)) ||
	    !vmci_symbol(v, "level4_kernel_pgt", &value))
		return arch_find(EM_X86_64, false);
	return NULL;
}

/* The search reads all memory: where that takes long, the user is told why the mount waits. */
static void announce_search(const struct pages *ps)
{
	uint64_t counts[PAGE_DATA + 1], mib;

	pages_count(ps, counts);
	mib = (counts[PAGE_DATA] + counts[PAGE_ZERO]) << ps->page_shift >> 20;
	log_msg(mib >= 1024 ? LOG_LVL_WARN : LOG_LVL_INFO,
		"the dump has no VMCOREINFO note: searching %llu MiB of memory for the text", (unsigned long long)mib);
}

/* The note, or the text in memory; and what the user gave over it. */
static int setup_vmcoreinfo(struct kernel *k, const struct kernel_input *in, struct outside *given)
{
	size_t len;
	int r;

	k->vmci.text = in->vmcoreinfo;
	k->vmci.len = in->vmcoreinfo_len;
	if (!k->vmci.text) {
		announce_search(in->pages);
		r = search_vmcoreinfo(in->pages, &k->vmci_found, &len, &k->vmci_paddr);
		if (r == -ENOMEM)
			return r;
		if (!r)
			k->vmci = (struct vmcoreinfo){ k->vmci_found, len };
	}
	if (!in->vmcoreinfo_file && !in->vmlinux) {
		k->arch = in->elf_machine ? arch_find(in->elf_machine, in->big_endian) : guess_arch(&k->vmci);
		return 0;
	}
	r = outside_read(in, given);
	if (r)
		return r;
	k->arch = in->elf_machine ? arch_find(in->elf_machine, in->big_endian) : guess_arch(&given->vmci);
	return outside_apply(k, in, given);
}

int kernel_open(const struct kernel_input *in, struct kernel **out)
{
	struct kernel *k = calloc(1, sizeof(*k));
	struct outside given = { 0 };
	const char *value;
	uint64_t number;
	size_t len;
	int r;

	if (!k)
		return -ENOMEM;
	k->pages = in->pages;
	k->big_endian = in->big_endian;
	r = setup_vmcoreinfo(k, in, &given);
	if (r)
		goto err_close;
	if (k->vmci.text) {
		if (!vmci_get(&k->vmci, "OSRELEASE", &value, &len)) {
			len = min_u64(len, sizeof(k->release) - 1);
			memcpy(k->release, value, len);
		}
		if (!vmci_plain(&k->vmci, "CRASHTIME", &number))
			k->crash_time = (int64_t)number;
	}
	setup_space(k, in);
	if (k->has_space)
		read_uts(k);
	r = outside_check_version(k, in, &given);
	if (r)
		goto err_close;
	outside_free(&given);
	*out = k;
	return 0;

err_close:
	outside_free(&given);
	kernel_close(k);
	return r;
}

void kernel_close(struct kernel *k)
{
	if (!k)
		return;
	free(k->vmci_found);
	free(k->vmci_outside);
	free(k);
}

struct image_extent {
	const struct space *s;
	uint64_t first, end;
};

static int extend_image(void *arg, const struct mapping *m)
{
	struct image_extent *e = arg;

	/* only what follows phys_base is the image; the fixmap and modules above do not */
	if (m->vaddr - e->s->text_vaddr + e->s->text_paddr != m->paddr)
		return 0;
	if (e->end <= e->first)
		e->first = m->vaddr;
	e->end = m->vaddr + m->len;
	return 0;
}

int kernel_image(const struct kernel *k, struct mapping *out)
{
	struct image_extent image = { .s = &k->space };

	if (!k->has_space)
		return -ENOENT;
	k->arch->each(&k->space, k->space.text_vaddr, k->space.text_vaddr + k->space.text_len - 1, extend_image, &image);
	if (image.end <= image.first)
		return -ENOENT;
	*out = (struct mapping){
		.vaddr = image.first,
		.paddr = image.first - k->space.text_vaddr + k->space.text_paddr,
		.len = image.end - image.first,
	};
	return 0;
}

int kernel_direct_map(const struct kernel *k, uint64_t *vaddr)
{
	return k->has_space ? k->arch->direct_map(&k->space, vaddr) : -ENOENT;
}
