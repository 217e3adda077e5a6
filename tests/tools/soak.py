#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""soak.py MOUNT REFERENCES SEED SECONDS: random operations on random views, whose bytes must be those in REFERENCES.

REFERENCES is a folder with a file for each view (/ in its name is +). Any error ends it with a message and status 1, unless
REFERENCES/.killed is there: then who served the mount was killed, and an error is the end, not a fault.
"""
import os
import random
import sys
import time

mount, references, seed, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
rng = random.Random(seed)
views = sorted(name for name in os.listdir(references) if not name.startswith('.'))
listings = {}
opened = []
done = 0


def open_one():
    name = rng.choice(views)
    reference = os.open(os.path.join(references, name), os.O_RDONLY)
    try:
        view = os.open(os.path.join(mount, name.replace('+', '/')), os.O_RDONLY)
    except OSError:
        os.close(reference)
        raise
    opened.append((name, view, reference, os.fstat(reference).st_size))
    if os.fstat(view).st_size != opened[-1][3]:
        raise ValueError('%s: size %d' % (name, os.fstat(view).st_size))


def close_one():
    _, view, reference, _ = opened.pop(rng.randrange(len(opened)))
    os.close(view)
    os.close(reference)


def read_one():
    name, view, reference, size = rng.choice(opened)
    offset = rng.randrange(size + 5000)
    if rng.random() < .5:
        offset = max(0, (offset & ~4095) + rng.choice([-1, 0, 1]))
    n = rng.choice([1, 7, 4096, 4097, 65536, 1 << 20])
    got, want = os.pread(view, n, offset), os.pread(reference, n, offset)
    if got != want[:len(got)]:
        raise ValueError('%s: %d bytes at %d differ' % (name, n, offset))
    if len(got) < len(want):    # what the kernel had when who served it was killed
        raise OSError('%s: %d bytes of %d at %d' % (name, len(got), n, offset))


def seek_one():
    name, view, reference, size = rng.choice(opened)
    offset = rng.randrange(size)
    try:
        data = os.lseek(view, offset, os.SEEK_DATA)
    except OSError as e:
        if e.errno != 6:        # ENXIO: a hole up to the end
            raise
        data = size
    n = min(data - offset, 1 << 20)
    if any(os.pread(reference, n, offset)):
        raise ValueError('%s: no hole at %d' % (name, offset))


def list_one():
    folder = rng.choice(['', 'notes', 'level-31', 'pfn'])
    now = sorted(os.listdir(os.path.join(mount, folder)))
    if not now:                 # below the mount
        raise OSError('%s: an empty listing' % folder)
    if listings.setdefault(folder, now) != now:
        raise ValueError('%s: another listing' % folder)


def stat_one():
    name = rng.choice(views)
    os.stat(os.path.join(mount, name.replace('+', '/')))
    try:
        os.stat(os.path.join(mount, 'no-such-name-%d' % rng.randrange(10)))
        raise ValueError('a name that is not there')
    except FileNotFoundError:
        pass


end = time.monotonic() + seconds
try:
    while time.monotonic() < end:
        if not opened or (len(opened) < 12 and rng.random() < .1):
            open_one()
        elif rng.random() < .08:
            close_one()
        else:
            rng.choice([read_one, read_one, read_one, seek_one, list_one, stat_one])()
        done += 1
except (OSError, ValueError) as e:
    if not os.path.exists(os.path.join(references, '.killed')) or isinstance(e, ValueError):
        print('seed %d, operation %d: %s' % (seed, done, e))
        sys.exit(1)
print(done)
