/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/sched/signals.h"

#include "base/bytes.h"

#define SIGNALS 64u
#define STOP_STOPPED	1u		/* in signal_struct.flags: include/linux/sched/signal.h */
#define GROUP_EXIT	4u

int signals_layout(const struct knames *names, struct signals_layout *out)
{
	struct signals_fields f = {
		.signal = KFIELD("task_struct.signal"), .sighand = KFIELD("task_struct.sighand"),
		.pending = KFIELD("task_struct.pending.signal"), .blocked = KFIELD("task_struct.blocked"),
		.shared_pending = KFIELD("signal_struct.shared_pending.signal"), .action = KFIELD("sighand_struct.action"),
		.handler = KFIELD("k_sigaction.sa.sa_handler"), .nr_threads = KFIELD("signal_struct.nr_threads"),
		.rlim = KFIELD("signal_struct.rlim"), .flags = KFIELD("signal_struct.flags"),
		.group_exit_code = KFIELD("signal_struct.group_exit_code"), .exit_code = KFIELD("task_struct.exit_code"),
		.oom_score_adj = KFIELD("signal_struct.oom_score_adj"),
		.core_state = KFIELD("?signal_struct.core_state"), .tty = KFIELD("?signal_struct.tty"),
		.major = KFIELD("?tty_driver.major"), .minor_start = KFIELD("?tty_driver.minor_start"),
		.driver = KFIELD("?tty_struct.driver"), .index = KFIELD("?tty_struct.index"),
		.tty_pgrp = KFIELD("?tty_struct.ctrl.pgrp|tty_struct.pgrp"), .pid_nr = KFIELD("?pid.numbers"),
		.cred = KFIELD("task_struct.real_cred"), .ucounts = KFIELD("?cred.ucounts"),
		.ucount = KFIELD("?ucounts.rlimit|ucounts.ucount"),
		.sigpending_index = KFIELD("?rlimit_type.UCOUNT_RLIMIT_SIGPENDING|ucount_type.UCOUNT_RLIMIT_SIGPENDING"),
		.user = KFIELD("?cred.user"), .user_sigpending = KFIELD("?user_struct.sigpending"),
	};
	int r = kfields_resolve(names, (struct kfield *)&f, kfields_count(f));

	out->f = f;
	return r;
}

/* sigset_t: longs, the lowest first. */
static uint64_t read_set(struct kreader *r, uint64_t object, const struct kfield *f)
{
	uint64_t at = object + f->at.offset;

	if (kreader_word(r) == 8)
		return kuint(r, at, 8);
	return kuint(r, at, 4) | kuint(r, at + 4, 4) << 32;
}

static void read_handlers(struct kreader *r, const struct signals_fields *f, uint64_t sighand, struct task_signals *out)
{
	for (unsigned int i = 0; i < SIGNALS; i++) {
		uint64_t handler = kget_ptr(r, sighand + f->action.at.offset + i * f->action.at.element_bytes, &f->handler);

		if (handler == 1)
			out->ignored |= 1ull << i;
		else if (handler)
			out->caught |= 1ull << i;
	}
}

static void read_terminal(struct kreader *r, const struct signals_fields *f, uint64_t tty, struct task_signals *out)
{
	uint64_t driver = kget_ptr(r, tty, &f->driver), pgrp;
	uint32_t major = (uint32_t)kget(r, driver, &f->major);
	uint32_t minor = (uint32_t)(kget(r, driver, &f->minor_start) + kget(r, tty, &f->index));

	out->tty = (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
	pgrp = kget_ptr(r, tty, &f->tty_pgrp);
	out->tty_pgrp = pgrp ? (int)kuint(r, pgrp + f->pid_nr.at.offset, 4) : 0;
}

static uint64_t read_queued(struct kreader *r, const struct signals_fields *f, uint64_t task)
{
	uint64_t cred = kget_ptr(r, task, &f->cred);
	unsigned int word = kreader_word(r);

	if (f->ucounts.known && f->ucount.known && f->sigpending_index.known)
		return kuint(r, kget_ptr(r, cred, &f->ucounts) + f->ucount.at.offset + (uint64_t)f->sigpending_index.at.value * word, word);
	if (f->user.known && f->user_sigpending.known)
		return kuint(r, kget_ptr(r, cred, &f->user) + f->user_sigpending.at.offset, 4);
	return 0;
}

void signals_read(struct kreader *r, const struct signals_layout *l, uint64_t task, struct task_signals *out)
{
	const struct signals_fields *f = &l->f;
	uint64_t signal = kget_ptr(r, task, &f->signal), sighand = kget_ptr(r, task, &f->sighand), tty;
	unsigned int word = kreader_word(r), flags;
	uint64_t none = word == 8 ? UINT64_MAX : UINT32_MAX;

	*out = (struct task_signals){
		.has_process = sighand, .pending = read_set(r, task, &f->pending), .blocked = read_set(r, task, &f->blocked),
		.exit_code = (int)kget(r, task, &f->exit_code), .tty_pgrp = -1,
	};
	if (!signal)
		return;
	out->oom_score_adj = (int)kget(r, signal, &f->oom_score_adj);
	for (unsigned int i = 0; i < SIGNAL_LIMITS; i++) {
		uint64_t at = signal + f->rlim.at.offset + i * 2 * word;

		out->soft[i] = kuint(r, at, word);
		out->hard[i] = kuint(r, at + word, word);
		out->soft[i] = out->soft[i] == none ? UINT64_MAX : out->soft[i];
		out->hard[i] = out->hard[i] == none ? UINT64_MAX : out->hard[i];
	}
	if (!sighand)
		return;
	read_handlers(r, f, sighand, out);
	out->shared_pending = read_set(r, signal, &f->shared_pending);
	out->nr_threads = (unsigned int)kget(r, signal, &f->nr_threads);
	out->queued = read_queued(r, f, task);
	flags = (unsigned int)kget(r, signal, &f->flags);
	out->exited = flags & (GROUP_EXIT | STOP_STOPPED);
	out->group_exit_code = (int)kget(r, signal, &f->group_exit_code);
	out->dumping = f->core_state.known && kget_ptr(r, signal, &f->core_state);
	tty = f->tty.known && f->driver.known ? kget_ptr(r, signal, &f->tty) : 0;
	if (tty)
		read_terminal(r, f, tty, out);
}
