#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# level-N/dump and level-N/elf of 6.1 with 5-level page tables and at its linked address: as makedumpfile -d N.
. tests/real/levels.sh

sets v61-la57 v61-nokaslr mdf-new
compare_levels v61-la57 0 1 2 4 8 16 31
compare_levels v61-nokaslr 0 1 2 4 8 16 31
done_testing
