"""Many viewers, one query."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from slo.observe.errors import ObserveError
from slo.serve.shared import Shared
from tests.serve.servers import Known, opened


def test_viewers_who_wait_share_one_question() -> None:
    """Twenty viewers ask while the first answer is under way; the server is asked once."""
    shared: Shared[int] = Shared()
    asked, waiting, go = [], threading.Barrier(20), threading.Event()

    def ask() -> int:
        asked.append(1)
        assert go.wait(10)
        return 7

    def view(_: int) -> int:
        waiting.wait(10)
        return shared.get("key", 60, ask)

    with ThreadPoolExecutor(20) as pool:
        answers = pool.map(view, range(20))
        threading.Timer(0.05, go.set).start()
        assert set(answers) == {7}
    assert len(asked) == 1


def test_answers_age_and_failures_are_shared_for_a_moment() -> None:
    """An answer that is too old is asked for again; one that failed is raised for the next viewers, too."""
    shared: Shared[int] = Shared(most=2)
    numbers = iter(range(9))

    def fail() -> int:
        next(numbers)
        raise ObserveError("server", "down")

    assert [shared.get("a", 60, lambda: next(numbers)) for _ in range(2)] == [0, 0]
    assert shared.get("a", 0, lambda: next(numbers)) == 1
    for _ in range(2):
        with pytest.raises(ObserveError):
            shared.get("b", 60, fail)
    assert next(numbers) == 3
    shared.get("c", 60, lambda: 0)
    assert shared.get("a", 60, lambda: next(numbers)) == 4  # the oldest was dropped


def test_viewers_of_a_list_share_it_but_not_its_age() -> None:
    """A snapshot is rendered once; the page still says how old it is now."""
    known = Known()
    known.slo()
    with opened(known) as site:
        assert 'data-age="0"' in site.get("/")
        site.refresher.view = replace(
            site.refresher.view, fleet=replace(site.refresher.view.fleet, at=time.time() - 70)
        )
        assert 'data-age="70">data 1m 10s old' in site.get("/")
        assert "<!--" not in site.get("/")


def test_viewers_of_an_slo_share_its_queries() -> None:
    """However often a page and its charts are opened, Prometheus is asked once."""
    known = Known()
    known.slo()
    known.counts("sum(rate(http_requests_total[5m]))", 'sum(rate(http_requests_total{status=~"5.."}[5m]))')
    with opened(known) as site:
        paths = ["/slo?service=shop&slo=checkout&from=1000&to=4600"]
        paths += [f"/api/charts/{name}?service=shop&slo=checkout&from=1000&to=4600" for name in ("budget", "latency")]
        for path in paths:
            site.get(path)
        asked = len(known.requests)
        for path in paths * 3:
            site.get(path)
        assert len(known.requests) == asked
