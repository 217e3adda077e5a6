/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of the kernel's types in memory, as text.
 *
 * C: an initialiser, "(struct list_head){ .next = ... }\n". Members of unnamed structs and unions stand among the others.
 * Enumerators by name; pointers with a cast to their type and what they point to in a comment: a symbol, a string, the copy of
 * CPU 0 of what is per CPU; arrays of char as strings, up to their NUL; flags that have names, in a comment. Elements of an array
 * that are equal byte by byte and follow each other are one, "[3 ... 63] = 0"; of one array at most VALUE_ELEMENTS such are
 * shown. What cannot be read has no value, but a comment where it would stand: "/" "* .next: not in the dump *" "/".
 *
 * JSON: each value is an object: "type", "address" (hexadecimal, a string), and "value": an object of members, an array, a number,
 * true or false, a string, or null for what has none ("lost" says why); a pointer's is a hexadecimal string. "bits" and
 * "bit_offset" of bit fields, as in struct type_member; "enumerator", "flags", "symbol", "string", "cpu0" as the comments
 * above; "count" of an element that stands for several, "more" of an array that has more. Bytes of strings above 127 are
 * characters of Latin-1.
 *
 * All is bounded: depth, elements, bytes of the text (VALUE_TEXT_MAX; then it says so). Names and strings of the dump are
 * escaped.
 *
 * Threads: one a struct value_reader. Borrows facts.
 */
#ifndef VMCOREFS_KERNEL_VALUE_VALUE_H
#define VMCOREFS_KERNEL_VALUE_VALUE_H

#include "base/outbuf.h"
#include "kernel/debuginfo/facts.h"
#include "kernel/object/percpu.h"

#define VALUE_ELEMENTS	256u
#define VALUE_TEXT_MAX	(4u << 20)

/* Who reads values. */
struct value_reader {
	const struct facts *facts;
	const struct types *types;
	struct kreader *reader;		/* owned */
	bool knows_cpus;
	int cpus_error;			/* of cpus; 0 */
	struct kcpus cpus;
};

/* -ENOTSUP: no types, or no address space; -ENOMEM; passing faults. */
int value_reader_open(const struct facts *f, struct value_reader *out);
void value_reader_close(struct value_reader *v);

/* Something of a type at an address. */
struct value {
	struct type type;		/* as written */
	uint64_t vaddr;
	unsigned int bit_offset, bits;	/* as in struct type_member; bits 0: no bit field */
	/* Where it was found, for flags: as in the type's names; "": nowhere. Borrowed from the types. */
	const char *owner, *name;
};

/* From *at on by a path: ".member", "[n]", one behind the other; what comes after a pointer is of what it points to.
 * -EINVAL: no path; -ENOENT: no such member or element; as it was read, of a pointer; -EIO: types are damaged. */
int value_follow(struct value_reader *v, struct value *at, const char *path);
/* "": the whole path is one. Where it is wrong is not told. */
int value_check_path(const char *path);

/* As it was read, when nothing of it can be; -EINVAL: of nothing (void, a function); -ENOMEM. */
int value_text(struct value_reader *v, const struct value *at, struct outbuf *out);
int value_json(struct value_reader *v, const struct value *at, struct outbuf *out);
/* The C text of a value that has no members or elements, without a newline; else its type and address. For tables. */
int value_short(struct value_reader *v, const struct value *at, struct outbuf *out);

/* The copy of CPU 0 of what a per-CPU pointer points to. -ENOENT: not known. */
int value_of_cpu(struct value_reader *v, uint64_t vaddr, unsigned int cpu, uint64_t *out);

#endif
