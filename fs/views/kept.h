/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that take work to make, as layouts (base/layout.h). Each is made when it is first wanted, by one for all who want it at
 * once. One that nobody has open any more is kept for the next one who opens it, as long as those that are kept do not exceed
 * limits: on their number, on their bytes in temporary files, and on their memory. Who was used last goes last; what is open
 * never goes. The size of a file is remembered for ever, and it is made of what does not change: that it was gone shows in
 * the time that it takes only.
 *
 * That a file cannot be made is remembered as long, but for passing faults (base/fault.h). When it is room that lacks (on
 * the disk, in memory, of descriptors), all that nobody has open goes, and there is another try.
 *
 * Threads: any; kept_init(), kept_free(): before mount, after unmount. The lock inside is a leaf, held for looking up only.
 */
#ifndef VMCOREFS_FS_VIEWS_KEPT_H
#define VMCOREFS_FS_VIEWS_KEPT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/layout.h"
#include "base/outbuf.h"

struct made;

/* One of the files. Begins as zeroes; in place as long as the kept it was handed to. */
struct image {
	struct made *made;		/* NULL: it is not there (yet, or any more) */
	uint64_t size, data_bytes;	/* of the layout that was there last */
	bool known;			/* they are */
};

struct kept {
	pthread_mutex_t lock;		/* for what follows, and for all images */
	struct made *newest, *oldest;
	uint64_t max_spool;		/* bytes in temporary files */
	size_t max_files;
};

/* 0 or -errno. */
typedef int kept_make(void *arg, struct layout **out);

void kept_init(struct kept *k, uint64_t max_spool);
void kept_free(struct kept *k);		/* nobody has a file open */

/* The file, made by make(arg) if need be; one reference for the caller. name: for who asks what is kept. */
int kept_get(struct kept *k, struct image *im, const char *name, kept_make *make, void *arg, struct layout **out);
/* Is there no work in getting it? */
bool kept_is_there(struct kept *k, const struct image *im);
/* Its exact size and its bytes that are not in holes, if they are known. */
bool kept_size(struct kept *k, const struct image *im, uint64_t *size, uint64_t *data_bytes);

/* Lines about the temporary files that there are, and about the limit; nothing when there are none. */
void kept_render(struct kept *k, struct outbuf *out);

#endif
