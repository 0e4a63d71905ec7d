"""A target whose events are known exactly: so many a second, such a share of them bad, as a function of the clock."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Events:
    """Counters that grow evenly. `bad_share` may be changed at any time; what was counted stays."""

    per_second: float
    bad_share: float
    _bad: float = 0.0
    _total: float = 0.0
    _at: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> tuple[int, int]:
        """Return total and bad events up to now."""
        with self._lock:
            now = time.monotonic()
            new = (now - self._at) * self.per_second
            self._at = now
            self._total += new
            self._bad += new * self.bad_share
            return int(self._total), int(self._bad)

    def change(self, *, bad_share: float, per_second: float) -> None:
        """Let as many events happen, and such a share of them be bad, from now on."""
        self.count()
        with self._lock:
            self.bad_share = bad_share
            self.per_second = per_second

    def exposition(self) -> str:
        """Return both counters as Prometheus reads them."""
        total, bad = self.count()
        return f'counted_total{{code="200"}} {total - bad}\ncounted_total{{code="500"}} {bad}\n'


@contextmanager
def served(events: Events) -> Iterator[int]:
    """Serve the counters on a free port of this machine; yield the port."""

    class Handler(BaseHTTPRequestHandler):
        """Answers every path with the counters."""

        def do_GET(self) -> None:
            """Answer a scrape."""
            body = events.exposition().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
