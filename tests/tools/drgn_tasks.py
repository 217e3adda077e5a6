# SPDX-License-Identifier: GPL-2.0-or-later
# For drgn: all tasks with the kernel frames of their stacks. User frames go on as far as user pages are stored.
import drgn
from drgn.helpers.linux.pid import for_each_task

wide = bool(prog.platform.flags & drgn.PlatformFlags.IS_64_BIT)
first = 1 << 63 if wide else 1 << 31
# canonical addresses: drgn takes what a stack's end holds for one of QEMU's ELF, where user addresses are physical ones
if prog.platform.arch == drgn.Architecture.X86_64:
    first = 0xffff << 48
# s390x has kernel and user addresses of its own each
if prog.platform.arch == drgn.Architecture.S390X:
    first = 0


def name_of(frame):
    try:
        return frame.name
    except AttributeError:      # drgn before 0.0.26
        return str(frame)


print(prog.platform)
for task in for_each_task(prog):
    print("task", task.pid.value_(), task.comm.string_())
    try:
        for frame in prog.stack_trace(task):
            try:
                if frame.pc >= first:
                    print("   %#x %s" % (frame.pc, name_of(frame)))
            except LookupError:
                print("   ?")
    except (ValueError, LookupError, drgn.FaultError, NotImplementedError) as error:
        print("   no stack:", type(error).__name__)
