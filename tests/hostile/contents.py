# SPDX-License-Identifier: GPL-2.0-or-later
"""Samples whose headers are whole and whose contents are damaged: what a kernel has in its memory, and the files that are
given beside a dump (a vmlinux, a VMCOREINFO text, rules).

Memory is that of the bundled dumps as ELF files, where it can be found and changed. Fields are the words of kernel objects:
those at the symbols below, and of what these point to, twice. Their order is 'p' for words that may get addresses, too.
"""
import mmap
import os
import re
import shutil
import struct
import subprocess
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

# what a view reads first, and how much of it
SYMBOLS = {
    'kallsyms_num_syms': 8, 'kallsyms_relative_base': 8, 'kallsyms_names': 256, 'kallsyms_markers': 64,
    'kallsyms_token_table': 256, 'kallsyms_token_index': 64, 'kallsyms_offsets': 64, 'kallsyms_seqs_of_names': 16,
    '__start_BTF': 1024, 'prb': 8, 'printk_rb_static': 128, 'clear_seq': 16, 'log_buf': 8, '__log_buf': 64,
    'log_first_idx': 8, 'log_next_idx': 8, 'init_task': 4096, 'init_mm': 512, 'init_fs': 64, 'init_files': 256, 'init_cred': 128,
    'init_nsproxy': 64, 'init_pid_ns': 128, 'init_struct_pid': 128, 'modules': 16, 'mem_section': 8, 'node_data': 64, 'contig_page_data': 1024,
    '__per_cpu_offset': 32, 'slab_caches': 16, 'vmap_area_list': 16, 'vmap_area_root': 8, 'super_blocks': 16,
    'init_uts_ns': 512, 'linux_banner': 64, 'saved_command_line': 8, 'crashing_cpu': 8, 'panic_cpu': 8, 'tainted_mask': 8,
    '__cpu_online_mask': 8, 'nr_cpu_ids': 8, 'init_top_pgt': 4096, 'swapper_pg_dir': 4096, '__start_orc_unwind': 64,
    '__start___jump_table': 64, '__start_mcount_loc': 64, '__ksymtab_start': 64, 'init_net': 256,
}
WORDS = 24              # of one object that are damaged
POINTED = 8             # of what one points to
VIEWS = (
    'proc/kallsyms', 'types/task_struct', 'types/task_struct.h', 'types/by-size/64', 'types/by-member/tasks',
    'struct/task_struct@init_task', 'struct/task_struct@init_task.parent.comm', 'var/init_task', 'var/init_mm', 'var/modules',
    'json/struct/task_struct@init_task', 'json/var/runqueues', 'list/task_struct.tasks@init_task.tasks',
    'list/task_struct.tasks@init_task.tasks,pid,comm', 'list/kmem_cache.list@slab_caches,name',
    'list/vmap_area.list@vmap_area_list', 'text/schedule', 'text/panic', 'symbols/schedule', 'symbols/init_task',
    'percpu/runqueues/0', 'percpu/runqueues/1', 'addr/init_task', 'addr/schedule', 'addr/jiffies', 'virt/init_task+64',
    'vtop/init_task', 'vtop/schedule', 'proc/1/status', 'proc/1/stat', 'proc/1/cmdline', 'proc/2/status', 'proc/1/limits',
    'dmesg-raw', 'kmsg', 'dmesg-partial', 'vmcore-dmesg', 'vmcoreinfo', 'README', 'crash.cmd', 'gdb.cmd', 'drgn.cmd',
    'level-31/elf', 'level-31/report', 'level-31+vmemmap/dump', 'level-8/raw', 'report',
)
ALWAYS = ('info', 'dmesg')
ARCHES = ('s390x', 'i386pae', 'armv7', 'ppc64el', 'mips64el', 'riscv64', 'a64-512')

