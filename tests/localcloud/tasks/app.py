"""A small program as a container might run it: one thread per connection, no dependencies."""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sick = 0

    def do_GET(self):
        status = 200
        if self.path == "/health" and Handler.sick:
            Handler.sick -= 1
            status = 500
        elif self.path.startswith("/sick/"):
            Handler.sick = int(self.path[6:])
        elif self.path == "/slow":
            time.sleep(0.7)
        body = json.dumps(dict(os.environ) | {"pid": os.getpid()}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


def main():
    once = Path(os.environ.get("TAKEN_ONCE", ""))
    if once.is_file():
        once.unlink()
        sys.exit("OSError: [Errno 98] Address already in use")
    if "IGNORE_SIGTERM" in os.environ:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    Server((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()


main()
