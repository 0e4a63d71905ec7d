"""What observing the shop costs, signal by signal, beside the same shop under `opentelemetry-instrument`."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.load import CATALOGUE, ORDER, Page, closed_loop
from bench.ports import quiet_port
from bench.processes import running, wait_for
from bench.report import Report, Table
from bench.shop import TIERS, Shop, serving
from bench.versions import machine
from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bench.options import Options

PAGES = (CATALOGUE, ORDER)
_PAGE_TIERS = tuple((page, tier) for page in PAGES for tier in page.tiers)
BARE, OURS, PEER = "bare", "+ logs", "opentelemetry-instrument"
PER_SECOND = 50
"""Requests a second by which the bytes of a scrape are divided."""
SCRAPE_SECONDS = 15
_SETTLE_SECONDS = 1.5
"""What is packed within a second has then been sent, and belongs to the requests before."""
_SILENT = {"SHOP_LOG_LEVEL": "CRITICAL"}
_ALL_LINES = {"SHOP_LOG_LINES_PER_SECOND": "1000000"}


@dataclass(frozen=True, slots=True)
class Variant:
    """As much telemetry as these variables switch on."""

    name: str
    settings: Mapping[str, str]
    starter: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """One burst of requests: processor seconds per request and tier, and the median of the time it took."""

    cpu: Mapping[str, float]
    seconds: float

    @property
    def total(self) -> float:
        """Processor seconds of all tiers."""
        return sum(self.cpu.values())


Rounds = dict[tuple[str, str], list[Figures]]
"""The figures of all rounds by page and variant."""


def variants(collector: str) -> tuple[Variant, ...]:
    """Each has what the one before it has, and one signal more."""
    send = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector}
    return (
        Variant(BARE, {"SHOP_HTTP_METRICS": "false", **_SILENT}),
        Variant("+ metrics", _SILENT),
        Variant("+ traces", {"OTEL_LOGS_EXPORTER": "none", **send, **_SILENT}),
        Variant(OURS, send | _ALL_LINES),
    )


def peer(collector: str) -> Variant:
    """What most people do: the bare shop, started by OpenTelemetry's agent with its defaults."""
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",  # by default it is gRPC: another exporter
        "SHOP_HTTP_METRICS": "false",
        **_ALL_LINES,
    }
    return Variant(PEER, settings, (str(Path(sys.executable).with_name("opentelemetry-instrument")),))


def run(options: Options) -> Report:
    """Measure all variants side by side, in turns."""
    rounds, requests = (3, 200) if options.quick else (5, 400)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        collector = stack.enter_context(_sink())
        measured = (*variants(collector), peer(stack.enter_context(_sink())))
        shops = {
            variant.name: stack.enter_context(serving(folder / str(number), variant.settings, variant.starter))
            for number, variant in enumerate(measured)
        }
        for page in PAGES:
            closed_loop(_urls(shops), page, requests)
        time.sleep(_SETTLE_SECONDS)
        before = _taken(collector)
        figures = _rounds(shops, rounds, requests)
        sent = {path: size - before.get(path, 0) for path, size in _taken(collector).items()}
        scrapes = {tier: shops[OURS].scrape(tier) for tier in TIERS}
    return _report(figures, sent, scrapes, rounds, requests)


def _rounds(shops: Mapping[str, Shop], rounds: int, requests: int) -> Rounds:
    figures: Rounds = {}
    for _ in range(rounds):
        for page in PAGES:
            before = {name: shop.cpu() for name, shop in shops.items()}
            taken = closed_loop(_urls(shops), page, requests)
            time.sleep(_SETTLE_SECONDS)
            for name, shop in shops.items():
                after = shop.cpu()
                cpu = {tier: (after[tier] - before[name][tier]) / requests for tier in page.tiers}
                figures.setdefault((page.name, name), []).append(Figures(cpu, median(taken[name])))
    return figures


@contextmanager
def _sink() -> Iterator[str]:
    """Run a stand-in for a Collector; give its address."""
    url = f"http://127.0.0.1:{(port := quiet_port())}"
    with running([sys.executable, "-m", "bench.sink", str(port)]) as process:
        wait_for(url, process, 30)
        yield url


