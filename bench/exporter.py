"""A target to scrape: counters that are a function of the time, so that their past can be written as well."""

from __future__ import annotations

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EPOCH = 1_700_000_000  # when all counters were zero
_RATES = {"200": 10, "500": 1}  # events per second, times the number of the instance


def series(slos: int, each: int) -> list[tuple[str, int]]:
    """Name with labels, and events per second, of `each` series for every SLO of `bench.specs.routes`."""
    return [
        (f'http_requests_total{{job="api",instance="{n}",route="/r{slo}",status="{code}"}}', rate * (n + 1))
        for slo in range(slos)
        for n in range(each // len(_RATES))
        for code, rate in _RATES.items()
    ]


def main() -> None:
    """Serve until the process is ended: arguments are port, SLOs and series of each."""
    port, slos, each = map(int, sys.argv[1:4])
    found = [(f"{name} ", rate) for name, rate in series(slos, each)]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            age = int(time.time()) - EPOCH
            body = "# TYPE http_requests_total counter\n" + "".join(f"{name}{age * rate}\n" for name, rate in found)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
