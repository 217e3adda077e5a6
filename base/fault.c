/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fault.h"

#include <errno.h>
#include <stddef.h>

static _Thread_local struct fault_watch *innermost;

bool error_is_passing(int r)
{
	switch (-r) {
	case EINTR:
	case EAGAIN:
	case ETIMEDOUT:
	case ECANCELED:
	case ENOMEM:
	case ENOSPC:
	case EDQUOT:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENETDOWN:
	case ENETUNREACH:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ECONNRESET:
	case ECONNREFUSED:
	case ECONNABORTED:
	case ESTALE:		/* the file on the server is another one now; the dump that was opened has no damage */
		return true;
	default:
		return false;
	}
}

void fault_watch_begin(struct fault_watch *w)
{
	w->fault = 0;
	w->outer = innermost;
	innermost = w;
}

int fault_watch_end(struct fault_watch *w)
{
	innermost = w->outer;
	fault_note(w->fault);
	return w->fault;
}

void fault_watch_drop(struct fault_watch *w)
{
	innermost = w->outer;
}

void fault_note(int r)
{
	if (innermost && !innermost->fault && error_is_passing(r))
		innermost->fault = r;
}

int fault_seen(void)
{
	return innermost ? innermost->fault : 0;
}
