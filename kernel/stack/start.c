/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/stack/start.h"

#include <elf.h>
#include <errno.h>

#include "base/fault.h"

/* struct inactive_task_frame of a kernel whose types do not tell: the same since 4.9, r15 r14 r13 r12 bx bp ret_addr */
#define FRAME64_BYTES	56u
#define FRAME64_BP	40u
#define FRAME64_IP	48u

int stack_start_fields(const struct knames *names, struct stack_start *out)
{
	int r;

	*out = (struct stack_start){
		.sp = KFIELD("?task_struct.thread.cpu_context.sp|task_struct.thread.sp|task_struct.thread.ksp|task_struct.thread.reg29|"
			     "task_struct.thread_info.cpu_context.sp"),
		.fp = KFIELD("?task_struct.thread.cpu_context.fp|task_struct.thread.s|task_struct.thread.reg30|"
			     "task_struct.thread_info.cpu_context.fp"),
		.pc = KFIELD("?task_struct.thread.cpu_context.pc|task_struct.thread.ra|task_struct.thread.reg31|"
			     "task_struct.thread_info.cpu_context.pc"),
		.frame = KFIELD("?inactive_task_frame"), .frame_bp = KFIELD("?inactive_task_frame.bp"),
		.frame_ip = KFIELD("?inactive_task_frame.ret_addr"),
	};
	r = kfields_resolve(names, &out->sp, kfields_count(*out));
	return error_is_passing(r) ? r : 0;
}

static uint64_t get(struct kreader *r, uint64_t task, const struct kfield *f)
{
	if (!f->known)
		return 0;
	return f->at.element_bytes ? (uint64_t)kget_at(r, task, f, 0) : kget_ptr(r, task, f);
}

static void read_x86(struct kreader *r, const struct stack_start *f, const struct unwind *u, struct unwind_frame *out)
{
	bool known = f->frame.known && f->frame_bp.known && f->frame_ip.known, wide = u->word_bytes == 8;
	uint64_t bytes = known ? f->frame.at.bytes : wide ? FRAME64_BYTES : 0, frame = out->sp;

	out->fp = kptr(r, frame + (known ? f->frame_bp.at.offset : FRAME64_BP));
	out->pc = kptr(r, frame + (known ? f->frame_ip.at.offset : FRAME64_IP));
	out->sp = frame + bytes;
	if (!bytes)
		kreader_fail(r, -ENOTSUP, frame);
}

int stack_start(struct kreader *r, const struct stack_start *f, const struct unwind *u, uint64_t task, struct unwind_frame *out)
{
	int error;

	*out = (struct unwind_frame){ .sp = get(r, task, &f->sp), .fp = get(r, task, &f->fp), .pc = get(r, task, &f->pc) };
	error = kreader_take(r, NULL);
	if (error || !f->sp.known || !out->sp)
		return error ? error : -ENOTSUP;
	switch (u->arch->elf_machine) {
	case EM_X86_64:
	case EM_386:
		read_x86(r, f, u, out);
		break;
	case EM_S390:
		/* its caller's registers are where it was called from has its stack */
		out->pc = kptr(r, out->sp + u->link_offset);
		break;
	case EM_PPC64:
		/* _switch has a frame of its own, and LR in that of its caller */
		out->sp = kptr(r, out->sp);
		out->pc = kptr(r, out->sp + 16);
		break;
	default:
		break;
	}
	return kreader_take(r, NULL);
}
