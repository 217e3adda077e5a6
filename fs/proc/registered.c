/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/: what has been registered with the kernel, by lists of its own: modules, filesystems, devices, misc. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/vector.h"
#include "fs/proc/text.h"
#include "fs/views/row.h"
#include "kernel/core/module_state.h"
#include "kernel/core/state.h"
#include "kernel/object/list.h"

#define LIST_MAX	65536u
#define NAME_BYTES	64u
#define REQUIRES_DEV	1u	/* FS_REQUIRES_DEV */
#define MAJORS		512u	/* CHRDEV_MAJOR_MAX, BLKDEV_MAJOR_MAX: all are below */
#define HASH_SIZE	255u	/* CHRDEV_MAJOR_HASH_SIZE, BLKDEV_MAJOR_HASH_SIZE */

/* --- modules ------------------------------------------------------------------------------------------------------ */

struct module_line {
	struct proc_text *t;
	unsigned int users;
};

static int put_user(void *arg, const char *name)
{
	struct module_line *line = arg;

	proc_text_name(line->t, name);
	out_char(line->t->out, ',');
	line->users++;
	return line->t->out->error;
}

/* "(OE)": letters as in an oops, but for that of no taint; + and -: it is being loaded, or unloaded */
static void put_flags(struct proc_text *t, const struct module_state *m)
{
	char letters[40];

	if (!m->taints && m->state == MODULE_IS_LIVE)
		return;
	state_taint_letters(m->taints, letters);
	out_printf(t->out, " (%s%s)", letters + (letters[0] == 'G'),
		   m->state == MODULE_IS_GOING ? "-" : m->state == MODULE_IS_COMING ? "+" : "");
}

static int put_module(struct proc_text *t, const struct module_state_layout *l, const struct module *module)
{
	static const char *const states[] = {
		[MODULE_IS_LIVE] = "Live", [MODULE_IS_COMING] = "Loading", [MODULE_IS_GOING] = "Unloading",
	};
	struct module_line line = { .t = t };
	struct module_state m;
	int r = 0;

	module_state_read(t->r, l, module->vaddr, &m);
	proc_text_name(t, module->name);
	out_printf(t->out, " %" PRIu64, m.bytes);
	if (m.can_go) {
		out_printf(t->out, " %" PRId64 " ", m.users);
		r = module_users_each(t->r, l, module->vaddr, put_user, &line);
		out_printf(t->out, "%s", m.is_permanent ? "[permanent]," : line.users ? "" : "-");
	} else {
		out_printf(t->out, " - -");
	}
	out_printf(t->out, " %s 0x%0*" PRIx64, states[m.state], (int)kreader_word(t->r) * 2, m.base);
	put_flags(t, &m);
	out_char(t->out, '\n');
	return r;
}

static int make_modules(struct proc_text *t)
{
	struct module_state_layout l;
	const struct modules *modules;
	int r = facts_modules(t->e->facts, &modules, NULL);

	if (!r)
		r = module_state_layout(&t->names, &l);
	for (size_t i = 0; !r && i < modules->n; i++)
		r = put_module(t, &l, &modules->list[i]);
	return r;
}

/* --- filesystems, misc -------------------------------------------------------------------------------------------- */

static int make_filesystems(struct proc_text *t)
{
	struct type_fields { struct kfield name, flags, next; } f = {
		KFIELD("file_system_type.name"), KFIELD("file_system_type.fs_flags"), KFIELD("file_system_type.next"),
	};
	uint64_t first;
	struct klist l;
	int r = kfields_resolve(&t->names, (struct kfield *)&f, kfields_count(f));

	if (!r)
		r = kvariable(&t->names, "file_systems", &first);
	if (r)
		return r;
	for (l = klist_structs(t->r, first, f.next.at.offset, LIST_MAX); klist_next(&l);) {
		out_printf(t->out, "%s\t", kget(t->r, l.node, &f.flags) & REQUIRES_DEV ? "" : "nodev");
		proc_text_string(t, kget_ptr(t->r, l.node, &f.name), NAME_BYTES);
		out_char(t->out, '\n');
	}
	return 0;
}

