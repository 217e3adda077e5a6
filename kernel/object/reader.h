/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the kernel's objects are read: a few bytes here and there, by pointers that may lead anywhere.
 *
 * What cannot be read reads as zeroes, and the reader keeps the first error, with its address, until it is taken: so a
 * walker reads all members of an object and asks once whether they are good. Later reads are not hindered by it.
 * Errors: -EFAULT not mapped, -ENODATA not in the dump, -EIO, -EBADMSG damaged, a passing fault (base/fault.h).
 *
 * Pages come from the kernel's cache of them (struct kernel, kept), which all readers share; a reader has copies of the
 * last ones for itself. On 32 bits addresses wrap as they do in the kernel.
 *
 * Threads: a reader is one thread's at a time, of any. Borrows the kernel.
 */
#ifndef VMCOREFS_KERNEL_OBJECT_READER_H
#define VMCOREFS_KERNEL_OBJECT_READER_H

#include "kernel/kernel.h"

struct kreader;

/* Of the kernel's own addresses. -ENOTSUP: it has no space (kernel->why_no_space); -ENOMEM. */
int kreader_open(const struct kernel *k, struct kreader **out);
/*
 * Of a process's addresses, by its top table as mm->pgd has it: a kernel address; else what kernel_user_space() takes.
 * Pages that were swapped out are -EFAULT. -ENOTSUP, -EINVAL: pgd is no table; -ENOMEM.
 */
int kreader_open_user(const struct kernel *k, uint64_t pgd, struct kreader **out);
void kreader_close(struct kreader *r);		/* NULL is fine */

/* The space of other tables than the kernel's. pgd: where they are in the kernel's addresses, else in physical memory, or
 * what the processor's register for them holds. vaddr: an address in it, as for space_user(). -ENOTSUP, -EINVAL. */
int kernel_user_space(const struct kernel *k, uint64_t pgd, uint64_t vaddr, struct space *out);

/* From now on what is lost with its page tables is lost: no place in memory is believed in that they do not tell. */
void kreader_by_tables(struct kreader *r);

const struct kernel *kreader_kernel(const struct kreader *r);

/* The first error since the last call, or 0; *vaddr (NULL is fine): the first byte that could not be read. Forgets it. */
int kreader_take(struct kreader *r, uint64_t *vaddr);
/* Others' errors of the kind: a list that runs in a circle is -ELOOP at the node where that was seen. Returns error. */
int kreader_fail(struct kreader *r, int error, uint64_t vaddr);

/* n bytes, or zeroes. The error, which the reader keeps too. */
int kread(struct kreader *r, uint64_t vaddr, void *buf, uint64_t n);
/* As many as can be had, up to the first page that cannot: their number; buf is untouched behind them. Keeps the error. */
uint64_t kread_part(struct kreader *r, uint64_t vaddr, void *buf, uint64_t n);

/* An integer of 1 to 8 bytes in the kernel's byte order; kint: its highest bit is a sign. */
uint64_t kuint(struct kreader *r, uint64_t vaddr, unsigned int bytes);
int64_t kint(struct kreader *r, uint64_t vaddr, unsigned int bytes);
/* A pointer, or an unsigned long. */
uint64_t kptr(struct kreader *r, uint64_t vaddr);
/* The same, with the error apart: for those who follow pointers. */
int kptr_at(struct kreader *r, uint64_t vaddr, uint64_t *out);

/* Up to NUL, or size - 1 bytes; always ends with NUL. Returns its length. What comes before an error is there. Any bytes:
 * who prints them escapes them. */
size_t kstring(struct kreader *r, uint64_t vaddr, char *buf, size_t size);

/* Bytes of a long and of a pointer; byte order. */
unsigned int kreader_word(const struct kreader *r);
bool kreader_big_endian(const struct kreader *r);

#endif
