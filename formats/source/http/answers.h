/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process that reads from servers sends to who asks (protocol.h). Sending waits until there is room: who asks takes
 * what comes at all times.
 *
 * Only jobs.c and transfer.c include this. Threads: that of the jobs.
 */
#ifndef VMCOREFS_FORMATS_SOURCE_HTTP_ANSWERS_H
#define VMCOREFS_FORMATS_SOURCE_HTTP_ANSWERS_H

#include "formats/source/http/jobs.h"
#include "formats/source/http/protocol.h"

struct http_ring;

/* From now on through these, which are borrowed. */
void answers_to(int fd, struct http_ring *ring);
/* False: something could not be sent; nobody is there any more. */
bool answers_are_taken(void);

/* Bytes of the part; they may be kept back for a while. False: as above. */
bool answer_data(const struct http_job *j, const void *p, size_t n);
/* What is kept back. False: as above. */
bool answers_flush(void);
/* HTTP_NOTE or HTTP_DONE. */
void answer_text(enum http_answer_type type, const struct http_job *j, int r, const char *text);

#endif
