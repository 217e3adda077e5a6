/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a fuzz target over files and folders given on the command line: what the engine found, without the engine. */
#include <errno.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long replayed;

static int replay_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t size = (size_t)st->st_size;
	uint8_t *data;
	FILE *f;

	(void)ftw;
	if (type != FTW_F)
		return 0;
	f = fopen(path, "r");
	data = malloc(size ? size : 1);
	if (!f || !data || fread(data, 1, size, f) != size) {
		printf("%s: %s\n", path, strerror(errno));
		exit(1);
	}
	fclose(f);
	printf("%s\n", path);
	fflush(stdout);		/* the last name is the one that crashed */
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	replayed++;
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (nftw(argv[i], replay_file, 16, FTW_PHYS)) {
			printf("%s: %s\n", argv[i], strerror(errno));
			return 1;
		}
	}
	printf("%lu inputs replayed\n", replayed);
	return replayed ? 0 : 1;
}
