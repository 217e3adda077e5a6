# SPDX-License-Identifier: GPL-2.0-or-later
# For drgn: what tests/tools/list_tasks prints, in the order of pids.
import sys

from drgn.helpers.linux.fs import for_each_file
from drgn.helpers.linux.pid import for_each_task
from drgn.helpers.linux.sched import task_state_to_char

out = sys.stdout.buffer
for task in for_each_task(prog):
    out.write(b"%d %s %s\n" % (task.pid.value_(), task.comm.string_(), task_state_to_char(task).encode()))
    for fd, file in for_each_file(task):
        if file:                # else reserved, not opened yet
            out.write(b"  %d %s\n" % (fd, file.f_path.dentry.d_name.name.string_()))
