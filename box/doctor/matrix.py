"""Every signal of every service: its query, and the age of its newest sample."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from box.doctor import metrics
from box.doctor.traces import store as trace_store
from box.doctor.values import Cell
from box.doctor.waiting import until
from box.errors import BrokenError
from box.logs import store as logs
from box.servers import Servers
from box.services import TIERS

OLDEST_SECONDS = {"metrics": 60.0, "logs": 0.0, "traces": 300.0}
"""How much older than the doctor's request the newest sample may be: scrapes come every 15 s, every request is logged,
and traces are sampled."""
SEARCHED_SECONDS = 3600.0
UNSCRAPED = ("locust", "slo-serve")
"""Servers that have no metrics of their own."""

Newest = Callable[[], float | None]


@dataclass(frozen=True, slots=True)
class Question:
    """One cell: `newest` returns the time of the newest sample in `source`."""

    service: str
    signal: str
    query: str
    newest: Newest
    source: str


def look(servers: Servers, patience: float, visited: float) -> list[Cell]:
    """Return all cells; empty ones are queried again for `patience` seconds.

    All tiers had a request at `visited`, in seconds since epoch.
    """
    questions = list(_questions(servers))
    cells: dict[Question, Cell] = {}

    def fill() -> bool | None:
        missing = [each for each in questions if each not in cells or cells[each].state != "ok"]
        cells.update({each: _cell(servers, each, visited) for each in missing})
        return True if all(cell.state == "ok" for cell in cells.values()) else None

    until(fill, patience)
    return [cells[each] for each in questions]


def _questions(servers: Servers) -> Iterator[Question]:
    for name in servers.urls:
        if name not in UNSCRAPED:
            yield _metrics(servers, name)
    for tier in TIERS:
        if servers.full and tier in servers.urls:
            yield from _telemetry(servers, tier)


def _metrics(servers: Servers, name: str) -> Question:
    if name in TIERS:
        selector = f'job="shop",service="{name}"'
        query = f"max(timestamp(http_requests_total{{{selector}}}))"
    else:
        query = f'max(timestamp(up{{job="{name}"}})) and on() (up{{job="{name}"}} == 1)'
    return Question(name, "metrics", query, lambda: metrics.value(servers, query), "prometheus")


def _telemetry(servers: Servers, tier: str) -> Iterator[Question]:
    if records := logs.store(servers):
        yield _logs(records, tier)
    if traces := trace_store(servers):
        now = time.time()
        yield Question(
            tier,
            "traces",
            traces.query(tier),
            lambda: traces.newest(tier, now - SEARCHED_SECONDS, time.time() + 1),
            servers.trace_store,
        )


def _logs(records: logs.LogStore, tier: str) -> Question:
    wanted = logs.Wanted(service=tier)

    def newest() -> float | None:
        now = time.time()
        found = records.records(wanted, now - SEARCHED_SECONDS, now + 1, limit=1)
        return found[0].at if found else None

    return Question(tier, "logs", records.query(wanted), newest, records.name)


def _cell(servers: Servers, question: Question, visited: float) -> Cell:
    try:
        newest = question.newest()
    except BrokenError as error:
        return Cell(question.service, question.signal, question.query, None, "broken", error.broken)
    age = None if newest is None else max(0.0, round(time.time() - newest, 1))
    if newest is not None and newest >= visited - OLDEST_SECONDS[question.signal]:
        return Cell(question.service, question.signal, question.query, age, "ok")
    lacking = f"no {question.signal}" if age is None else f"no {question.signal} since {age:.0f} s"
    problem = f"{lacking} in {question.source}: {question.query}"
    broken = servers.broken(question.service, problem, _repair(question)).broken
    return Cell(question.service, question.signal, question.query, age, "broken", broken)


def _repair(question: Question) -> str:
    if question.signal == "metrics":
        return "see lastError at /api/v1/targets of prometheus"
    return "see the log of otel-collector, through which it goes"
