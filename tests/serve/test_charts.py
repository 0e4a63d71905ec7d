"""The data of charts: what is asked, and how it comes to the browser."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from slo.serve.charts import CHARTS, matchers
from slo.serve.columns import columns
from slo.serve.fleet import Identity, Member, Slo, State
from slo.serve.prometheus import Line
from slo.serve.ranges import Span
from tests.serve.servers import Known, opened

MEMBER = Member({"tenant": 'a"b\\c'}, 0.999, 2_592_000, 1, State.OK)
SLO = Slo(Identity("shop", "checkout", "shop-0"), "", "", "30d", (MEMBER,))


def test_labels_never_leave_their_quotes() -> None:
    """A value with quotes is a value, not PromQL."""
    assert matchers(SLO, MEMBER) == '{service="shop",slo="checkout",shard="shop-0",tenant="a\\"b\\\\c"}'


def test_gaps_are_null() -> None:
    """A step without a sample, or with NaN, has no value: the line breaks there."""
    line = Line({}, [(10, "1"), (30, "NaN"), (40, "4")])
    made = columns([("a", line)], Span(10, 40, 10))
    assert made["times"] == [10, 20, 30, 40]
    assert made["series"] == [{"label": "a", "values": [1, None, None, 4]}]


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_answers_with_columns_of_one_length(name: str) -> None:
    """Times and values fit together, and viewers of the same range share one query."""
    known = Known()
    known.slo()
    known.samples.append(({"__name__": "slo:budget:ratio", "slo": "checkout"}, 0.001))
    known.counts("sum(rate(http_requests_total[5m]))", 'sum(rate(http_requests_total{status=~"5.."}[5m]))')
    with opened(known) as site:
        path = f"/api/charts/{name}?" + urlencode({"service": "shop", "slo": "checkout", "from": 1_000, "to": 4_600})
        answer = json.loads(site.get(path))
        asked = len(known.queries)
        site.get(path)
        assert len(known.queries) == asked
    assert answer["times"]
    for each in answer["series"]:
        assert len(each["values"]) == len(answer["times"])


def test_a_chart_of_a_server_that_is_gone_says_so() -> None:
    """The answer names the trouble, for the chart alone."""
    known = Known()
    known.slo()
    with opened(known) as site:
        known.down = True
        answer = site.ask("/api/charts/budget?service=shop&slo=checkout")
    assert answer.status_code == 502
    assert "503" in answer.json()["error"]


def test_unknown_chart_is_not_found() -> None:
    """Charts have names."""
    with opened(Known()) as site:
        assert site.ask("/api/charts/nothing").status_code == 404
