/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/debuginfo/type_printer.h"

#include <errno.h>

#define MAX_STEPS	(1u << 17)	/* members, parameters, enumerators of one definition */

bool type_printer_goes_on(struct type_printer *p, const struct outbuf *out)
{
	return p->steps++ < MAX_STEPS && out->len < TYPE_TEXT_MAX / (p->depth + 1) && !out->error;
}

int type_printer_result(const struct type_printer *p, const struct outbuf *out)
{
	return out->error ? out->error : p->damaged ? -EIO : 0;
}
