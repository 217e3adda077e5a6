# SPDX-License-Identifier: GPL-2.0-or-later
# For drgn: what the files of processes in proc/ must say. One file a line, fields with tabs between: its path, what is compared,
# and the expected value as JSON: a folder's names; fields of a line by number, lines by name, the whole text (bytes as latin-1).
import json

import drgn
from drgn.helpers.linux.cgroup import cgroup_path
from drgn.helpers.linux.fs import d_path, for_each_file, for_each_mount, mount_dst, mount_fstype, mount_src
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.mm import access_remote_vm, for_each_vma
from drgn.helpers.linux.pid import for_each_task
from drgn.helpers.linux.sched import task_state_to_char

FAULTS = (drgn.FaultError, LookupError, ValueError, drgn.ObjectAbsentError)
page = prog["PAGE_SIZE"].value_()
PF_KTHREAD, PF_WQ_WORKER = 0x200000, 0x20


def tell(path, how, what):
    print(path, how, json.dumps(what), sep="\t")


def text(raw):
    return raw.decode("latin-1")


def have(variable):
    try:
        prog.variable(variable)
        return True
    except LookupError:
        return False


def counters(mm):
    """Pages by kind: file, anonymous, swapped, shared memory."""
    try:
        return [max(0, c.counter.value_()) for c in mm.rss_stat.count]
    except AttributeError:
        from drgn.helpers.linux.percpu import percpu_counter_sum
        return [max(0, percpu_counter_sum(c.address_of_())) for c in mm.rss_stat]


def stat(task, mm, whole):
    signal = task.signal
    threads = list(list_for_each_entry("struct task_struct", signal.thread_head.address_of_(), "thread_node")) if whole else [task]
    fields = {
        0: task.pid.value_(), 3: task.real_parent.tgid.value_(), 8: task.flags.value_(),
        4: signal.pids[2].numbers[0].nr.value_(), 5: signal.pids[3].numbers[0].nr.value_(),
        9: sum(t.min_flt.value_() for t in threads) + (signal.min_flt.value_() if whole else 0),
        11: sum(t.maj_flt.value_() for t in threads) + (signal.maj_flt.value_() if whole else 0),
        10: signal.cmin_flt.value_(), 15: signal.cutime.value_() // 10**7, 16: signal.cstime.value_() // 10**7,
        17: task.prio.value_() - 100, 18: task.static_prio.value_() - 120, 19: signal.nr_threads.value_(),
        21: task.start_boottime.value_() // 10**7, 22: mm.total_vm.value_() * page if mm else 0,
        23: sum(counters(mm)[i] for i in (0, 1, 3)) if mm else 0, 24: signal.rlim[5].rlim_cur.value_(),
        25: mm.start_code.value_() if mm else 0, 26: mm.end_code.value_() if mm else 0, 27: mm.start_stack.value_() if mm else 0,
        31: task.blocked.sig[0].value_() & 0x7fffffff, 37: task.exit_signal.value_(), 39: task.rt_priority.value_(),
        40: task.policy.value_(), 44: mm.start_data.value_() if mm else 0, 46: mm.start_brk.value_() if mm else 0,
        47: mm.arg_start.value_() if mm else 0, 50: mm.env_end.value_() if mm else 0,
    }
    return {str(i): v for i, v in fields.items()}