RULES = '''# what goes
erase saved_command_line
erase init_task.comm size 16
erase init_uts_ns.name.nodename
erase init_task.parent nullify
erase string vmlinux
for p in init_task.tasks within task_struct:tasks
erase p.comm
erase p.mm.exe_file.f_path.dentry.d_iname size 8K
endfor
[nfs]
erase nfs_client.cl_hostname
'''


def program():
    return os.environ.get('VMCOREFS') or os.path.join(os.environ.get('BUILD', 'build'), 'vmcorefs')


def view(name, *arguments):
    return subprocess.run([program(), '--cat', name, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False).stdout


class Memory:
    """An ELF file of memory: where addresses are in it, and the words there."""
    def __init__(self, path):
        # not read as a whole: what this process takes is counted as that of the programs that it starts
        with open(path, 'rb') as f:
            self.data = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)
        self.word = 8 if self.data[4] == 2 else 4
        self.order = '<' if self.data[5] == 1 else '>'
        wide = self.word == 8
        phoff, = struct.unpack_from(self.order + ('Q' if wide else 'I'), self.data, 32 if wide else 28)
        size, n = struct.unpack_from(self.order + 'HH', self.data, 54 if wide else 42)
        self.maps = []
        for i in range(n):
            at = phoff + i * size
            if wide:
                kind, _, offset, vaddr, paddr, filesz = struct.unpack_from(self.order + 'IIQQQQ', self.data, at)
            else:
                kind, offset, vaddr, paddr, filesz = struct.unpack_from(self.order + 'IIIII', self.data, at)
            if kind == 1 and filesz:
                self.maps.append((vaddr, paddr, filesz, offset))

    def offset_of(self, vaddr):
        for start, _, size, offset in self.maps:
            if start and start <= vaddr < start + size:
                return offset + vaddr - start
        return None

    def value(self, offset):
        return int.from_bytes(self.data[offset:offset + self.word], 'little' if self.order == '<' else 'big')