static int make_misc(struct proc_text *t)
{
	struct misc_fields { struct kfield list, minor, name; } f = {
		KFIELD("miscdevice.list"), KFIELD("miscdevice.minor"), KFIELD("miscdevice.name"),
	};
	uint64_t head;
	struct klist l;
	int r = kfields_resolve(&t->names, (struct kfield *)&f, kfields_count(f));

	if (!r)
		r = kvariable(&t->names, "misc_list", &head);
	if (r)
		return r;
	for (l = klist_ring(t->r, head, LIST_MAX); klist_next(&l);) {
		uint64_t device = l.node - f.list.at.offset, name = kget_ptr(t->r, device, &f.name);

		out_printf(t->out, "%3d ", (int)kget(t->r, device, &f.minor));
		if (name)
			proc_text_string(t, name, NAME_BYTES);
		out_char(t->out, '\n');
	}
	return 0;
}

/* --- devices ------------------------------------------------------------------------------------------------------ */

struct device_numbers {
	struct numbered {
		uint32_t major;
		uint64_t vaddr;
	} *list;			/* owned */
	size_t n, cap;
};

/* The chains of a hash table by major numbers. A major is in one chain. */
static int collect(struct proc_text *t, uint64_t table, const struct kfield *next, const struct kfield *major, struct device_numbers *out)
{
	int r = 0;

	for (unsigned int i = 0; i < HASH_SIZE && !r; i++) {
		struct klist l = klist_structs(t->r, table + i * kreader_word(t->r), next->at.offset, LIST_MAX);

		while (!r && klist_next(&l)) {
			struct numbered device = { (uint32_t)kget(t->r, l.node, major), l.node };

			if (device.major < MAJORS)
				r = vector_push(out->list, out->n, out->cap, device);
		}
	}
	return r;
}

static void put_majors(struct proc_text *t, const struct device_numbers *d, const struct kfield *name)
{
	char text[NAME_BYTES + 1];

	for (uint32_t major = 0; major < MAJORS; major++) {
		for (size_t i = 0; i < d->n; i++) {
			if (d->list[i].major != major)
				continue;
			kget_string(t->r, d->list[i].vaddr, name, text, sizeof(text));
			out_printf(t->out, "%3u ", major);
			proc_text_name(t, text);
			out_char(t->out, '\n');
		}
	}
}

static int put_devices(struct proc_text *t, const char *variable, struct kfield f[3])
{
	struct device_numbers d = { 0 };
	uint64_t table;
	int r = kfields_resolve(&t->names, f, 3);

	if (!r)
		r = kvariable(&t->names, variable, &table);
	if (!r)
		r = collect(t, table, &f[0], &f[1], &d);
	if (!r)
		put_majors(t, &d, &f[2]);
	free(d.list);
	return r;
}

static int make_devices(struct proc_text *t)
{
	struct kfield chars[] = {
		KFIELD("char_device_struct.next"), KFIELD("char_device_struct.major"), KFIELD("char_device_struct.name"),
	};
	struct kfield blocks[] = { KFIELD("blk_major_name.next"), KFIELD("blk_major_name.major"), KFIELD("blk_major_name.name") };
	int r;

	out_printf(t->out, "Character devices:\n");
	r = put_devices(t, "chrdevs", chars);
	out_printf(t->out, "\nBlock devices:\n");
	return r ? r : put_devices(t, "major_names", blocks);
}

enum registered_file { MODULES, FILESYSTEMS, MISC, DEVICES };

static int render(struct engine *e, const struct view_at *at, struct outbuf *out)
{
	static int (*const makers[])(struct proc_text *t) = {
		[MODULES] = make_modules, [FILESYSTEMS] = make_filesystems, [MISC] = make_misc, [DEVICES] = make_devices,
	};

	return proc_text_make(e, out, makers[at->row->param]);
}

static const struct view_row rows[] = {
	PROC_TEXT("modules", MODULES),
	PROC_TEXT("filesystems", FILESYSTEMS),
	PROC_TEXT("misc", MISC),
	PROC_TEXT("devices", DEVICES),
};

VIEW_FAMILY(proc_registered, rows);
