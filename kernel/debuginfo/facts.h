/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a dumped kernel: its symbols, its types, its modules. Each is opened when it is first asked for, in the
 * order in which they need each other (types by symbols, modules by both), once for all who ask.
 *
 * That the dump lacks one is an answer too, remembered with its reason. A passing fault (base/fault.h) is none: it is
 * returned, and the next one who asks tries again.
 *
 * Whatever is handed out is immutable and lives as long as the facts. Threads: facts_new(), facts_forget*(), facts_free():
 * one; the rest: any. Borrows kernel and path.
 */
#ifndef VMCOREFS_KERNEL_DEBUGINFO_FACTS_H
#define VMCOREFS_KERNEL_DEBUGINFO_FACTS_H

#include "kernel/debuginfo/modules.h"
#include "kernel/debuginfo/symbols.h"
#include "kernel/debuginfo/types.h"
#include "kernel/kernel.h"

struct facts;

/* vmlinux: path of what the user gave (-x), or NULL. Opens nothing. NULL: out of memory. */
struct facts *facts_new(const struct kernel *k, const char *vmlinux);
void facts_free(struct facts *f);		/* NULL is fine */
/* Memory has become another (kernel_set_pages()): what was opened is closed, and opened anew when it is asked for; all, or
 * the modules alone. */
void facts_forget(struct facts *f);
void facts_forget_modules(struct facts *f);

const struct kernel *facts_kernel(const struct facts *f);
/* Has somebody asked for the symbols, so that asking again costs nothing? */
bool facts_symbols_are_asked(const struct facts *f);

/*
 * -ENOTSUP: the dump has none that can be found; else a passing fault. Then *out is NULL and *why a short reason, which
 * lives as long as the program; why may be NULL. symbols: with init_task and per-CPU variables, also where nothing but its
 * contents and the types tell of them.
 */
int facts_symbols(const struct facts *f, const struct symbols **out, const char **why);
int facts_types(const struct facts *f, const struct types **out, const char **why);
int facts_modules(const struct facts *f, const struct modules **out, const char **why);

/* A symbol of a module, or (module NULL) of the kernel. -ENOENT: it has none of that name; -ENODEV: no such module;
 * errors as above. */
int facts_find_symbol(const struct facts *f, const char *module, const char *name, struct symbol *out);
/* The symbol that vaddr lies in or behind, and its module (NULL: the kernel itself). Modules are opened only for addresses
 * outside the kernel's image. -ENOENT; errors as above. */
int facts_symbol_at(const struct facts *f, uint64_t vaddr, struct symbol *out, const struct module **module);

#endif
