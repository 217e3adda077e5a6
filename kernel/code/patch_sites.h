/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel writes into its own code, and why. Tables in the vmlinux tell what is written once, while booting, or where a
 * key is switched: they are thrown away in memory (arch/x86/kernel/alternative.c, kernel/jump_label.c, kernel/static_call.c).
 * Lists in memory tell what is there now: calls of ftrace (kernel/trace/ftrace.c), probes (kernel/kprobes.c), live patches
 * (kernel/livepatch/patch.c). Where symbols or types do not tell a table there is none.
 *
 * Threads: one at a time.
 */
#ifndef VMCOREFS_KERNEL_CODE_PATCH_SITES_H
#define VMCOREFS_KERNEL_CODE_PATCH_SITES_H

#include "kernel/debuginfo/facts.h"
#include "kernel/debuginfo/vmlinux_file.h"

/* Of two at one place the first here tells more. */
enum patch_kind {
	PATCH_PROBE, PATCH_LIVE, PATCH_TRACED, PATCH_FTRACE, PATCH_STATIC_CALL, PATCH_JUMP_LABEL, PATCH_ALTERNATIVE, PATCH_PARAVIRT,
	PATCH_RETPOLINE, PATCH_RETURN, PATCH_CALL, PATCH_ENDBR, PATCH_LOCK, PATCH_CONSTANT, PATCH_RELOCATED,
	PATCH_KINDS
};

struct patch_site {
	uint64_t vaddr;			/* in the dumped kernel */
	uint64_t target;		/* PATCH_LIVE: the new function; PATCH_JUMP_LABEL: its key; else 0 */
	uint8_t bytes, kind;
};

#define PATCH_SITE_MAX_BYTES 255u

struct patch_sites {
	struct patch_site *list;	/* owned; in order of addresses */
	size_t n, cap;
};

/* -ENOMEM, -EOVERFLOW: more than a kernel has; passing faults. out is to be freed then too. */
int patch_sites_find(const struct facts *f, const struct vmlinux_file *file, uint64_t shift, struct patch_sites *out);
void patch_sites_free(struct patch_sites *s);

/* The one that vaddr lies in that tells most. NULL: none. */
const struct patch_site *patch_sites_at(const struct patch_sites *s, uint64_t vaddr);

#endif
