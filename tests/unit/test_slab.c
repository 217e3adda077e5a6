/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of SLUB: on whose list they are, plain and hardened, and what a damaged list says. */
#include "kernel/mm/slab.h"
#include "tests/unit/fake_object.h"
#include "tests/unit/unit.h"

#define OBJECTS		8u
#define STRIDE		64u
#define SIZE		56u
#define OFFSET		16u		/* of the pointer in a free object */
#define SECRET		0x8784ace8291cb615

/* Where things are, from the base on. */
enum { SLAB = 0x1000, CACHE = 0x1100, CPU = 0x1200, NAME = 0x1300, SHEAVES = 0x1400, BARN = 0x1480, NR_NODES = 0x1588, SHEAF = 0x1600,
	FIRST = 0x4000 };

struct made {
	struct objects o;
	struct object_name table[40];
	size_t n;
};

static void name(struct made *m, const char *path, uint64_t offset, uint64_t bytes)
{
	m->table[m->n++] = (struct object_name){ path, { .offset = offset, .bytes = bytes } };
}

/* A kernel with one CPU; a slab of which all objects are in use. */
static void make(struct made *m, const struct object_kind *kind)
{
	unsigned int w = kind->word;
	static const char *const of_slab[] = { "slab.slab_cache", "slab.freelist" };
	static const char *const of_cache[] = { "kmem_cache.name", "kmem_cache.cpu_slab" };

	memset(m->table, 0, sizeof(m->table));
	m->n = 0;
	objects_new(&m->o, kind);
	for (unsigned int i = 0; i < 2; i++) {
		name(m, of_slab[i], i * w, w);
		name(m, of_cache[i], i * w, w);
	}
	name(m, "slab.objects", 2 * w, 4);
	name(m, "kmem_cache.size", 4 * w, 4);
	name(m, "kmem_cache.object_size", 4 * w + 4, 4);
	name(m, "kmem_cache.offset", 4 * w + 8, 4);
	name(m, "kmem_cache_cpu.freelist", 0, w);
	name(m, "kmem_cache_cpu.slab", w, w);
	object_word(&m->o, m->o.base + SLAB, m->o.base + CACHE);
	object_uint(&m->o, m->o.base + SLAB + 2 * w, 4, OBJECTS);
	object_word(&m->o, m->o.base + CACHE, m->o.base + NAME);
	object_word(&m->o, m->o.base + CACHE + w, m->o.base + CPU);
	object_uint(&m->o, m->o.base + CACHE + 4 * w, 4, STRIDE);
	object_uint(&m->o, m->o.base + CACHE + 4 * w + 4, 4, SIZE);
	object_uint(&m->o, m->o.base + CACHE + 4 * w + 8, 4, OFFSET);
	object_text(&m->o, m->o.base + NAME, "made");
}

static uint64_t object(const struct made *m, unsigned int i)
{
	return m->o.base + FIRST + i * STRIDE;
}

static int find(struct made *m, uint64_t vaddr, struct slab_object *out)
{
	struct knames names = fake_names(m->table);

	return slab_find_object(objects_reader(&m->o), &names, m->o.base + SLAB, m->o.base + FIRST, vaddr, out);
}

static enum slab_use use_of(struct made *m, unsigned int i)
{
	struct slab_object out;

	assert_int_equal(find(m, object(m, i) + 5, &out), 0);
	assert_int_equal(out.vaddr, object(m, i));
	assert_int_equal(out.index, i);
	assert_string_equal(out.name, "made");
	return out.use;
}

enum hardening { PLAIN, WITH_SECRET, SWAPPED };

static uint64_t hidden(const struct made *m, uint64_t at, uint64_t next, enum hardening how)
{
	uint64_t turned = m->o.k.word_bytes == 8 ? __builtin_bswap64(at) : __builtin_bswap32((uint32_t)at);

	return how == PLAIN ? next : next ^ SECRET ^ (how == SWAPPED ? turned : at);
}

/* A list of those objects; -1 ends it. */
static void chain(struct made *m, uint64_t head, const int *list, enum hardening how)
{
	object_word(&m->o, head, list[0] < 0 ? 0 : object(m, (unsigned int)list[0]));
	for (size_t i = 0; list[i] >= 0; i++) {
		uint64_t at = object(m, (unsigned int)list[i]) + OFFSET;

		object_word(&m->o, at, hidden(m, at, list[i + 1] < 0 ? 0 : object(m, (unsigned int)list[i + 1]), how));
	}
}

