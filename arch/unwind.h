/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a frame of a kernel stack to its caller's: one step an architecture (struct arch, unwind). Where to begin, and when to
 * stop, is the caller's (kernel/stack/walk.h), who holds that each step leads up a stack, or to another one.
 *
 * Stacks are read through functions, so that a test can give a few words made by hand. What they hold may be anything.
 *
 * Threads: those of the functions. Nothing is owned.
 */
#ifndef VMCOREFS_ARCH_UNWIND_H
#define VMCOREFS_ARCH_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;
struct arch_note;
struct orc_rule;

/* What UNWIND_MORE registers a frame may have beside: x86_64's by enum orc_register, see orc.h. */
#define UNWIND_MORE 5

struct unwind_frame {
	uint64_t pc, sp, fp;
	uint64_t link;			/* the register with the return address, where has_link */
	uint64_t more[UNWIND_MORE];	/* where has_more */
	uint64_t regs;			/* address of the struct pt_regs that this is from; 0: none */
	bool exact;			/* pc is the instruction that was interrupted, else where a call returns to */
	bool has_link, has_more;
	bool guessed;			/* pc was found by a search: it may be left from an earlier call */
	bool user;			/* pc is a program's: there is no frame of the kernel beyond */
};

struct unwind {
	const struct arch *arch;
	bool big_endian;
	unsigned int word_bytes;
	void *arg;
	/* A word of memory. -EFAULT, ...: it cannot be read. */
	int (*word)(void *arg, uint64_t vaddr, uint64_t *out);
	/* Is it an address in code of the kernel or of a module? */
	bool (*is_code)(void *arg, uint64_t vaddr);
	/* The first address of the function that pc lies in; 0: not known. */
	uint64_t (*function)(void *arg, uint64_t pc);
	/* x86_64: what the kernel's table says of pc. -ENOENT: nothing. NULL: there are no tables. */
	int (*rule)(void *arg, uint64_t pc, struct orc_rule *out);
	uint64_t pac_mask;		/* arm64: bits of a kernel address that may have a signature; they are 1 without */
	unsigned int chain_offset, link_offset;	/* s390x: in struct stack_frame */
	unsigned int record_offset;	/* arm64: of the frame record in struct pt_regs */
	/* The end of the stack that the frame's sp is in: a search goes on to there. */
	uint64_t stack_end;
};

/*
 * f becomes its caller's. 0 (pc 0 and not user: there is none); -ENOENT: there is none, it is the first of its stack; -ENOTSUP: this code does not tell (then a
 * search may: unwind_search()); -EIO: what is there is no frame; other errors: it cannot be read.
 */
typedef int unwind_fn(const struct unwind *u, struct unwind_frame *f);

/*
 * What a CPU was at: by the registers of a note (NT_PRSTATUS), or by a struct pt_regs in memory. The frame is exact. -EINVAL: the
 * note has no pc, or is of another kind; -ENOTSUP: it is not known where this architecture has them; as it was read.
 */
int unwind_from_note(const struct arch *arch, const struct arch_note *note, bool big_endian, struct unwind_frame *out);
int unwind_from_regs(const struct unwind *u, uint64_t regs, struct unwind_frame *out);

/* A step where f->fp points to a pair of words, the caller's fp and where it is returned to: the i386 and x86_64 convention. */
int unwind_by_pair(const struct unwind *u, struct unwind_frame *f);

/*
 * The next word from f->sp on that may be a return address, up to the end of its stack: f becomes that frame, guessed unless a
 * call of the very function that f->pc is in stands before it. -ENOENT: there is none.
 */
int unwind_search(const struct unwind *u, struct unwind_frame *f);

unwind_fn x86_64_unwind, i386_unwind, arm64_unwind, riscv64_unwind, s390x_unwind, ppc64_unwind;

#endif
