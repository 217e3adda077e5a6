/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/value/flags.h"

#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"

struct flag {
	uint64_t bit;
	const char *name;
};

/* include/linux/sched.h */
static const struct flag task_flags[] = {
	{ 0x2, "PF_IDLE" }, { 0x4, "PF_EXITING" }, { 0x20, "PF_WQ_WORKER" }, { 0x40, "PF_FORKNOEXEC" },
	{ 0x80, "PF_MCE_PROCESS" }, { 0x100, "PF_SUPERPRIV" }, { 0x200, "PF_DUMPCORE" }, { 0x400, "PF_SIGNALED" },
	{ 0x800, "PF_MEMALLOC" }, { 0x1000, "PF_NPROC_EXCEEDED" }, { 0x2000, "PF_USED_MATH" }, { 0x8000, "PF_NOFREEZE" },
	{ 0x20000, "PF_KSWAPD" }, { 0x40000, "PF_MEMALLOC_NOFS" }, { 0x80000, "PF_MEMALLOC_NOIO" },
	{ 0x200000, "PF_KTHREAD" }, { 0x400000, "PF_RANDOMIZE" }, { 0x4000000, "PF_NO_SETAFFINITY" },
	{ 0x8000000, "PF_MCE_EARLY" }, { 0x80000000, "PF_SUSPEND_TASK" }, { 0, NULL },
};

static const struct flag task_states[] = {
	{ 0x1, "TASK_INTERRUPTIBLE" }, { 0x2, "TASK_UNINTERRUPTIBLE" }, { 0x4, "__TASK_STOPPED" }, { 0x8, "__TASK_TRACED" },
	{ 0x10, "EXIT_DEAD" }, { 0x20, "EXIT_ZOMBIE" }, { 0x40, "TASK_PARKED" }, { 0x80, "TASK_DEAD" },
	{ 0x100, "TASK_WAKEKILL" }, { 0x200, "TASK_WAKING" }, { 0x400, "TASK_NOLOAD" }, { 0x800, "TASK_NEW" }, { 0, NULL },
};

/* include/linux/gfp.h, gfp_types.h */
static const struct flag gfp_flags[] = {
	{ 0x1, "__GFP_DMA" }, { 0x2, "__GFP_HIGHMEM" }, { 0x4, "__GFP_DMA32" }, { 0x8, "__GFP_MOVABLE" },
	{ 0x10, "__GFP_RECLAIMABLE" }, { 0x20, "__GFP_HIGH" }, { 0x40, "__GFP_IO" }, { 0x80, "__GFP_FS" },
	{ 0x100, "__GFP_ZERO" }, { 0x400, "__GFP_DIRECT_RECLAIM" }, { 0x800, "__GFP_KSWAPD_RECLAIM" },
	{ 0x1000, "__GFP_WRITE" }, { 0x2000, "__GFP_NOWARN" }, { 0x4000, "__GFP_RETRY_MAYFAIL" },
	{ 0x8000, "__GFP_NOFAIL" }, { 0x10000, "__GFP_NORETRY" }, { 0x20000, "__GFP_MEMALLOC" }, { 0x40000, "__GFP_COMP" },
	{ 0x80000, "__GFP_NOMEMALLOC" }, { 0x100000, "__GFP_HARDWALL" }, { 0x200000, "__GFP_THISNODE" },
	{ 0x400000, "__GFP_ACCOUNT" }, { 0, NULL },
};

static const struct {
	const char *owner, *name;
	const struct flag *flags;
} members[] = {
	{ "task_struct", "flags", task_flags }, { "task_struct", "__state", task_states },
	{ "task_struct", "state", task_states }, { "task_struct", "exit_state", task_states },
};

static void put(struct outbuf *out, const char *name)
{
	out_printf(out, "%s%s", out->len ? " | " : "", name);
}

static void put_rest(uint64_t bits, struct outbuf *out)
{
	if (bits)
		out_printf(out, "%s%#" PRIx64, out->len ? " | " : "", bits);
}

static void put_flags(const struct flag *flags, uint64_t bits, struct outbuf *out)
{
	for (; flags->name; flags++) {
		if (bits & flags->bit) {
			put(out, flags->name);
			bits &= ~flags->bit;
		}
	}
	put_rest(bits, out);
}

/* Bits that an enum of the kernel numbers, below an end that it has too. What is above is packed into the rest of the word
 * (include/linux/page-flags-layout.h). */
static void put_enum(const struct types *t, const char *name, const char *end, uint64_t bits, struct outbuf *out)
{
	struct type type;
	struct type_items items;
	struct type_item item;
	int64_t n;

	if (types_get(t, NULL, TYPE_ENUM, name, &type) || types_enumerator(t, &type, end, &n) || n <= 0 || n >= 64)
		return;
	bits &= ((uint64_t)1 << n) - 1;
	items = (struct type_items){ .of = type };
	while (types_next_item(t, &items, &item) == 1) {
		if (item.value >= 0 && item.value < n && (bits >> item.value) & 1 && strncmp(item.name, "__", 2)) {
			put(out, item.name);
			bits &= ~((uint64_t)1 << item.value);	/* the first of several names */
		}
	}
	put_rest(bits, out);
}

void value_flags(struct value_reader *v, const struct value *at, uint64_t bits, struct outbuf *out)
{
	const char *type;

	if (!bits)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (!strcmp(at->owner, members[i].owner) && !strcmp(at->name, members[i].name))
			put_flags(members[i].flags, bits, out);
	if (!strcmp(at->name, "flags") && (!strcmp(at->owner, "page") || !strcmp(at->owner, "folio")))
		put_enum(v->types, "pageflags", "__NR_PAGEFLAGS", bits, out);
	if (!types_name(v->types, &at->type, &type) && !strcmp(type, "gfp_t"))
		put_flags(gfp_flags, bits, out);
}
