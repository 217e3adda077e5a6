#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 3600
# level-N/dump and level-N/elf of 6.12: the pages that makedumpfile -d N keeps, with the same bytes, for all 32 levels.
. tests/real/levels.sh

sets v612-512 mdf-new
compare_levels v612-512 {0..31}
done_testing
