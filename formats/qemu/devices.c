/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices in QEMU's migration stream. Their sections have no length: what they consist of is told by the description
 * at the end of the stream, a JSON text (QEMU: vmstate.c, scripts/analyze-migration.py). It is read as a sequence of
 * events and kept nowhere: each number "size" moves a position in the stream on.
 */
#include "formats/qemu/qemu.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/memory.h"
#include "formats/reader/notes.h"
#include "formats/reader/reader.h"

#define DEVICES_MAX ((uint64_t)32 << 20)	/* bytes of all devices with the description */
#define DEPTH_MAX 64
#define CPUS_MAX 4096u
#define SECTION_FULL 0x04
#define SUBSECTION 0x05
#define SECTION_DESCRIPTION 0x06
#define SECTION_FOOTER 0x7e
#define EFER_LMA 0x400u			/* long mode is active */
#define CMOS_BYTES 128u
#define VIRTIO_MEM_MAX ((uint64_t)1 << 20)	/* bytes of a device that are searched */
#define BLOCKS_ALIKE 8u			/* blocks of one device: its memory and its ROM */
#define GUEST_NOTE_MAX ((size_t)1 << 20)	/* QEMU: MAX_GUEST_NOTE_SIZE */

/* An object or array of the description, by what it stands for. */
enum devices_place { OUTSIDE, ROOT, DEVICES, DEVICE, FIELDS, FIELD, STRUCT, SUBSECTIONS, SUBSECTION_OBJECT, SKIPPED };

struct devices_frame {
	enum devices_place place;
	uint64_t start;			/* FIELD: where it begins */
	long long size, count;		/* FIELD */
	bool begun;			/* DEVICE, SUBSECTION_OBJECT: its header was passed */
	char name[64];			/* cut: for comparisons with shorter ones */
	size_t name_len;		/* of all of it */
};

enum key {
	KEY_OTHER, KEY_DEVICES, KEY_NAME, KEY_VMSD_NAME, KEY_FIELDS, KEY_SUBSECTIONS, KEY_SIZE, KEY_ARRAY_LEN, KEY_STRUCT,
};
static const char *const key_names[] = {
	"", "devices", "name", "vmsd_name", "fields", "subsections", "size", "array_len", "struct",
};

struct devices {
	struct dump *d;
	const uint8_t *bytes;		/* borrowed: from the first device on */
	size_t len;			/* up to the description */
	uint64_t pos;			/* in bytes */
	struct devices_frame frames[DEPTH_MAX];
	unsigned int depth;
	enum key key;
	bool here;			/* the device of the description is the one at pos */
	bool lost;			/* description and stream are not about the same */
	struct x86_cpu cpu;		/* while a cpu is passed */
	uint64_t efer;
	unsigned int seen;		/* fields of it */
	unsigned int cpus;
	struct qemu_facts *facts;	/* borrowed */
	unsigned int searches;		/* of find_region() */
	int error;
};

/* What is known of a cpu: VMState of target/i386/machine.c. */
enum target { REGS, SEGMENTS, SEGMENT, WORD };
static const struct cpu_field {
	const char *name;
	enum target target;
	size_t offset;			/* in struct devices */
} cpu_fields[] = {
	{ "env.regs", REGS, 0 },
	{ "env.segs", SEGMENTS, 0 },
	{ "env.eip", WORD, offsetof(struct devices, cpu.rip) },
	{ "env.eflags", WORD, offsetof(struct devices, cpu.rflags) },
	{ "env.ldt", SEGMENT, offsetof(struct devices, cpu.ldt) },
	{ "env.tr", SEGMENT, offsetof(struct devices, cpu.tr) },
	{ "env.gdt", SEGMENT, offsetof(struct devices, cpu.gdt) },
	{ "env.idt", SEGMENT, offsetof(struct devices, cpu.idt) },
	{ "env.cr[0]", WORD, offsetof(struct devices, cpu.cr[0]) },
	{ "env.cr[2]", WORD, offsetof(struct devices, cpu.cr[2]) },
	{ "env.cr[3]", WORD, offsetof(struct devices, cpu.cr[3]) },
	{ "env.cr[4]", WORD, offsetof(struct devices, cpu.cr[4]) },
	{ "env.kernelgsbase", WORD, offsetof(struct devices, cpu.kernel_gs_base) },
	{ "env.efer", WORD, offsetof(struct devices, efer) },
};

