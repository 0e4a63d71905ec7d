"""A stand-in for a Collector: counts received bytes by path, and returns the counts to a GET."""

from __future__ import annotations

import json
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_TAKEN: Counter[str] = Counter()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers.items())
        _TAKEN[self.path] += len(self.requestline) + len("\r\n\r\n") + head + len(body)
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(json.dumps(_TAKEN).encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until the process is ended; the argument is the port."""
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()


if __name__ == "__main__":
    main()
