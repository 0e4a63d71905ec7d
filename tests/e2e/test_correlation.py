"""Exemplars, traces and log lines of the whole stack lead to each other, under mixed load with faults."""

from collections import Counter
from dataclasses import dataclass

import pytest

from bench.fullbox import full_box
from bench.report import Report, Table, percent
from bench.versions import machine
from tests.e2e.conftest import Publish
from tests.e2e.correlation import Links, Run, follow, under_load
from tests.e2e.exemplars import AGE_SECONDS

pytestmark = pytest.mark.e2e

PER_SECOND = 20.0
SECONDS, LONG_SECONDS = 60.0, 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """All links, and the requests by class of status."""

    links: tuple[Links, ...]
    requests: int
    statuses: Counter[int]


@pytest.fixture(scope="module")
def outcome(request: pytest.FixtureRequest, publish: Publish) -> Outcome:
    """A minute of load, five with `--long`, and all of its links followed."""
    seconds = LONG_SECONDS if request.config.getoption("--long") else SECONDS
    with full_box() as box:
        run = under_load(box, PER_SECOND, seconds)
        links = follow(box, run)
    found = Outcome(links, len(run.requests), Counter(each.status // 100 for each in run.requests))
    publish(report(found, run, seconds))
    return found


def report(outcome: Outcome, run: Run, seconds: float) -> Report:
    """The table of docs/benchmarks.md."""
    statuses = ", ".join(f"{count:,} answered {status}xx" for status, count in sorted(outcome.statuses.items()))
    intro = (
        f"{outcome.requests:,} requests within {seconds:.0f} seconds to a stack of `box up --full`, with errors,\n"
        f"latency and losses of the cache injected ({statuses}). The truth is what the load asked for, with trace IDs\n"
        "of its own, and what the tiers wrote to standard output. Each exemplar was looked up once, at an age of\n"
        f"{AGE_SECONDS:.0f} to {run.watcher.oldest:.0f} s: its trace must hold its span, every tier that served the\n"
        "request, and a statement where the cache could not answer."
    )
    rows = tuple(
        (each.what, f"{each.there:,}", f"{each.followed:,}", f"{right:,}", percent(right / max(1, each.followed)))
        for each in outcome.links
        for right in [each.followed - len(each.wrong)]
    )
    table = Table(("link", "there are", "followed", "right", "share"), rows)
    return Report("correlation", (intro, table, f"Versions: {machine()}."))


@pytest.mark.parametrize("index", range(4), ids=["exemplars", "lines-of-traces", "traces-of-lines", "kept"])
def test_every_link_is_right(outcome: Outcome, index: int) -> None:
    """No exemplar, stored trace or line of a failed, slow or marked request leads nowhere; and there are enough."""
    links = outcome.links[index]

    assert links.followed > 20
    assert links.wrong == ()


def test_the_load_was_mixed(outcome: Outcome) -> None:
    """Some requests failed, most did not, and all were answered."""
    assert outcome.statuses[2] > outcome.requests / 2
    assert outcome.statuses[5] > 0
    assert outcome.statuses[0] == 0
