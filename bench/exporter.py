"""A target to scrape: counters that are a function of the time, so that their past can be written as well."""

from __future__ import annotations

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EPOCH = 1_700_000_000  # when all counters were zero
HEALTHY, BURNING = 1, 200  # bad events per second beside 2,000 good ones: half of a budget of 0.1 %, and 91 times that
_GOOD = 2_000


def series(slos: int, each: int, bad: int = HEALTHY) -> list[tuple[str, int]]:
    """Name with labels, and events per second, of `each` series for every SLO of `bench.specs.routes`."""
    rates = {"200": _GOOD, "500": bad}  # times the number of the instance
    return [
        (f'http_requests_total{{job="api",instance="{n}",route="/r{slo}",status="{code}"}}', rate * (n + 1))
        for slo in range(slos)
        for n in range(each // len(rates))
        for code, rate in rates.items()
    ]


def main() -> None:
    """Serve until the process is ended: arguments are port, SLOs, series of each, bad events per second."""
    port, slos, each, bad = map(int, sys.argv[1:5])
    found = [(f"{name} ", rate) for name, rate in series(slos, each, bad)]

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
