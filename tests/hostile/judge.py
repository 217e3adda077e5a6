# SPDX-License-Identifier: GPL-2.0-or-later
"""What a damaged input may do: end in time, in little memory, with status 0 or 32, and say why in one line."""
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading

# raw is as large as memory is said to be: its first MiB. The costly ones of the real dump are read of each third input.
VIEWS = ('info', 'dmesg', 'level-31/dump', 'level-1/dump.zstd', 'elf', 'kdump-compressed', 'raw', 'report')
HEAD = 1 << 20
SECONDS = 10            # of the processors; a machine that is busy with other things takes longer
PATIENCE = 6            # times as long on the clock, for what waits forever
MEBIBYTES = 64
DATA = 4 << 30          # of memory, so that a failure is not the machine's
LINES = 24
SANITIZER = re.compile(r'Sanitizer|runtime error:')


class Judge:
    def __init__(self, program, sanitized):
        self.program, self.sanitized = program, sanitized
        self.seconds = SECONDS * (6 if sanitized else 1)
        self.env = dict(os.environ, LC_ALL='C', TZ='UTC')

    def run(self, view, arguments):
        """(status, stderr, KiB, seconds of the processors)"""
        with tempfile.TemporaryFile() as errors:
            p = subprocess.Popen([self.program, '--cat', view] + arguments, stdin=subprocess.DEVNULL, stderr=errors,
                                 stdout=subprocess.PIPE if view == 'raw' else subprocess.DEVNULL, env=self.env)
            try:
                resource.prlimit(p.pid, resource.RLIMIT_CPU, (self.seconds + 1, self.seconds + 2))
                if not self.sanitized:
                    resource.prlimit(p.pid, resource.RLIMIT_DATA, (DATA, DATA))
            except ProcessLookupError:
                pass
            timer = threading.Timer(PATIENCE * self.seconds, p.kill)
            timer.start()
            if view == 'raw':
                left = HEAD
                while left > 0:
                    got = p.stdout.read(min(left, 1 << 16))
                    if not got:
                        break
                    left -= len(got)
                p.stdout.close()
            _, status, usage = os.wait4(p.pid, 0)
            timer.cancel()
            p.returncode = os.waitstatus_to_exitcode(status)
            errors.seek(0)
            return p.returncode, errors.read(1 << 16).decode('utf-8', 'replace'), usage.ru_maxrss, usage.ru_utime + usage.ru_stime

    def complaint(self, view, arguments, pages):
        """What is wrong with how it went, or None."""
        status, errors, kib, seconds = self.run(view, arguments)
        allowed = (0, 32) if view != 'raw' else (0, 32, -signal.SIGPIPE)
        lines = errors.splitlines()
        said = [line for line in lines if not line.startswith('vmcorefs: warning: ')]
        if SANITIZER.search(errors):
            return 'sanitizer: ' + errors[:3000]
        if seconds > self.seconds or status in (-signal.SIGKILL, -signal.SIGXCPU):
            return 'time: %.1f s, status %d' % (seconds, status)
        if status not in allowed:
            return 'status %d: %s' % (status, errors[:300])
        if not self.sanitized and kib > MEBIBYTES * 1024 + pages // 1024:
            return 'memory: %d MiB' % (kib // 1024)
        if status == 32 and len(said) != 1:
            return 'status 32, %d lines say why: %s' % (len(said), errors[:1500])
        # messages about the log call it dmesg, whatever its form
        if status == 32 and not any(name in said[0] for name in [view, 'dmesg: '] + [a.split('=')[-1] for a in arguments]):
            return 'status 32, neither the file nor the view is named: %s' % errors[:1500]
        if len(lines) > LINES or len(set(lines)) < len([line for line in lines if 'more like this' not in line]):
            return 'too many lines: %s' % errors[:1500]
        if any(not line.startswith('vmcorefs: ') or not line.isprintable() or len(line) > 500 for line in lines):
            return 'no clear line: %r' % errors[:600]
        return None
