/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small BTF of every kind there is, in either byte order, and one of a module over it.
 *
 * Threads: one.
 */
#ifndef VMCOREFS_TESTS_UNIT_FAKE_TYPES_H
#define VMCOREFS_TESTS_UNIT_FAKE_TYPES_H

#include "kernel/debuginfo/types_internal.h"
#include "tests/unit/fake_symbols.h"
#include "tests/unit/unit.h"

/* What comes after a prototype, or a function: a name and a type. */
static inline void btf_add_parameter(struct fake_btf *b, const char *name, uint32_t type)
{
	btf_add_value(b, name, type);
}

static inline void fake_all_kinds(struct fake_btf *b, bool big)
{
	*b = (struct fake_btf){ .big = big };
	btf_add_int(b, "int", 4, 1);				/* 1 */
	btf_add_int(b, "char", 1, 0);				/* 2 */
	btf_add_int(b, "unsigned int", 4, 0);			/* 3 */
	btf_add(b, "node", 4, false, 4, 32);			/* 4 */
	btf_add_member(b, "next", 5, 0);
	btf_add_member(b, "name", 7, 64);
	btf_add_member(b, "call", 11, 128);
	btf_add_member(b, "state", 17, 192);
	btf_add(b, "", 2, false, 0, 4);				/* 5: struct node * */
	btf_add(b, "", 10, false, 0, 2);			/* 6: const char */
	btf_add(b, "", 10, false, 0, 8);			/* 7: const char *const */
	btf_add(b, "", 2, false, 0, 6);				/* 8: const char * */
	btf_add(b, "", 13, false, 3, 1);			/* 9: int (struct node *, unsigned int, ...) */
	btf_add_parameter(b, "", 5);
	btf_add_parameter(b, "", 3);
	btf_add_parameter(b, "", 0);
	btf_add(b, "call_t", 8, false, 0, 9);			/* 10 */
	btf_add(b, "", 2, false, 0, 10);			/* 11: call_t * */
	btf_add(b, "call_it", 12, false, 0, 13);		/* 12: a function */
	btf_add(b, "", 13, false, 2, 5);			/* 13: struct node *(struct node *of, long name) */
	btf_add_parameter(b, "of", 5);
	btf_add_parameter(b, "state", 17);
	btf_add(b, "bpf_kfunc", 17, false, 0, 12);		/* 14: a tag of the function */
	btf_word(b, UINT32_MAX);
	btf_add(b, "of_it", 17, false, 0, 12);			/* 15: ... and of its first parameter */
	btf_word(b, 0);
	btf_add(b, "signs", 6, true, 2, 4);			/* 16 */
	btf_add_value(b, "MINUS", 0xffffffff);
	btf_add_value(b, "PLUS", 1);
	btf_add(b, "signs", 6, false, 0, 4);			/* 17: declared */
	btf_add(b, "large", 19, false, 2, 8);			/* 18 */
	btf_word(b, btf_string(b, "LARGE"));
	btf_word(b, 0x23456789);
	btf_word(b, 1);
	btf_word(b, btf_string(b, "ALL"));
	btf_word(b, UINT32_MAX);
	btf_word(b, UINT32_MAX);
	btf_add(b, "", 18, false, 0, 4);			/* 19: the tag "rcu" of struct node */
	put_u32(b->types + b->types_len - 12, btf_string(b, "rcu"), big);
	btf_add(b, "", 2, false, 0, 19);			/* 20: struct node __rcu * */
	btf_add_array(b, 1, 3);					/* 21: int [3] */
	btf_add_array(b, 21, 2);				/* 22: int [2][3] */
	btf_add(b, "", 5, false, 2, 8);				/* 23: a union */
	btf_add_member(b, "whole", 25, 0);
	btf_add_member(b, "", 24, 0);
	btf_add(b, "", 4, true, 3, 8);				/* 24: a struct in it */
	btf_add_member(b, "a", 3, 3u << 24 | 0);
	btf_add_member(b, "b", 3, 7u << 24 | 5);		/* after two bits that nobody has */
	btf_add_member(b, "c", 1, 32);
	btf_add(b, "u64", 8, false, 0, 26);			/* 25 */
	btf_add_int(b, "long unsigned int", 8, 0);		/* 26 */
	btf_add(b, "all", 4, false, 6, 80);			/* 27: its size tells of an alignment of 16 */
	btf_add_member(b, "grid", 22, 0);
	btf_add_member(b, "", 23, 192);
	btf_add_member(b, "rcu", 20, 256);
	btf_add_member(b, "flag", 30, 320);
	btf_add_member(b, "later", 31, 384);
	btf_add_member(b, "tail", 32, 512);
	btf_add(b, "later", 7, false, 0, 0);			/* 28: declared, defined in the module */
	btf_add_int(b, "_Bool", 1, 4);				/* 29 */
	btf_add(b, "", 9, false, 0, 29);			/* 30: volatile _Bool */
	btf_add(b, "", 11, false, 0, 33);			/* 31: struct later *restrict */
	btf_add_array(b, 2, 0);					/* 32: char [0] */
	btf_add(b, "", 2, false, 0, 28);			/* 33: struct later * */
	btf_add(b, "double", 16, false, 0, 8);			/* 34 */
	btf_add(b, "packed", 4, false, 3, 11);			/* 35 */
	btf_add_member(b, "c", 2, 0);
	btf_add_member(b, "i", 1, 8);
	btf_add_member(b, "d", 1, 56);				/* two bytes behind */
	btf_add(b, "aligned", 4, false, 2, 128);		/* 36 */
	btf_add_member(b, "c", 2, 0);
	btf_add_member(b, "i", 1, 512);
	btf_add(b, "bad name", 4, false, 1, 4);			/* 37 */
	btf_add_member(b, "x\033[1m", 1, 0);
	btf_add(b, "a_variable", 14, false, 0, 27);		/* 38 */
	btf_word(b, 1);
	btf_add(b, "in_circles", 8, false, 0, 39);		/* 39: a typedef of itself */
	btf_add(b, "twice", 4, false, 1, 4);			/* 40 */
	btf_add_member(b, "a", 1, 0);
	btf_add(b, "twice", 4, false, 1, 1);			/* 41 */
	btf_add_member(b, "b", 2, 0);
	btf_add(b, "of_twice", 4, false, 2, 8);			/* 42 */
	btf_add_member(b, "second", 41, 0);
	btf_add_member(b, "e", 43, 32);
	btf_add(b, "", 6, false, 1, 4);				/* 43: an enum */
	btf_add_value(b, "PLUS", 1);
	btf_add(b, "", 2, false, 0, 9);				/* 44: int (*)(struct node *, unsigned int, ...) */
	btf_add_array(b, 44, 3);				/* 45 */
	btf_add(b, "", 2, false, 0, 45);			/* 46 */
	btf_add(b, "", 2, false, 0, 48);			/* 47: a pointer to a function that returns 46 */
	btf_add(b, "", 13, false, 0, 46);			/* 48 */
	btf_add(b, "", 10, false, 0, 50);			/* 49: const */
	btf_add(b, "", 2, false, 0, 8);				/* 50: const char ** */
	btf_add(b, "holds_itself", 4, false, 2, 8);		/* 51: by a member without a name */
	btf_add_member(b, "", 52, 0);
	btf_add_member(b, "", 52, 0);
	btf_add(b, "", 4, false, 2, 8);				/* 52 */
	btf_add_member(b, "", 52, 0);
	btf_add_member(b, "x", 52, 64);
	btf_add(b, "of_nothing", 4, false, 2, 8);		/* 53 */
	btf_add_member(b, "nothing", 999, 0);
	btf_add_member(b, "circle", 39, 0);
	/* 54 and on: each has the next one two times, which makes 2^24 of the last */
	for (unsigned int i = 0; i < 24; i++) {
		btf_add(b, i ? "" : "grows_0", 4, false, 2, 8);
		btf_add_member(b, "", b->id + 1, 0);
		btf_add_member(b, "", b->id + 1, 0);
	}
	btf_add(b, "", 4, false, 1, 4);				/* 78 */
	btf_add_member(b, "x", 1, 0);
	btf_add(b, "", 10, false, 0, 80);			/* 79: a const array of const char */
	btf_add_array(b, 6, 4);
	fake_btf_finish(b);
}

static inline void fake_split(struct fake_btf *b, const struct fake_btf *base)
{
	*b = (struct fake_btf){ .strings_start = (uint32_t)base->strings_len, .id = base->id, .big = base->big };
	btf_add(b, "later", 4, false, 1, 8);
	btf_add_member(b, "all", base->id + 2, 0);
	btf_add(b, "", 2, false, 0, 27);			/* struct all * */
	btf_add(b, "of_module", 12, false, 0, 13);
	fake_btf_finish(b);
}

static inline struct types *fake_types(bool big)
{
	struct fake_btf base, split;
	struct types *t;

	fake_all_kinds(&base, big);
	fake_split(&split, &base);
	assert_int_equal(types_of_bytes(base.bytes, base.len, split.bytes, split.len, 8, &t), 0);
	return t;
}

/* A test: check() on the types of a little-endian and of a big-endian kernel. */
static inline void check_both_orders(void **state, void (*check)(const struct types *t))
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct types *t = fake_types(big);

		check(t);
		types_close(t);
	}
}

#endif