def add_object(sample, memory, name, vaddr, size, most, depth):
    """Words of it, evenly; and of what they point to."""
    offset = memory.offset_of(vaddr)
    if offset is None or vaddr in sample.known:
        return
    sample.known.add(vaddr)
    sample.addresses.append(vaddr)
    words = max(1, size // memory.word)
    for i in range(0, words, max(1, words // most)):
        at = offset + i * memory.word
        # what is not stored reads as zeroes, and is not read
        if at + memory.word > len(memory.data):
            break
        sample.field('%s+%#x' % (name, i * memory.word), at, memory.word, 'p' if memory.order == '<' else 'P')
        target = memory.value(at) & -memory.word
        if depth and memory.offset_of(target) is not None:
            add_object(sample, memory, '%s+%#x->' % (name, i * memory.word), target, 8 * POINTED, POINTED, depth - 1)
    sample.areas.append((name, offset, min(4096, size)))


def described_memory(sample, dump):
    if not os.path.exists(sample.path):
        with open(sample.path, 'wb') as f:
            subprocess.run([program(), '--cat', 'elf', dump], stdout=f, stderr=subprocess.DEVNULL, check=True)
    memory = Memory(sample.path)
    sample.known, sample.addresses, sample.areas = set(), [0, 1, 0xffff800000000000 % (1 << 8 * memory.word)], []
    found = {}
    wanted = '|'.join(SYMBOLS).encode()
    for m in re.finditer(rb'^([0-9a-f]+) \S (' + wanted + rb')$', view('proc/kallsyms', dump), re.M):
        found.setdefault(m.group(2).decode(), int(m.group(1), 16))
    for m in re.finditer(rb'SYMBOL\((\w+)\)=([0-9a-f]+)', view('vmcoreinfo', dump)):
        found.setdefault(m.group(1).decode(), int(m.group(2), 16))
    for name, address in sorted(found.items()):
        add_object(sample, memory, name, address, SYMBOLS.get(name, 64), WORDS, 2)
    sample.views = VIEWS
    return memory


def samples(folder, make, add_texts, copied):
    """make(name, path): an empty Sample; copied: text of the files beside, which a change may make longer."""
    corpus = os.path.join(TESTS, 'corpus')
    tiny = os.path.join(corpus, 'tiny61.kdump')
    sample = make('memory', os.path.join(folder, 'memory'))
    described_memory(sample, tiny)
    yield sample
    for arch in ARCHES:
        sample = make('memory-' + arch, os.path.join(folder, 'memory-' + arch))
        memory = described_memory(sample, os.path.join(corpus, 'arch', arch + '.kdump'))
        add_texts(sample, memory.data[:1 << 16])
        yield sample
    # files beside a dump, which is not changed and stands in the folder of the samples
    dump = os.path.join(corpus, 'arch', 's390x.kdump')
    info = view('vmcoreinfo', tiny)
    yield copied('given-vmcoreinfo', info, lambda path: ['-i', path, tiny], ('info', 'dmesg', 'level-31/dump', 'report'))
    yield copied('given-rules', RULES.encode(), lambda path: ['-o', 'erase=' + path, tiny],
                 ('info', 'dmesg', 'eraseinfo', 'level-31/elf'))
    yield copied('given-rules-s390x', b'erase string Linux\nerase string abcd\n', lambda path: ['-o', 'erase=' + path, dump],
                 ('info', 'eraseinfo', 'elf'))
    if not shutil.which('gcc'):
        return
    text = os.path.join(folder, 'vmcoreinfo')
    with open(text, 'wb') as f:
        f.write(info)
    version = re.search(rb'^version: (.*)$', view('info', tiny), re.M).group(1).decode()
    for debug in ('yes', 'btf'):
        name = 'given-vmlinux' + ('-btf' if debug == 'btf' else '')
        sample = make(name, os.path.join(folder, name))
        subprocess.run([sys.executable, os.path.join(TESTS, 'tools', 'make-vmlinux'), text, sample.path, 'version=' + version,
                        'mem_section=ffffffff833aa798', 'debug=' + debug], check=True, stdout=subprocess.DEVNULL)
        sample.arguments = lambda path: ['-x', path, tiny]
        sample.views = ('info', 'vmcoreinfo', 'proc/kallsyms', 'types/list_head', 'symbols/init_uts_ns', 'struct/page@0',
                        'level-31/report', 'addr/init_uts_ns')
        add_elf(sample)
        yield sample


def add_elf(sample):
    """Headers of an ELF64 file, symbols, and the beginnings of its sections."""
    with open(sample.path, 'rb') as f:
        data = f.read()
    for name, at, size in (('type', 16, 2), ('machine', 18, 2), ('phoff', 32, 8), ('shoff', 40, 8), ('phentsize', 54, 2), ('phnum', 56, 2),
                           ('shentsize', 58, 2), ('shnum', 60, 2), ('shstrndx', 62, 2)):
        sample.field('ehdr.' + name, at, size, '<')
    shoff, = struct.unpack_from('<Q', data, 40)
    n, = struct.unpack_from('<H', data, 60)
    for i in range(n):
        at = shoff + 64 * i
        offset, size = struct.unpack_from('<QQ', data, at + 24)
        for name, o, s in (('name', 0, 4), ('type', 4, 4), ('flags', 8, 8), ('offset', 24, 8), ('size', 32, 8), ('link', 40, 4),
                           ('info', 44, 4), ('addralign', 48, 8), ('entsize', 56, 8)):
            sample.field('shdr%d.%s' % (i, name), at + o, s, '<')
        sample.places[''].update((at, offset, offset + size))
        if struct.unpack_from('<I', data, at + 4)[0] == 8:
            continue
        for k in range(0, min(size, 512) - 3, 4):
            sample.field('section%d+%#x' % (i, k), offset + k, 4, '<')
        sample.areas.append(('section%d' % i, offset, size))
