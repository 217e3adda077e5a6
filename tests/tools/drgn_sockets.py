# SPDX-License-Identifier: GPL-2.0-or-later
# drgn_sockets.py: the sockets of the first network name space that processes have open, as drgn finds them from the tasks on:
# "tcp tcp6 udp udp6 raw raw6: FILE PORT PEER STATE INODE", "unix TYPE STATE INODE". Those that are in no table are left out.
from drgn import container_of
from drgn.helpers.linux.fs import for_each_file
from drgn.helpers.linux.pid import for_each_task

found = set()
init_net = prog['init_net'].address_of_()

for task in for_each_task(prog):
    for fd, file in for_each_file(task):
        if not file or file.f_inode.i_mode.value_() & 0o170000 != 0o140000:
            continue
        alloc = container_of(file.f_inode, 'struct socket_alloc', 'vfs_inode')
        sk = alloc.socket.sk
        if not sk or sk.__sk_common.skc_net.net != init_net:
            continue
        inode, family = file.f_inode.i_ino.value_(), sk.__sk_common.skc_family.value_()
        state, kind = sk.__sk_common.skc_state.value_(), sk.sk_type.value_()
        if family == 1:
            found.add('unix %04X %s %d' % (kind, {1: '03'}.get(state, '01'), inode))
        elif family in (2, 10) and kind in (1, 2, 3):
            port = sk.__sk_common.skc_num.value_()
            peer = int.from_bytes(sk.__sk_common.skc_dport.value_().to_bytes(2, 'little'), 'big')
            if kind == 1 and state == 7 or not port and kind != 3:
                continue
            if kind == 3 and family == 2:
                peer = 0
            found.add('%s%s %04X %04X %02X %d' % ({1: 'tcp', 2: 'udp', 3: 'raw'}[kind], '6' if family == 10 else '', port, peer,
                                                 state, inode))
print('\n'.join(sorted(found)))
