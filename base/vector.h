/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growable arrays: any `T *list`, with n elements in use of cap that there is room for, wherever their owner keeps the three.
 * All zero is an empty one. It grows by doubling while it is small and by a quarter when it is not, so that room that is
 * never used costs little.
 *
 * list, n and cap are lvalues and are evaluated more than once. All of these are 0, -ENOMEM (also beyond the limit of
 * base/memory.h), or -EOVERFLOW when there would be
 * more than max elements (for counts that come from a dump) or bytes than a size_t counts; list, n and cap are as before then.
 *
 * Threads: caller holds the lock of the array. Ownership: free(list) is the owner's.
 */
#ifndef VMCOREFS_BASE_VECTOR_H
#define VMCOREFS_BASE_VECTOR_H

#include <stddef.h>
#include <stdint.h>

/* What the macros below call: room for more elements of size bytes behind the first n. */
int vector_grow(void **list, size_t n, size_t *cap, size_t more, size_t max, size_t size);
/* Gives back what is behind n elements; the array stays as it is where that fails, or where n is 0. */
void vector_shrink(void **list, size_t n, size_t *cap, size_t size);

/* Room for more elements behind the n that are there; what is in it is undefined. */
#define vector_reserve_max(list, n, cap, more, max) ({			\
	void *list_ = (list);						\
	size_t cap_ = (cap);						\
	int r_ = vector_grow(&list_, (n), &cap_, (more), (max), sizeof(*(list)));	\
	(list) = list_;							\
	(cap) = cap_;							\
	r_; })
#define vector_reserve(list, n, cap, more) vector_reserve_max(list, n, cap, more, SIZE_MAX)

/* One more element, which is the last argument (a compound literal needs no brackets); not evaluated on failure. */
#define vector_push_max(list, n, cap, max, ...) ({			\
	size_t n_ = (n);						\
	int error_ = n_ < (cap) && n_ < (max) ? 0 : vector_reserve_max(list, n, cap, 1, max);	\
	if (!error_) {							\
		(list)[n_] = __VA_ARGS__;				\
		(n)++;							\
	}								\
	error_; })
#define vector_push(list, n, cap, ...) vector_push_max(list, n, cap, SIZE_MAX, __VA_ARGS__)

/* For arrays that do not grow any more. */
#define vector_trim(list, n, cap) do {					\
	void *list_ = (list);						\
	size_t cap_ = (cap);						\
	vector_shrink(&list_, (n), &cap_, sizeof(*(list)));		\
	(list) = list_;							\
	(cap) = cap_;							\
} while (0)

#endif