static void take_segment(const uint8_t *p, struct x86_segment *out)
{
	out->selector = get_u32(p, true);
	out->base = get_u64(p + 4, true);
	out->limit = get_u32(p + 12, true);
	out->flags = get_u32(p + 16, true);
}

/* n bytes at p are the value of the field. Only 64-bit CPUs have fields of these sizes. */
static void take_cpu_field(struct devices *v, const struct cpu_field *f, const uint8_t *p, uint64_t n)
{
	struct x86_cpu *c = &v->cpu;
	uint64_t *const regs[] = {
		&c->rax, &c->rcx, &c->rdx, &c->rbx, &c->rsp, &c->rbp, &c->rsi, &c->rdi, &c->r8, &c->r9, &c->r10, &c->r11,
		&c->r12, &c->r13, &c->r14, &c->r15,
	};
	struct x86_segment *const segments[] = { &c->es, &c->cs, &c->ss, &c->ds, &c->fs, &c->gs };

	switch (f->target) {
	case REGS:
		for (size_t i = 0; n == sizeof(regs) && i < ARRAY_SIZE(regs); i++)
			*regs[i] = get_u64(p + 8 * i, true);
		v->seen += n == sizeof(regs);
		break;
	case SEGMENTS:
		for (size_t i = 0; n == 20 * ARRAY_SIZE(segments) && i < ARRAY_SIZE(segments); i++)
			take_segment(p + 20 * i, segments[i]);
		v->seen += n == 20 * ARRAY_SIZE(segments);
		break;
	case SEGMENT:
		if (n == 20)
			take_segment(p, (struct x86_segment *)((char *)v + f->offset));
		v->seen += n == 20;
		break;
	case WORD:
		if (n == 8)
			*(uint64_t *)((char *)v + f->offset) = get_u64(p, true);
		v->seen += n == 8;
		break;
	}
}

/* hw/i386/pc.c, microvm.c: what the firmware is told of memory. */
static void take_sizes(struct qemu_facts *f, const uint8_t *cmos)
{
	uint64_t kib = get_u16(cmos + 0x30, false), blocks = get_u16(cmos + 0x34, false);
	uint64_t above = get_u16(cmos + 0x5b, false) | (uint64_t)cmos[0x5d] << 16;

	/* KiB behind the first MiB; blocks of 64 KiB behind the first 16 MiB */
	f->below_4g = blocks ? (blocks << 16) + ((uint64_t)16 << 20) : kib ? (kib << 10) + ((uint64_t)1 << 20) : 0;
	f->above_4g = above << 16;
}

bool qemu_add_region(struct qemu_facts *f, const char *device, const uint8_t *p)
{
	uint64_t paddr = get_u64(p, true), len = get_u64(p + 8, true), block = get_u64(p + 16, true), end;
	struct qemu_region *r = &f->regions[f->nregions];

	if (f->nregions == QEMU_REGIONS_MAX || block < (uint64_t)1 << PAGE_SHIFT_MAX || block & (block - 1) || !len ||
	    (paddr | len) & (block - 1) || add_overflows(paddr, len, &end))
		return false;
	*r = (struct qemu_region){ .paddr = paddr, .len = len };
	snprintf(r->device, sizeof(r->device), "%s", device);
	f->nregions++;
	return true;
}

static bool is_virtio_mem(const char *device)
{
	const char *name = strrchr(device, '/');

	return name && !strcmp(name, "/virtio-mem");
}

/* virtio-mem before QEMU 8.0: its own state is somewhere behind that of its queues, and nothing describes it. It is where
 * the size of its block of memory is, between an address and the size of a piece of it. */