def status(task, mm):
    cred, kb = task.real_cred, page // 1024

    def ids(*names):
        return "\t".join(str(getattr(cred, name).val.value_()) for name in names)

    pid = task.thread_pid
    lines = {
        "Tgid": str(task.tgid.value_()), "Pid": str(task.pid.value_()),
        "PPid": str(task.real_parent.tgid.value_()), "Uid": ids("uid", "euid", "suid", "fsuid"), "Gid": ids("gid", "egid", "sgid", "fsgid"),
        "Threads": str(task.signal.nr_threads.value_()),
        "NSpid": "\t".join(str(pid.numbers[i].nr.value_()) for i in range(pid.level.value_() + 1)),
        "SigBlk": "%016x" % task.blocked.sig[0].value_(),
        "voluntary_ctxt_switches": str(task.nvcsw.value_()), "nonvoluntary_ctxt_switches": str(task.nivcsw.value_()),
    }
    try:
        caps = cred.cap_effective.val.value_()
    except AttributeError:
        caps = cred.cap_effective.cap[0].value_() | cred.cap_effective.cap[1].value_() << 32
    lines["CapEff"] = "%016x" % caps
    handlers = [task.sighand.action[i].sa.sa_handler.value_() for i in range(64)] if task.sighand else []
    lines["SigIgn"] = "%016x" % sum(1 << i for i, h in enumerate(handlers) if h == 1)
    lines["SigCgt"] = "%016x" % sum(1 << i for i, h in enumerate(handlers) if h > 1)
    if task.files:
        lines["FDSize"] = str(task.files.fdt.max_fds.value_())
    if mm:
        c = counters(mm)
        lines.update({"VmSize": "%d kB" % (mm.total_vm.value_() * kb), "RssFile": "%d kB" % (c[0] * kb),
                      "RssAnon": "%d kB" % (c[1] * kb), "VmSwap": "%d kB" % (c[2] * kb), "RssShmem": "%d kB" % (c[3] * kb),
                      "VmData": "%d kB" % (mm.data_vm.value_() * kb), "VmPTE": "%d kB" % (mm.pgtables_bytes.counter.value_() // 1024)})
    return lines


def cmdline(task, mm):
    start, end = mm.arg_start.value_(), mm.arg_end.value_()
    return text(access_remote_vm(mm, start, end - start))


def link(path):
    """What a link to a file says: d_path() of the kernel."""
    dentry = path.dentry
    inode = dentry.d_inode
    dname = dentry.d_op.d_dname.value_() if dentry.d_op else 0
    name = text(dentry.d_name.name.string_())
    if dname and (dentry.d_parent != dentry or dentry != path.mnt.mnt_root):
        kind = prog.symbol(dname).name
        ino = inode.i_ino.value_() if inode else 0
        if kind == "ns_dname":
            ns = drgn.cast("struct ns_common *", inode.i_private)
            return "%s:[%d]" % (text(ns.ops.name.string_()), ino)
        return {"sockfs_dname": "socket:[%d]" % ino, "pipefs_dname": "pipe:[%d]" % ino, "anon_inodefs_dname": "anon_inode:" + name,
                "pidfs_dname": "anon_inode:[pidfd]"}.get(kind, "/%s (deleted)" % name)
    deleted = dentry.d_parent != dentry and not dentry.d_hash.pprev
    return text(d_path(path)) + (" (deleted)" if deleted else "")


def escape(name, what):
    return "".join("\\%03o" % ord(c) if c in what else c for c in name)


def maps(task, mm):
    lines = []
    shift = page.bit_length() - 1
    for vma in for_each_vma(mm):
        start, end, flags = vma.vm_start.value_(), vma.vm_end.value_(), vma.vm_flags.value_()
        dev = ino = offset = 0
        name = None
        if vma.vm_file:
            inode = vma.vm_file.f_inode
            dev, ino, offset = inode.i_sb.s_dev.value_(), inode.i_ino.value_(), vma.vm_pgoff.value_() << shift
            name = escape(link(vma.vm_file.f_path), "\n")
        elif vma.vm_ops and vma.vm_ops.name and prog.symbol(vma.vm_ops.name.value_()).name == "special_mapping_name":
            name = text(drgn.cast("struct vm_special_mapping *", vma.vm_private_data).name.string_())
        elif start < mm.brk.value_() and end > mm.start_brk.value_():
            name = "[heap]"
        elif start <= mm.start_stack.value_() <= end:
            name = "[stack]"
        line = "%08x-%08x %s%s%s%s %08x %02x:%02x %d " % (
            start, end, "-r"[flags & 1], "-w"[flags >> 1 & 1], "-x"[flags >> 2 & 1], "ps"[flags >> 7 & 1], offset, dev >> 20,
            dev & 0xfffff, ino)
        lines.append(line + (" " * max(1, 73 - len(line)) + name if name else "") + "\n")
    return "".join(lines)


def tell_files(path, task, mm):
    files = {}
    for fd, file in for_each_file(task):
        if not file:
            continue
        files[str(fd)] = link(file.f_path)
        closes = task.files.fdt.close_on_exec[fd // 64].value_() >> fd % 64 & 1
        want = {"pos": str(file.f_pos.value_()), "flags": "0%o" % (file.f_flags.value_() & ~0o2000000 | closes * 0o2000000),
                "mnt_id": str(drgn.container_of(file.f_path.mnt, "struct mount", "mnt").mnt_id.value_())}
        tell("%s/fdinfo/%d" % (path, fd), "lines", want)
    tell(path + "/fd", "links", files)
    if task.fs:
        tell(path + "/cwd", "link", link(task.fs.pwd))
        tell(path + "/root", "link", link(task.fs.root))
    if mm and mm.exe_file:
        tell(path + "/exe", "link", link(mm.exe_file.f_path))
    if task.nsproxy and task.fs:
        # the mount that the root is on, and those below; 7.x has one above it
        root = drgn.container_of(task.fs.root.mnt, "struct mount", "mnt")
        tell(path + "/mounts", "mounts", [[text(f(m)) for f in (mount_src, mount_dst, mount_fstype)] for m in for_each_mount(task.nsproxy.mnt_ns)
                                          if m == root or m.mnt_parent != m and m.mnt_id > root.mnt_id])
    if task.nsproxy:
        for name, ns in (("mnt", task.nsproxy.mnt_ns), ("net", task.nsproxy.net_ns), ("uts", task.nsproxy.uts_ns),
                         ("pid_for_children", task.nsproxy.pid_ns_for_children), ("user", task.real_cred.user_ns)):
            tell("%s/ns/%s" % (path, name), "link", "%s:[%d]" % (name.split("_")[0], ns.ns.inum.value_()))


def tell_task(path, task, whole):
    mm = task.mm if task.mm and not task.flags.value_() & PF_KTHREAD else None
    fields = stat(task, mm, whole)
    fields["2"] = task_state_to_char(task)
    tell(path + "/stat", "fields", fields)
    tell(path + "/schedstat", "fields", {"0": task.se.sum_exec_runtime.value_(), "2": task.sched_info.pcount.value_()})
    tell(path + "/status", "lines", status(task, mm))
    if not task.flags.value_() & (PF_WQ_WORKER | PF_KTHREAD):
        tell(path + "/comm", "text", text(task.comm.string_()) + "\n")
    visible = not have("cgrp_dfl_visible") or prog["cgrp_dfl_visible"]
    tell(path + "/cgroup", "lines", {"0": ":" + text(cgroup_path(task.cgroups.dfl_cgrp))} if visible else {})
    tell(path + "/oom_score_adj", "text", "%d\n" % task.signal.oom_score_adj.value_())
    tell_files(path, task, mm)
    if mm:
        tell(path + "/maps", "maps", maps(task, mm))
        try:
            tell(path + "/cmdline", "text", cmdline(task, mm))
        except FAULTS:
            pass


tasks = {}
for task in for_each_task(prog):
    tasks.setdefault(task.tgid.value_(), {})[task.pid.value_()] = task
tell(".", "numbers", sorted(tasks))
for tgid, threads in sorted(tasks.items()):
    tell("%d/task" % tgid, "numbers", sorted(threads))
    tell_task("%d" % tgid, threads[tgid], True)
    for tid, task in sorted(threads.items()):
        tell_task("%d/task/%d" % (tgid, tid), task, False)
