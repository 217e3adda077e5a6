/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a container gives, against what was put into it:
 *
 *   read_container [-r] [-t THREADS] [-u] FILE ORIGINAL
 *
 * Reads FILE as dumps are opened, 4096 bytes at a time: in order, with -r in a random order, and each thread all of it. Prints
 * "CONTAINERS: BYTES bytes[ of ORIGINAL BYTES][, truncated]: N same, N lost, N wrong": pages, of one thread or the worst. -u as -o unpack.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/source.h"
#include "formats/source/open.h"

#define PAGE 4096u
#define THREADS_MAX 32

static struct source *inside, *original;
static int random_order;

struct result { unsigned long same, lost, wrong; };

static void *read_all(void *arg)
{
	struct result *r = arg;
	uint64_t pages = (inside->size + PAGE - 1) / PAGE, step = 1, page = 0;
	char got[PAGE], want[PAGE];

	if (random_order)
		step = pages * 5 / 8 | 1;
	while (random_order && pages % step == 0 && step > 1)
		step += 2;
	for (uint64_t i = 0; i < pages; i++, page = (page + step) % pages) {
		size_t n = inside->size - page * PAGE < PAGE ? (size_t)(inside->size - page * PAGE) : PAGE;

		if (source_read(inside, got, n, page * PAGE))
			r->lost++;
		else if (source_read(original, want, n, page * PAGE) || memcmp(got, want, n))
			r->wrong++;
		else
			r->same++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct result results[THREADS_MAX] = { 0 }, *worst = results;
	pthread_t ids[THREADS_MAX];
	enum unpack_mode unpack = UNPACK_NEVER;
	int c, threads = 1;

	while ((c = getopt(argc, argv, "rut:")) != -1) {
		if (c == 'r')
			random_order = 1;
		else if (c == 'u')
			unpack = UNPACK_ALWAYS;
		else if (c == 't')
			threads = (int)strtol(optarg, NULL, 10);
	}
	if (argc - optind != 2 || threads < 1 || threads > THREADS_MAX) {
		fprintf(stderr, "usage: read_container [-r] [-u] [-t THREADS] FILE ORIGINAL\n");
		return 2;
	}
	if (source_open(argv[optind + 1], &original) || source_open_unpack(argv[optind], unpack, &inside))
		return 1;
	for (int i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, read_all, &results[i]))
			return 2;
	for (int i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		if (results[i].same < worst->same || results[i].wrong > worst->wrong)
			worst = &results[i];
	}
	printf("%s: %llu bytes", inside->container, (unsigned long long)inside->size);
	if (inside->size != original->size)
		printf(" of %llu", (unsigned long long)original->size);
	printf("%s: %lu same, %lu lost, %lu wrong\n", inside->truncated ? ", truncated" : "", worst->same, worst->lost,
	       worst->wrong);
	source_close(inside);
	source_close(original);
	return 0;
}
