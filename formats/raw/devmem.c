/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /dev/mem, the memory of the machine that runs, at physical addresses: drivers/char/mem.c. Nothing is read to find out what
 * it is: between memory are devices, which act on being read. /proc/iomem tells where memory is.
 */
#include "formats/reader/reader.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/files.h"
#include "base/log.h"
#include "formats/elf/kcore.h"
#include "formats/reader/byte_pages.h"

/* The program runs on the machine, so that it is one of its programs. */
static void take_own_machine(struct dump *d)
{
	uint8_t b[EI_NIDENT + 4];
	int fd = files_open("/proc/self/exe", 0);

	if (fd >= 0 && read(fd, b, sizeof(b)) == (ssize_t)sizeof(b)) {
		d->elf_class = b[EI_CLASS] == ELFCLASS64 ? 64 : 32;
		d->big_endian = b[EI_DATA] == ELFDATA2MSB;
		d->elf_machine = get_u16(b + EI_NIDENT + 2, d->big_endian);
	}
	if (fd >= 0)
		close(fd);
}

/* With CONFIG_STRICT_DEVMEM memory cannot be read, or (x86 below 1 MiB) reads as zeroes. */
static int check_access(const struct dump *d, const struct extents *ram)
{
	const struct extent *last = &ram->list[ram->n - 1];
	uint8_t byte;
	int r = source_read(d->src, &byte, 1, last->start + last->len - 1);

	if (r == -EPERM)
		return fail(EPERM, "%s: this kernel does not let its memory be read there (CONFIG_STRICT_DEVMEM); /proc/kcore is "
			    "the same memory", d->src->name);
	return r ? fail(-r, "%s: physical address %#llx cannot be read: %s", d->src->name,
			(unsigned long long)(last->start + last->len - 1), strerror(-r)) : 0;
}

/* Whole pages only: the kernel does not use others, and does not let them be read. */
static void keep_whole_pages(const struct dump *d, struct extents *ram)
{
	uint64_t page = pages_size(&d->pages);
	size_t n = 0;

	for (size_t i = 0; i < ram->n; i++) {
		uint64_t start = round_up_u64(ram->list[i].start, page);
		uint64_t end = (ram->list[i].start + ram->list[i].len) & ~(page - 1);

		if (start < end)
			ram->list[n++] = (struct extent){ .start = start, .len = end - start };
	}
	ram->n = n;
}

static int add_ranges(struct dump *d)
{
	struct extents ram = { 0 }, crash = { 0 };
	int r = kcore_iomem_ranges("/proc/iomem", "System RAM", &ram);

	if (!r)
		r = kcore_iomem_ranges("/proc/iomem", "Crash kernel", &crash);
	if (!r)
		r = extents_resolve(&ram, EXTENTS_LOWEST_OFFSET);
	/* memory for a crash kernel is none of this one's, and may be protected from reading */
	if (!r)
		r = extents_remove(&ram, &crash);
	keep_whole_pages(d, &ram);
	if (!r && !ram.n)
		r = fail(EACCES, "%s: /proc/iomem does not tell where memory is (it does to root)", d->src->name);
	if (!r)
		r = check_access(d, &ram);
	for (size_t i = 0; i < ram.n && !r; i++)
		r = byte_pages_add(d->priv, ram.list[i].start, ram.list[i].len, ram.list[i].start, ram.list[i].len);
	extents_free(&ram);
	extents_free(&crash);
	return r;
}

static int devmem_open(struct dump *d)
{
	int r;

	d->priv = calloc(1, sizeof(struct byte_pages));
	if (!d->priv)
		return -ENOMEM;
	d->live = true;
	take_own_machine(d);
	d->pages.page_shift = page_shift_of((uint64_t)sysconf(_SC_PAGESIZE));
	r = add_ranges(d);
	if (!r)
		r = byte_pages_finish(d, EXTENTS_LOWEST_OFFSET);
	return r ? r : kcore_add_vmcoreinfo(d, "/sys/kernel/vmcoreinfo");
}

/* Not in dump_formats[]: see dump_find_format(). */
const struct dump_ops devmem_dump_ops = {
	.name = "devmem",
	.open = devmem_open,
	.close = byte_pages_close,
};
