"""What observing the shop costs: its requests with nothing, with metrics, with traces, and with logs as well."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.report import Report, Table
from bench.tiers import Shop, serving, sink
from bench.versions import machine
from bench.visits import CATALOGUE, ORDER, Page, visit
from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.options import Options

PAGES = (CATALOGUE, ORDER)
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
        Variant("nothing", {"SHOP_HTTP_METRICS": "false", **_SILENT}),
        Variant("metrics", _SILENT),
        Variant("+ traces", {"OTEL_LOGS_EXPORTER": "none", **send, **_SILENT}),
        Variant("+ logs", send | _ALL_LINES),
    )


def run(options: Options) -> Report:
    """Measure all variants side by side, in turns."""
    rounds, requests = (3, 200) if options.quick else (5, 400)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        collector = stack.enter_context(sink())
        shops = {
            variant.name: stack.enter_context(serving(folder / str(number), variant.settings))
            for number, variant in enumerate(variants(collector))
        }
        for page in PAGES:
            visit(_ports(shops), page, requests)
        time.sleep(_SETTLE_SECONDS)
        before = _taken(collector)
        figures = _rounds(shops, rounds, requests)
        sent = {path: size - before.get(path, 0) for path, size in _taken(collector).items()}
        scrapes = {tier: shops["+ logs"].scrape(tier) for tier in ("web", "catalog", "orders")}
    return _report(figures, sent, scrapes, rounds, requests)


def _rounds(shops: Mapping[str, Shop], rounds: int, requests: int) -> Rounds:
    figures: Rounds = {}
    for _ in range(rounds):
        for page in PAGES:
            before = {name: shop.cpu() for name, shop in shops.items()}
            taken = visit(_ports(shops), page, requests)
            time.sleep(_SETTLE_SECONDS)
            for name, shop in shops.items():
                after = shop.cpu()
                cpu = {tier: (after[tier] - before[name][tier]) / requests for tier in page.tiers}
                figures.setdefault((page.name, name), []).append(Figures(cpu, median(taken[name])))
    return figures


def _ports(shops: Mapping[str, Shop]) -> dict[str, int]:
    return {name: shop.ports["web"] for name, shop in shops.items()}


def _taken(collector: str) -> dict[str, int]:
    with LocalSession(10) as session:
        taken: dict[str, int] = session.get(collector).json()
    return taken


def _report(figures: Rounds, sent: Mapping[str, int], scrapes: Mapping[str, int], rounds: int, requests: int) -> Report:
    names = list(dict.fromkeys(name for _, name in figures))
    rows = [row for page in PAGES for row in _page_rows(page, names, figures)]
    worst = max(_added(figures, page, tier) for page in PAGES for tier in page.tiers)
    catalogue = _ratio(figures, CATALOGUE)
    setting = (
        "The shop as three processes on SQLite, two visitors without a pause, and a stand-in for the Collector that "
        "answers at once. Each variant has what the one before it has, and one signal more; logs go to stdout as JSON "
        "and over OTLP. All variants run at once and take turns every 50 requests; medians of "
        f"{rounds} rounds of {requests} requests each, milliseconds per request. Processor time is that of a tier with "
        f"all its threads, sending included. {machine()}."
    )
    verdict = (
        f"All of it adds at most {worst * 1e3:.2f} ms of processor time per request and tier, and makes the catalogue "
        f"page {catalogue:.2f} times as dear."
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
            Table(("processor time", *names, "added", "ratio"), tuple(rows)),
            verdict,
            Table(("time of a request", *names, "added", "ratio"), times),
            wire,
            _bytes(sent, scrapes, requests * rounds * len(PAGES)),
        ),
    )


def _page_rows(page: Page, names: list[str], figures: Rounds) -> list[tuple[str, ...]]:
    rows = []
    for tier in page.tiers:
        values = [median(each.cpu[tier] for each in figures[page.name, name]) for name in names]
        rows.append(_row(f"{page.name}, {tier}", values, _added(figures, page, tier)))
    values = [median(each.total for each in figures[page.name, name]) for name in names]
    rows.append(_row(f"{page.name}, all tiers", values, values[-1] - values[0], _ratio(figures, page)))
    return rows


def _row(name: str, values: list[float], added: float, ratio: float | None = None) -> tuple[str, ...]:
    shown = values[-1] / values[0] if ratio is None else ratio
    return (name, *(f"{value * 1e3:.2f}" for value in values), f"{added * 1e3:.2f}", f"{shown:.2f}")


def _time_row(page: Page, names: list[str], figures: Rounds) -> tuple[str, ...]:
    values = [median(each.seconds for each in figures[page.name, name]) for name in names]
    return _row(page.name, values, values[-1] - values[0])


def _added(figures: Rounds, page: Page, tier: str) -> float:
    """What all telemetry adds to a tier: the median of the differences within each round."""
    return median(
        with_all.cpu[tier] - bare.cpu[tier]
        for bare, with_all in zip(figures[page.name, "nothing"], figures[page.name, "+ logs"], strict=True)
    )


def _ratio(figures: Rounds, page: Page) -> float:
    return median(
        with_all.total / bare.total
        for bare, with_all in zip(figures[page.name, "nothing"], figures[page.name, "+ logs"], strict=True)
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
