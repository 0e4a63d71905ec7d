"""The series underneath an SLO, read from the expressions that its rules count."""

from __future__ import annotations

import json

import pytest

from slo.model import Options
from slo.serve.signals import signals
from tests.documents import load
from tests.serve.servers import Known, opened
from tests.specimens import objective, slo_set, texts

BAD = 'sum by (tenant) (rate(http_requests_total{job="x",status=~"5.."}[5m]))'


def test_events_are_split_by_the_label_that_tells_bad_ones() -> None:
    """Of the member alone where its label is on the series; the histogram has the name that convention gives."""
    found = signals(
        [("total", '300 * sum by (tenant) (rate(http_requests_total{job="x"}[5m]))'), ("bad", BAD)], {"tenant": "a"}
    )
    assert found
    assert str(found.total) == 'http_requests_total{job="x",tenant="a"}'
    assert found.by == "status"
    assert str(found.buckets) == 'http_request_duration_seconds_bucket{job="x",tenant="a"}'
    assert found.window == 300


def test_a_histogram_keeps_its_limit() -> None:
    """The bucket that counts good events bounds the good ones; quantiles need all buckets."""
    total, good = 'rate(d_seconds_count{a="b"}[1m])', 'rate(d_seconds_bucket{a="b",le="0.3"}[1m])'
    found = signals([("total", f"sum({total})"), ("bad", f"sum({total}) - sum({good})")], {})
    assert found
    assert str(found.buckets) == 'd_seconds_bucket{a="b"}'
    assert str(found.limit) == 'le="0.3"'
    assert found.by == ""


@pytest.mark.parametrize("query", ["", "avg(up)", "sum(slo:x[5m]", 'count_over_time(up{a="b"}[5m])'])
def test_what_is_no_counter_has_no_chart(query: str) -> None:
    """Gauges, slices and what cannot be parsed are left alone."""
    assert signals([("total", query), ("bad", query)], {}) is None


def test_rules_of_the_compiler_are_read() -> None:
    """Whatever `slo build` writes around the counters, they are found."""
    slos = slo_set(objective("checkout"), name="shop")
    for document in texts("prometheus", slos, options=Options()).values():
        rules = [rule for group in load(document)["groups"] for rule in group["rules"]]
        counted = [
            (rule["labels"]["kind"], rule["expr"])
            for rule in rules
            if rule.get("record") == "slo:events:5m" and rule["labels"]["kind"] in {"total", "bad"}
        ]
        found = signals(counted, {})
        assert found
        assert {each.name for each in slos.slos[0].sli.selectors()} >= {found.total.name}


def test_request_durations_lead_to_traces() -> None:
    """Exemplars come with the chart, a failed request beside many good ones; the threshold is that of the SLI."""
    known = Known()
    known.slo()
    total, good = "rate(d_seconds_count[1m])", 'rate(d_seconds_bucket{le="0.3"}[1m])'
    known.counts(f"sum({total})", f"sum({total}) - sum({good})")
    known.bounds = ["0.3"]

    def exemplars(status: str, first: int, count: int) -> dict[str, object]:
        found = [
            {"labels": {"trace_id": f"{first + index:032x}"}, "value": "0.2", "timestamp": 1_000 + index}
            for index in range(count)
        ]
        return {"seriesLabels": {"status": status, "le": "0.3"}, "exemplars": found}

    known.exemplars = [
        exemplars("200", 1, 100),
        exemplars("500", 500, 1),
        {"seriesLabels": {}, "exemplars": [{"labels": {"trace_id": "<script>"}, "value": "1", "timestamp": 1}]},
    ]
    with opened(known) as site:
        answer = json.loads(site.get("/api/charts/latency?service=shop&slo=checkout&from=1000&to=4600"))
    assert answer["thresholds"] == [{"label": "good below", "value": 0.3}]
    assert len(answer["points"]) == 60
    assert f"{500:032x}" in {point["trace"] for point in answer["points"] if point["labels"] == "status=500"}
    assert all(len(point["trace"]) == 32 for point in answer["points"])
