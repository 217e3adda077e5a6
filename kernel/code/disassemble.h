/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions of the dumped kernel as its memory has them, with names for the addresses in them: what crash(8) prints for dis.
 * So what the kernel has patched (alternatives, jump labels, calls of ftrace, live patches) is seen as it was.
 *
 * Errors: -errno as CONVENTIONS.md has them, passing faults too. Threads: any.
 */
#ifndef VMCOREFS_KERNEL_CODE_DISASSEMBLE_H
#define VMCOREFS_KERNEL_CODE_DISASSEMBLE_H

#include "base/outbuf.h"
#include "kernel/debuginfo/facts.h"

#define FUNCTION_MAX_BYTES ((uint64_t)1 << 20)	/* what is longer is no function: it is cut there */

/* NULL: functions of this kernel can be disassembled; else why not. Loads the library. */
const char *disassemble_missing(const struct kernel *k);

/* From the symbol that vaddr lies in or behind to the next one. name: borrowed from the facts; module: NULL: of the kernel. */
struct function {
	const char *name;
	const struct module *module;
	uint64_t vaddr, bytes;
};

/* -ENOENT: vaddr is in no symbol of code. */
int function_at(const struct facts *f, uint64_t vaddr, struct function *out);

/*
 * A line an instruction: address, name and offset, the instruction, what its operand is. What is not in the dump or damaged
 * is said in its place. Errors of memory are in out.
 */
int disassemble(const struct facts *f, const struct function *fn, struct outbuf *out);

#endif