static void find_region(struct devices *v, const char *device, const uint8_t *p, uint64_t n)
{
	const struct qemu_ram *ram = &((const struct qemu_savevm *)v->d->priv)->ram;
	size_t path = (size_t)(strrchr(device, '/') - device) + 1;

	n = v->searches++ < QEMU_REGIONS_MAX ? min_u64(n, VIRTIO_MEM_MAX) : 0;
	for (size_t i = 0, alike = 0; i < ram->nblocks && alike < BLOCKS_ALIKE; i++) {
		const struct qemu_block *b = &ram->blocks[i];

		if (strncmp(b->name, device, path))
			continue;
		alike++;
		for (uint64_t at = 0; at + QEMU_REGION_BYTES <= n; at++)
			if (get_u64(p + at + 8, true) == b->size && qemu_add_region(v->facts, device, p + at))
				return;
	}
}

/* The field that ends is one of the device itself; p, n: its bytes. */
static void take_field(struct devices *v, const struct devices_frame *device, const struct devices_frame *field,
		       const uint8_t *p, uint64_t n)
{
	if (!strcmp(device->name, "cpu")) {
		for (size_t i = 0; i < ARRAY_SIZE(cpu_fields); i++)
			if (!strcmp(field->name, cpu_fields[i].name))
				take_cpu_field(v, &cpu_fields[i], p, n);
	} else if (!strcmp(device->name, "vmcoreinfo")) {
		if (!strcmp(field->name, "vmcoreinfo.size") && n == 4)
			v->facts->note_bytes = get_u32(p, true);
		if (!strcmp(field->name, "vmcoreinfo.paddr") && n == 8)
			v->facts->note_paddr = get_u64(p, true);
	} else if (!strcmp(device->name, "mc146818rtc")) {
		if (!strcmp(field->name, "cmos_data") && n == CMOS_BYTES)
			take_sizes(v->facts, p);
	} else if (is_virtio_mem(device->name) && !strcmp(field->name, "virtio")) {
		find_region(v, device->name, p, n);
	}
}

static void end_cpu(struct devices *v)
{
	if (v->seen == ARRAY_SIZE(cpu_fields) && v->cpus < CPUS_MAX) {
		/* what QEMU's own dumps go by: is the first CPU in long mode? */
		if (!v->cpus && !(v->efer & EFER_LMA) && !v->d->req->elf_machine) {
			v->d->elf_machine = EM_386;
			v->d->elf_class = 32;
		}
		if (v->d->elf_machine == EM_X86_64 && !v->error)
			v->error = dump_add_x86_cpu(v->d, &v->cpu, v->cpus);
		v->cpus++;
	}
	v->cpu = (struct x86_cpu){ 0 };
	v->efer = 0;
	v->seen = 0;
}

/* --- the position in the stream */

static bool is_text(const struct devices *v, uint64_t at, const struct devices_frame *f)
{
	size_t known = f->name_len < sizeof(f->name) ? f->name_len : sizeof(f->name) - 1;

	return at < v->len && f->name_len < 256 && f->name_len + 1 <= v->len - at && v->bytes[at] == f->name_len &&
	       !memcmp(v->bytes + at + 1, f->name, known);
}

/* The list of fields begins: the header of a device or subsection is before it. */
static void pass_header(struct devices *v, struct devices_frame *f)
{
	uint64_t at = v->pos;

	if (f->begun)
		return;
	f->begun = true;
	if (f->place == DEVICE) {
		/* Some were written before the memory, and are not here. */
		v->here = at < v->len && v->len - at >= 14 && v->bytes[at] == SECTION_FULL && is_text(v, at + 5, f) &&
			  v->len - at >= 14 + f->name_len;
		if (v->here)
			v->pos += 14 + f->name_len;
	} else if (v->here) {
		v->lost |= at >= v->len || v->bytes[at] != SUBSECTION || !is_text(v, at + 1, f);
		v->pos += 6 + f->name_len;
	}
}

