"""A small web server in the test's own process, with or without TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Mapping[str, str], bytes | Iterable[bytes]]
Answers = Callable[[str, dict[str, list[str]], dict[str, str]], Answer | None]
"""What is answered to a path, a query and headers; None is silence."""


def page(text: str | bytes, status: int = 200, **headers: str) -> Answer:
    """An answer."""
    return status, headers, text.encode() if isinstance(text, str) else text


@contextmanager
def serving(answers: Answers, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve until the block ends; gives the base URL."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            made = answers(parts.path, parse_qs(parts.query), dict(self.headers))
            if made is None:
                over.wait(30)
                return
            self.send_response(made[0])
            for name, value in made[1].items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            with suppress(OSError):
                for part in [made[2]] if isinstance(made[2], bytes) else made[2]:
                    self.wfile.write(part)
                    if over.wait(0.01 if not isinstance(made[2], bytes) else 0):
                        return

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    over.set()
    server.shutdown()
    server.server_close()
