#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 7200
# Damaged dumps of every format, against limits on time, memory, status and messages: tests/hostile/hostile.
# HOSTILE=N inputs (default 2000; a night: 10000), HOSTILE_SEED.
. tests/lib.sh

exec python3 tests/hostile/hostile --inputs "${HOSTILE:-2000}" --seed "${HOSTILE_SEED:-1}" "$T"