static void end_field(struct devices *v, const struct devices_frame *f)
{
	const struct devices_frame *device = v->depth >= 2 ? &v->frames[v->depth - 2] : NULL;
	uint64_t bytes;

	if (!v->here || v->lost)
		return;
	if (f->size < 0 || f->count < 0 || mul_overflows((uint64_t)f->size, (uint64_t)f->count, &bytes) ||
	    f->start > v->len || bytes > v->len - f->start) {
		v->lost = true;
		return;
	}
	if (device && device->place == DEVICE)
		take_field(v, device, f, v->bytes + f->start, bytes);
	v->pos = f->start + bytes;
}

static void end_device(struct devices *v, const struct devices_frame *f)
{
	if (v->here && !strcmp(f->name, "cpu"))
		end_cpu(v);
	if (v->here && v->pos < v->len && v->bytes[v->pos] == SECTION_FOOTER)
		v->pos += 5;
	v->here = false;
}

/* --- the events of the description; 0 ends the reading */

static struct devices_frame *top(struct devices *v) { return &v->frames[v->depth - 1]; }

static int push(struct devices *v, enum devices_place place)
{
	if (v->depth == DEPTH_MAX || v->lost || v->error)
		return 0;
	v->frames[v->depth++] = (struct devices_frame){ .place = place, .start = v->pos, .count = 1 };
	v->key = KEY_OTHER;
	return 1;
}

static int on_key(void *arg, const unsigned char *text, size_t n)
{
	struct devices *v = arg;

	v->key = KEY_OTHER;
	for (size_t i = 1; i < ARRAY_SIZE(key_names); i++)
		if (n == strlen(key_names[i]) && !memcmp(text, key_names[i], n))
			v->key = (enum key)i;
	return 1;
}

static int on_map(void *arg)
{
	struct devices *v = arg;
	enum devices_place above = v->depth ? top(v)->place : OUTSIDE;

	switch (above) {
	case OUTSIDE:		return push(v, ROOT);
	case DEVICES:		return push(v, DEVICE);
	case FIELDS:		return push(v, FIELD);
	case SUBSECTIONS:	return push(v, SUBSECTION_OBJECT);
	case FIELD:		return push(v, v->key == KEY_STRUCT ? STRUCT : SKIPPED);
	default:		return push(v, SKIPPED);
	}
}

static int on_array(void *arg)
{
	struct devices *v = arg;
	struct devices_frame *f = v->depth ? top(v) : NULL;
	bool parts = f && (f->place == DEVICE || f->place == STRUCT || f->place == SUBSECTION_OBJECT);

	if (f && f->place == ROOT && v->key == KEY_DEVICES)
		return push(v, DEVICES);
	if (parts && v->key == KEY_FIELDS) {
		if (f->place != STRUCT)
			pass_header(v, f);
		return push(v, FIELDS);
	}
	if (parts && v->key == KEY_SUBSECTIONS)
		return push(v, SUBSECTIONS);
	return push(v, SKIPPED);
}

static int on_end(void *arg)
{
	struct devices *v = arg;
	struct devices_frame f;

	if (!v->depth)
		return 0;
	f = v->frames[--v->depth];
	if (f.place == FIELD)
		end_field(v, &f);
	else if (f.place == DEVICE)
		end_device(v, &f);
	v->key = KEY_OTHER;
	return !v->lost && !v->error;
}

static int on_string(void *arg, const unsigned char *text, size_t n)
{
	struct devices *v = arg;
	struct devices_frame *f = v->depth ? top(v) : NULL;
	enum key wanted = f && f->place == SUBSECTION_OBJECT ? KEY_VMSD_NAME : KEY_NAME;

	if (!f || v->key != wanted)
		return 1;
	f->name_len = n;
	n = min_u64(n, sizeof(f->name) - 1);
	memcpy(f->name, text, n);
	f->name[n] = '\0';
	return 1;
}

