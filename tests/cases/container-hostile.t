#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TIMEOUT: 300
# Any bytes as containers: the seeds of the fuzz targets, and each with one byte that is another.
. tests/lib.sh

for f in gzip xz zstd lz4 bzip2; do
	corpus=tests/fuzz/corpus/fuzz_$f
	is "$("$BUILD/tests/fuzz/replay_fuzz_$f" "$corpus" | tail -n 1)" "$(find "$corpus" -type f | wc -l) inputs replayed" "fuzz_$f: corpus"
	# each byte of each seed is another, up to a limit
	python3 - "$corpus" "$T/variants" <<'END'
import os, sys
src, dst = sys.argv[1:]
os.makedirs(dst, exist_ok=True)
for old in os.listdir(dst):
    os.unlink(os.path.join(dst, old))
for name in sorted(os.listdir(src)):
    data = open(os.path.join(src, name), 'rb').read()
    places = list(range(0, min(len(data), 24))) + list(range(24, len(data), max(1, len(data) // 12))) + list(range(-12, 0))
    for n, at in enumerate(places):
        bad = bytearray(data)
        if -len(data) <= at < len(data):
            bad[at] = (0, 255, bad[at] ^ 1, bad[at] ^ 0x80)[n % 4]
            open(os.path.join(dst, f'{name}-{n}'), 'wb').write(bad)
END
	is "$("$BUILD/tests/fuzz/replay_fuzz_$f" "$T/variants" | tail -n 1)" "$(find "$T/variants" -type f | wc -l) inputs replayed" \
		"fuzz_$f: damaged seeds"
done
done_testing
