/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a kernel log: what is said to be the cause stands in it, and is no longer than a line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/log/cause.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void is_of_log(const char *cause, const uint8_t *data, size_t size)
{
	if (!cause)
		return;
	if (!*cause || strlen(cause) >= LOG_CAUSE_LINE || strchr(cause, '\n') || !memmem(data, size, cause, strlen(cause)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log_cause *c = calloc(1, sizeof(*c));

	log_cause_text(c, (const char *)data, size);
	is_of_log(log_cause_panic(c), data, size);
	is_of_log(log_cause_fault(c), data, size);
	if (log_cause_panic(c) && log_cause_fault(c))
		abort();
	memset(c, 0, sizeof(*c));
	log_cause_kmsg(c, (const char *)data, size);
	is_of_log(log_cause_panic(c), data, size);
	is_of_log(log_cause_fault(c), data, size);
	memset(c, 0, sizeof(*c));
	log_cause_message(c, 0, (const char *)data, size);
	is_of_log(log_cause_panic(c), data, size);
	is_of_log(log_cause_fault(c), data, size);
	free(c);
	return 0;
}
