#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# mips64el 6.1: memory as it was, without any note.
. tests/real/lib.sh
. tests/real/arch-lib.sh
need_root
need_fuse

sets mips64el

info_has mips64el elf "architecture: mips64" "page-size: 4096" "page-table-levels: 3"
log_is_complete mips64el elf
kernel_pages mips64el elf
free_pages mips64el elf
done_testing