static void test_lists(void **state)
{
	static const int of_slab[] = { 3, 0, 6, -1 }, of_cpu[] = { 1, 5, -1 };
	static const bool is_free[OBJECTS] = { true, true, false, true, false, true, true, false };

	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		for (enum hardening how = PLAIN; how <= SWAPPED; how++) {
			struct slab_object out;
			struct made m;

			make(&m, &object_kinds[kind]);
			if (how != PLAIN) {
				name(&m, "kmem_cache.random", 2 * m.o.k.word_bytes, m.o.k.word_bytes);
				object_word(&m.o, m.o.base + CACHE + 2 * m.o.k.word_bytes, SECRET);
			}
			chain(&m, m.o.base + SLAB + m.o.k.word_bytes, of_slab, how);
			chain(&m, m.o.base + CPU, of_cpu, how);
			/* it is of another slab: not looked at */
			assert_int_equal(use_of(&m, 1), SLAB_USED);
			object_word(&m.o, m.o.base + CPU + m.o.k.word_bytes, m.o.base + SLAB);
			for (unsigned int i = 0; i < OBJECTS; i++)
				assert_int_equal(use_of(&m, i), is_free[i] ? SLAB_FREE : SLAB_USED);
			assert_int_equal(find(&m, object(&m, OBJECTS), &out), 0);
			assert_int_equal(out.use, SLAB_NO_OBJECT);
			/* out of the slab: what is behind is not known, what came before is */
			object_word(&m.o, object(&m, 0) + OFFSET, 0x1234);
			assert_int_equal(use_of(&m, 0), SLAB_FREE);
			assert_int_equal(use_of(&m, 5), SLAB_FREE);
			assert_int_equal(use_of(&m, 2), SLAB_NOT_KNOWN);
			/* a CPU's that is not in the dump */
			object_word(&m.o, m.o.base + SLAB + m.o.k.word_bytes, 0);
			object_word(&m.o, m.o.base + CACHE + m.o.k.word_bytes, m.o.base + 0x9000);
			fake_set(m.o.f, 9, 1, PAGE_EXCLUDED);
			assert_int_equal(use_of(&m, 2), SLAB_NOT_KNOWN);
			object_word(&m.o, m.o.base + CACHE + m.o.k.word_bytes, m.o.base + CPU);
			assert_int_equal(use_of(&m, 2), SLAB_USED);
			object_word(&m.o, m.o.base + SLAB + m.o.k.word_bytes, object(&m, 3));
			/* in a circle */
			object_word(&m.o, object(&m, 0) + OFFSET, hidden(&m, object(&m, 0) + OFFSET, object(&m, 3), how));
			assert_int_equal(use_of(&m, 2), SLAB_NOT_KNOWN);
			objects_free(&m.o);
		}
	}
}

/* 7.x: no lists of CPUs, but sheaves of theirs, and full ones of the nodes. */
static void test_sheaves(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < ARRAY_SIZE(object_kinds); kind++) {
		unsigned int w = object_kinds[kind].word;
		struct made m;

		make(&m, &object_kinds[kind]);
		for (size_t i = 0; i < m.n; i++)
			if (!strncmp(m.table[i].name, "kmem_cache_cpu", 14) || !strcmp(m.table[i].name, "kmem_cache.cpu_slab"))
				m.table[i].name = "gone";
		name(&m, "kmem_cache.cpu_sheaves", w, w);
		name(&m, "slub_percpu_sheaves.main", 0, w);
		name(&m, "slub_percpu_sheaves.spare", w, w);
		name(&m, "slub_percpu_sheaves.rcu_free", 2 * w, w);
		name(&m, "slab_sheaf.barn_list", 0, 2 * w);
		name(&m, "slab_sheaf.size", 2 * w, 4);
		name(&m, "slab_sheaf.objects", 3 * w, 0);
		name(&m, "kmem_cache.per_node", 6 * w, 4 * w);
		m.table[m.n - 1].at.count = 2;
		m.table[m.n - 1].at.element_bytes = 2 * w;
		name(&m, "kmem_cache_per_node_ptrs.barn", w, w);
		name(&m, "node_barn.sheaves_full", w, 2 * w);
		name(&m, "nr_node_ids", m.o.base + NR_NODES, 4);
		object_uint(&m.o, m.o.base + NR_NODES, 4, 2);
		object_word(&m.o, m.o.base + CACHE + w, m.o.base + SHEAVES);
		object_word(&m.o, m.o.base + CACHE + 6 * w + 3 * w, m.o.base + BARN);	/* the second node's */
		/* sheaf i has object i; the first three are the CPU's, the last one is the barn's */
		for (unsigned int i = 0; i < 4; i++) {
			uint64_t sheaf = m.o.base + SHEAF + i * 0x80;

			object_uint(&m.o, sheaf + 2 * w, 4, 1);
			object_word(&m.o, sheaf + 3 * w, object(&m, i));
			object_word(&m.o, sheaf + 4 * w, object(&m, 7));	/* behind its size: was taken out */
			if (i < 3)
				object_word(&m.o, m.o.base + SHEAVES + i * w, sheaf);
		}
		object_word(&m.o, m.o.base + BARN + w, m.o.base + SHEAF + 3 * 0x80);
		object_word(&m.o, m.o.base + SHEAF + 3 * 0x80, m.o.base + BARN + w);
		assert_int_equal(use_of(&m, 0), SLAB_FREE);
		assert_int_equal(use_of(&m, 1), SLAB_FREE);
		assert_int_equal(use_of(&m, 2), SLAB_FREE_AFTER_RCU);
		assert_int_equal(use_of(&m, 3), SLAB_FREE);
		assert_int_equal(use_of(&m, 7), SLAB_USED);
		/* a barn that leads nowhere */
		object_word(&m.o, m.o.base + BARN + w, 8);
		assert_int_equal(use_of(&m, 3), SLAB_NOT_KNOWN);
		assert_int_equal(use_of(&m, 0), SLAB_FREE);
		objects_free(&m.o);
	}
}

static void test_no_slab(void **state)
{
	struct slab_object out;
	struct made m;

	(void)state;
	make(&m, &object_kinds[0]);
	object_uint(&m.o, m.o.base + CACHE + 4 * 8, 4, 0);	/* a size of nothing */
	assert_int_equal(find(&m, object(&m, 1), &out), -EIO);
	object_word(&m.o, m.o.base + SLAB, 16);			/* a cache that is not mapped */
	assert_int_equal(find(&m, object(&m, 1), &out), -EFAULT);
	fake_set(m.o.f, SLAB >> 12, 1, PAGE_EXCLUDED);
	assert_int_equal(find(&m, object(&m, 1), &out), -ENODATA);
	m.table[0].name = "gone";				/* SLAB: no slab.slab_cache that is SLUB's */
	assert_int_equal(find(&m, object(&m, 1), &out), -ENOENT);
	objects_free(&m.o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_sheaves),
		cmocka_unit_test(test_no_slab),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