static int on_integer(void *arg, long long value)
{
	struct devices *v = arg;

	if (v->depth && top(v)->place == FIELD && v->key == KEY_SIZE)
		top(v)->size = value;
	else if (v->depth && top(v)->place == FIELD && v->key == KEY_ARRAY_LEN)
		top(v)->count = value;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_integer = on_integer,
	.yajl_string = on_string,
	.yajl_start_map = on_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_end,
};

/* --- */

/* The end of the stream, and its description, which is a text: other bytes may follow, also of an older stream, when it was
 * written to a volume. false: there is none. */
static bool find_description(const uint8_t *bytes, size_t len, size_t *at, size_t *text, size_t *text_len)
{
	for (size_t i = 0; i + 8 <= len; i++) {
		const uint8_t *p = bytes + i;
		size_t n;

		if (p[0] || p[1] != SECTION_DESCRIPTION || p[6] != '{' || (p[7] != '"' && p[7] != ' '))
			continue;
		n = get_u32(p + 2, true);
		if (n > len - i - 6 || p[6 + n - 1] != '}')
			continue;
		*at = i;
		*text = i + 6;
		*text_len = n;
		return true;
	}
	return false;
}

/* The guest has told QEMU where its note is: an ELF note in memory, as a dump of QEMU's would have it. */
int qemu_devices_take_note(struct dump *d)
{
	const struct qemu_facts *f = &((const struct qemu_savevm *)d->priv)->facts;
	uint32_t namesz, descsz;
	uint8_t *note;
	int r = 0;

	if (f->note_bytes < 24 || f->note_bytes > GUEST_NOTE_MAX || f->note_paddr >> d->pages.page_shift >= d->pages.max_pfn)
		return 0;
	note = memory_malloc(f->note_bytes);
	if (!note)
		return -ENOMEM;
	if (!pages_read_bytes(&d->pages, f->note_paddr, f->note_bytes, note, HOLES_FAIL)) {
		namesz = get_u32(note, d->big_endian);
		descsz = get_u32(note + 4, d->big_endian);
		if (namesz == sizeof("VMCOREINFO") && !memcmp(note + 12, "VMCOREINFO", sizeof("VMCOREINFO")) &&
		    descsz <= f->note_bytes - 24)
			r = dump_set_vmcoreinfo(d, note + 24, descsz);
	}
	free(note);
	return r;
}

/* NULL, or why there are no registers. */
static const char *read_devices(struct devices *v, const uint8_t *bytes, size_t len)
{
	size_t at, text, text_len;
	yajl_handle h;

	if (!find_description(bytes, len, &at, &text, &text_len))
		return "the stream has no description of its devices";
	v->bytes = bytes;
	v->len = at;
	h = yajl_alloc(&callbacks, NULL, v);
	if (!h) {
		v->error = -ENOMEM;
		return NULL;
	}
	if (yajl_parse(h, bytes + text, text_len) != yajl_status_ok && !v->error)
		v->lost = true;
	yajl_free(h);
	if (v->cpus)
		return NULL;
	return v->lost ? "the description of the devices does not fit the stream" : "the stream has no x86 CPU";
}

int qemu_devices_load(struct dump *d, uint64_t from)
{
	struct devices *v = NULL;
	uint8_t *bytes = NULL;
	uint64_t len;
	int r = 0;

	if (!from || from >= d->src->size) {
		d->without_registers = "the stream ends before its devices";
		return 0;
	}
	len = min_u64(d->src->size - from, DEVICES_MAX);
	v = calloc(1, sizeof(*v));
	bytes = memory_malloc(len);
	if (!v || !bytes) {
		r = -ENOMEM;
	} else if (source_read(d->src, bytes, len, from)) {
		d->without_registers = "the devices cannot be read";
	} else {
		v->d = d;
		v->facts = &((struct qemu_savevm *)d->priv)->facts;
		d->without_registers = read_devices(v, bytes, len);
		r = v->error;
	}
	free(bytes);
	free(v);
	return r;
}
