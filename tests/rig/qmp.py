#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Send one command to a QEMU monitor: qmp.py SOCKET TIMEOUT COMMAND [JSON-ARGUMENTS]"""

import json
import socket
import sys


def reply(stream):
    """The next answer; events in between are of no interest."""
    for line in stream:
        message = json.loads(line)
        if "error" in message:
            sys.exit("qmp: " + message["error"]["desc"])
        if "return" in message:
            return message["return"]
    sys.exit("qmp: connection closed")


def main():
    path, timeout, command = sys.argv[1:4]
    request = {"execute": command}
    if len(sys.argv) > 4:
        request["arguments"] = json.loads(sys.argv[4])

    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(float(timeout))
        sock.connect(path)
        stream = sock.makefile("rw", encoding="utf-8")
        stream.readline()  # greeting
        for message in {"execute": "qmp_capabilities"}, request:
            stream.write(json.dumps(message) + "\n")
            stream.flush()
            result = reply(stream)
        print(json.dumps(result))


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"qmp: {error}")
