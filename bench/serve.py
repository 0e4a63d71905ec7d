"""What `slo serve` takes to show 1,000 SLOs in 200 services, and what it asks of Prometheus."""

from __future__ import annotations

import re
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from bench.cost import CommandFailedError
from bench.fleet import HOUR, Past, load
from bench.ports import quiet_port
from bench.processes import running, wait_for
from bench.report import Report, Table
from bench.server import serving
from bench.versions import machine
from box.http import LocalSession
from box.memory import resident_mib

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.options import Options
    from bench.server import Server

SLOS, SERVICES = 1_000, 200
REFRESH = 2.0
VIEWERS = 20
_ASKED = re.compile(r'prometheus_http_requests_total\{code="200",handler="/api/v1/(?:query|query_range)"\} (\d+)')


def run(options: Options) -> Report:
    """Measure the list: its time, its size, its first paint, the memory, and the queries of a refresh."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load(folder, fleet(), time.time() // 60 * 60, HOUR)
        with serving(folder) as server:
            return report(_rows(server, options))


def fleet() -> list[Past]:
    """Return the SLOs: one in fifty burns, one in a hundred has no data."""
    return [
        Past(
            f"slo-{number:04}",
            f"Users of part {number} are served",
            team=f"team-{number % 40:02}",
            service=f"service-{number % SERVICES:03}",
            rate=1 + number % 90,
            bursts=((0.8, -1, 0.03),) if number % 50 == 0 else (),
            silent=number % 100 == 1,
        )
        for number in range(SLOS)
    ]


def report(rows: Sequence[tuple[str, str]]) -> Report:
    """Return the table."""
    intro = f"{SLOS:,} SLOs in {SERVICES} services, read from a real Prometheus. {machine()}."
    return Report("serve", (intro, Table(("measured", "value"), tuple(rows))))


def _rows(server: Server, options: Options) -> list[tuple[str, str]]:
    url = f"http://127.0.0.1:{quiet_port()}"
    listen = url.removeprefix("http://")
    command = [sys.executable, "-m", "slo", "serve", f"--prometheus={server.url}", f"--listen={listen}"]
    with running([*command, f"--refresh={REFRESH:g}"]) as process, LocalSession(60) as session:
        wait_for(url + "/healthz", process, 60)

        def fetch(path: str = "/") -> str:
            answer = session.get(url + path)
            answer.raise_for_status()
            return answer.text

        _until(lambda: f'"slos":{SLOS}' in fetch("/healthz"))
        page = fetch()
        times = [_timed(partial(fetch, f"/?n={number}")) for number in range(10 if options.quick else 50)]
        shared = [_timed(fetch) for _ in range(10)]
        filtered = [_timed(partial(fetch, f"/?q=part+99&sort=budget&n={number}")) for number in range(10)]
        asked = _queries(server, url)
        return [
            ("list, first viewer of a snapshot, median", f"{1_000 * statistics.median(times):.0f} ms"),
            ("list, first viewer of a snapshot, slowest", f"{1_000 * max(times):.0f} ms"),
            (
                "list that another viewer asked for within a second, median",
                f"{1_000 * statistics.median(shared):.0f} ms",
            ),
            ("list with a search, median", f"{1_000 * statistics.median(filtered):.0f} ms"),
            ("size of the list", f"{len(page) / 1e6:.2f} MB"),
            ("first paint in Chromium", f"{_paint(url):.0f} ms"),
            (f"queries of a refresh, with {VIEWERS} viewers", f"{asked:.1f}"),
            ("memory", f"{resident_mib(process.pid) or 0:.0f} MiB"),
        ]


def _timed(ask: Callable[[], object]) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not done():
        if time.monotonic() > deadline:
            raise CommandFailedError("slo serve does not see the SLOs")
        time.sleep(0.1)


def _queries(server: Server, url: str) -> float:
    """Return how many queries Prometheus answers in a refresh while many viewers read the list."""

    def count() -> tuple[int, int]:
        """Return queries and snapshots right after a snapshot."""
        with LocalSession(60) as session:

            def snapshots() -> int:
                return int(session.get(url + "/healthz").json()["snapshots"])

            first = snapshots()
            _until(lambda: snapshots() > first)
            return sum(map(int, _ASKED.findall(server.get("/metrics")))), snapshots()

    def view(_: int) -> None:
        with LocalSession(60) as session:
            session.get(url + "/")

    before, begun = count(), time.monotonic()
    while time.monotonic() - begun < 10 * REFRESH:
        with ThreadPoolExecutor(VIEWERS) as pool:
            list(pool.map(view, range(VIEWERS)))
        time.sleep(REFRESH / 2)
    after = count()
    return (after[0] - before[0]) / (after[1] - before[1])


def _paint(url: str) -> float:
    """Return the milliseconds until Chromium paints the list, the median of five."""
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for _ in range(5):
            page = browser.new_page()
            page.goto(url)
            entry = "performance.getEntriesByName('first-contentful-paint')[0]"
            page.wait_for_function(entry)
            found.append(float(page.evaluate(f"{entry}.startTime")))
            page.close()
        browser.close()
    return statistics.median(found)
