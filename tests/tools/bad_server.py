#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A server of one file that misbehaves: bad_server.py FILE SECONDS LOG, on 127.0.0.1. Writes its port to LOG.port.

http://127.0.0.1:PORT/MODE/ANY: what MODE is can be read below; ANY keeps the counts of requests apart. LOG has a line for
each request: path, range, status, bytes of the body that were sent. It ends by itself after SECONDS.
"""
import base64
import http.server
import os
import re
import socket
import struct
import sys
import threading
import time

path, seconds, log_path = sys.argv[1], float(sys.argv[2]), sys.argv[3]
with open(path, "rb") as f:
    content = f.read()
size = len(content)
lock = threading.Lock()
counts = {}
log = open(log_path, "w", buffering=1)
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER = "Mon, 07 Nov 1994 08:49:37 GMT"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *args):
        pass

    def note(self, status, sent):
        log.write(f"{self.path} {self.headers.get('Range', '-')} {status} {sent}\n")

    def plain(self, status, headers=(), body=b"sorry\n"):
        self.send_response(status)
        for k, v in headers:
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.note(status, len(body))

    def reset(self):
        """A connection that ends with RST."""
        self.note("reset", 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RD)
        self.connection.close()
        self.close_connection = True

    def send_body(self, body, piece=1 << 20, pause=0.0):
        sent = 0
        try:
            while sent < len(body):
                self.wfile.write(body[sent:sent + piece])
                sent += len(body[sent:sent + piece])
                time.sleep(pause)
        except OSError:
            self.close_connection = True
        self.note(206, sent)

    def do_GET(self):
        try:
            self.answer()
        except OSError:
            self.close_connection = True

    def answer(self):
        mode = self.path.split("/")[1]
        name, _, number = mode.partition("-")
        number = int(number or 0)
        with lock:
            counts[self.path] = nth = counts.get(self.path, 0) + 1

        # whole replies
        if name == "status":
            return self.plain(number)
        if name == "whole" or (name == "wholelater" and nth > 1):
            self.send_response(200)
            self.send_header("Content-Length", str(1 << 40))
            self.end_headers()
            return self.send_body(bytes(1 << 26), 1 << 16)
        if (name == "down" and os.path.exists(log_path + ".down")) or (name == "downafter" and nth > number):
            return self.plain(503, [("Retry-After", "0")])
        if name == "busy" and nth <= number:
            return self.plain(503)
        if name == "later" and nth <= number:
            return self.plain(429, [("Retry-After", "1")])
        if name == "reset" and 1 < nth <= number + 1:
            return self.reset()
        if name == "loop":
            return self.plain(302, [("Location", self.path)])
        if name == "file":
            return self.plain(302, [("Location", "file:///etc/passwd")])
        if name == "redirect":
            return self.plain(307, [("Location", "/ok/" + self.path.split("/")[2])])
        if name == "empty":
            return self.plain(416, [("Content-Range", "bytes */0")])
        if (name == "hang" and nth > 1) or (name == "down" and os.path.exists(log_path + ".hang")):
            self.note("hang", 0)
            end = time.time() + seconds
            while time.time() < end and (name == "hang" or os.path.exists(log_path + ".hang")):
                time.sleep(0.1)
            self.close_connection = True
            return None
        if name == "auth":
            want = "Basic " + base64.b64encode(b"user:secret").decode()
            if self.headers.get("Authorization") != want:
                return self.plain(401, [("WWW-Authenticate", "Basic realm=x")])

        m = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not m:
            return self.plain(400)
        first, last = int(m[1]), min(int(m[2]), size - 1)
        if first > last:
            return self.plain(416, [("Content-Range", f"bytes */{size}")])
        if name == "subset":
            last = min(last, first + 9999)
        body = content[first:last + 1]

        # parts, some of them wrong
        etag, date, total, shown = '"a"', DATE, str(size), first
        if name == "etag" and nth > 1:
            etag = '"b"'
        if name in ("weak", "weakdate", "weaketag"):
            etag = 'W/"b"' if name == "weaketag" and nth > 1 else 'W/"a"'
        if name in ("date", "weakdate") and nth > 1:
            date = LATER
        if name == "grown" and nth > 1:
            total = str(size + 1)
        if name == "nosize":
            total = "*"
        if name == "lies" and nth > 1:
            shown = first + 1
        content_range = f"bytes {shown}-{last}/{total}"
        if name == "garbage":
            content_range = "bytes 99999999999999999999-1/7"
        self.send_response(206)
        if name != "norange":
            self.send_header("Content-Range", content_range)
        if name not in ("date", "none"):
            self.send_header("ETag", etag)
        if name != "none":
            self.send_header("Last-Modified", date)
        if name == "gzip" and nth > 1:
            self.send_header("Content-Encoding", "gzip")
        if name == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for i in range(0, len(body), 5000):
                piece = body[i:i + 5000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
            return self.note(206, len(body))
        if name == "more" and nth > 1:
            body += b"x" * 100
        if name == "less" and nth > 1:
            body = body[:-1]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if name == "slow" or (name == "down" and os.path.exists(log_path + ".slow")):
            return self.send_body(body, 4096, 0.02)
        if (name == "midway" and nth % 2) or (name == "dead" and nth > 1):
            body = body[:len(body) // 2] if name == "midway" else b""
            self.send_body(body)
            self.close_connection = True
            return None
        return self.send_body(body)


server = Server(("127.0.0.1", 0), Handler)
threading.Timer(seconds, lambda: os._exit(0)).start()
with open(log_path + ".port.new", "w") as f:
    f.write(str(server.server_port))
os.rename(log_path + ".port.new", log_path + ".port")
server.serve_forever()