def _urls(shops: Mapping[str, Shop]) -> dict[str, str]:
    return {name: shop.url("web") for name, shop in shops.items()}


def _taken(collector: str) -> dict[str, int]:
    with LocalSession(10) as session:
        taken: dict[str, int] = session.get(collector).json()
    return taken


def _report(figures: Rounds, sent: Mapping[str, int], scrapes: Mapping[str, int], rounds: int, requests: int) -> Report:
    names = list(dict.fromkeys(name for _, name in figures))
    rows = [row for page in PAGES for row in _page_rows(page, names, figures)]
    added, theirs = (max(_added(figures, page, tier, name) for page, tier in _PAGE_TIERS) for name in (OURS, PEER))
    setting = (
        "The shop as three processes on SQLite, two visitors without a pause, and a stand-in for the Collector that "
        "answers at once. Each variant has what the one before it has, and one signal more; logs go to stdout as JSON "
        f"and over OTLP. `{PEER}` is the bare shop under that program with its defaults: it sends metrics, traces and "
        "logs. All variants run at once and take turns every 50 requests; medians of "
        f"{rounds} rounds of {requests} requests each, milliseconds per request. Processor time is that of a tier with "
        f"all its threads, sending included. {machine()}."
    )
    verdict = (
        f"All of it adds at most {added * 1e3:.2f} ms of processor time per request and tier; "
        f"`{PEER}` adds {theirs * 1e3:.2f} ms."
    )
    wire = (
        "Bytes per request on the wire, heads included, gzip for traces and logs, both pages in equal number. Metrics "
        f"are scraped every {SCRAPE_SECONDS} s, whatever the number of requests: here, {PER_SECOND} a second."
    )
    times = tuple(_time_row(page, names, figures) for page in PAGES)
    return Report(
        "telemetry",
        (
            setting,
            Table(("processor time", *names, "added", "ours / peer"), tuple(rows)),
            verdict,
            Table(("time of a request", *names, "added", "ours / peer"), times),
            wire,
            _bytes(sent, scrapes, requests * rounds * len(PAGES)),
        ),
    )


def _page_rows(page: Page, names: list[str], figures: Rounds) -> list[tuple[str, ...]]:
    rows = []
    for tier in page.tiers:
        values = [median(each.cpu[tier] for each in figures[page.name, name]) for name in names]
        rows.append(_row(f"{page.name}, {tier}", dict(zip(names, values, strict=True))))
    values = [median(each.total for each in figures[page.name, name]) for name in names]
    return [*rows, _row(f"{page.name}, all tiers", dict(zip(names, values, strict=True)))]


def _time_row(page: Page, names: list[str], figures: Rounds) -> tuple[str, ...]:
    return _row(page.name, {name: median(each.seconds for each in figures[page.name, name]) for name in names})


def _row(label: str, values: Mapping[str, float]) -> tuple[str, ...]:
    shown = (f"{value * 1e3:.2f}" for value in values.values())
    return (label, *shown, f"{(values[OURS] - values[BARE]) * 1e3:.2f}", f"{values[OURS] / values[PEER]:.2f}")


def _added(figures: Rounds, page: Page, tier: str, variant: str) -> float:
    """What telemetry adds to a tier: the median of the differences within each round."""
    return median(
        with_all.cpu[tier] - bare.cpu[tier]
        for bare, with_all in zip(figures[page.name, BARE], figures[page.name, variant], strict=True)
    )


def _bytes(sent: Mapping[str, int], scrapes: Mapping[str, int], requests: int) -> Table:
    scraped = sum(scrapes.values())
    # Two variants send traces, one sends logs.
    per_request = {
        "metrics": f"{scraped / (PER_SECOND * SCRAPE_SECONDS):.0f} ({scraped / 1024:.0f} KiB a scrape of all tiers)",
        "traces": f"{sent.get('/v1/traces', 0) / 2 / requests:.0f}",
        "logs": f"{sent.get('/v1/logs', 0) / requests:.0f}",
    }
    return Table(("signal", "bytes per request"), tuple(per_request.items()))
