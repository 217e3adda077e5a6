/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies in the kernel image and is known by its contents only: no symbol names it.
 *
 * Threads: any.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_IMAGE_H
#define VMCOREFS_KERNEL_DEBUGINFO_IMAGE_H

#include "kernel/kernel.h"

/* Where the image is: kernel_image(), or, where that is not known, so many bytes around _stext that it is in there
 * (*guess, NULL: not asked for). -ENOENT. */
int image_range(const struct kernel *k, struct mapping *out, bool *guess);

/* n bytes at a kernel virtual address; what cannot be read is zeroes. */
void image_read_zeroed(const struct kernel *k, uint64_t vaddr, void *buf, uint64_t n);

/* Some bytes in front of a variable that VMCOREINFO names: where to begin with what is in the kernel's data. 0: not known. */
uint64_t image_data(const struct kernel *k);

/*
 * The whole image in pieces, in order: each begins at a multiple of 8 and has the first overlap bytes of the next one at its
 * end too. begin: where to begin, as what is looked for is rarely in front of it: that comes last; 0 (or any address outside):
 * at the start. What fn returns but 0 ends it and is returned; pages that cannot be read are between pieces: *gaps (NULL:
 * not asked for). -ENOENT: the image is not known; -ENOMEM.
 */
int image_each(const struct kernel *k, uint64_t begin, size_t overlap,
	       int (*fn)(void *arg, uint64_t vaddr, const uint8_t *bytes, size_t len), void *arg, bool *gaps);

/*
 * image_btf.c: where something begins that has a header as BTF has. fn looks closer; it ends the search by another value
 * than 0, which is returned. 0: the image was searched in vain; else as image_each().
 */
int image_find_btf(const struct kernel *k, uint64_t begin, int (*fn)(void *arg, uint64_t vaddr, uint64_t len), void *arg, bool *gaps);

#endif
