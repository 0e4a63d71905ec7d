"""Traces as waterfalls, over a fake trace store and a fake log store."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.observe.client import Client
from slo.serve.app import create_app
from slo.serve.config import Config
from slo.serve.traces import Stored, Traces, arrange
from tests.serve.servers import HOSTILE, Known, Opened
from tests.serving import Answer, Answers, page, serving

ID = "0123456789abcdef0123456789abcdef"


def span(name: str, parent: str = "", start: int = 0, duration: int = 1_000, **tags: object) -> dict[str, object]:
    """A span whose ID is its name."""
    return {
        "traceID": ID,
        "spanID": name,
        "operationName": name,
        "startTime": 1_700_000_000_000_000 + start,
        "duration": duration,
        "processID": "p1",
        "references": [{"refType": "CHILD_OF", "traceID": ID, "spanID": parent}] if parent else [],
        "tags": [{"key": key, "type": "string", "value": value} for key, value in tags.items()],
    }


def trace(*spans: dict[str, object]) -> dict[str, object]:
    """A trace of one service."""
    return {"traceID": ID, "spans": list(spans), "processes": {"p1": {"serviceName": "web", "tags": []}}}


def stores(*spans: dict[str, object], records: str = "") -> Answers:
    """What both stores answer."""

    def answer(path: str, _: Mapping[str, list[str]], __: Mapping[str, str]) -> Answer:
        if path.startswith("/select/"):
            return page(records)
        if path == "/api/services":
            return page(json.dumps({"data": ["web"]}))
        found = path in {f"/api/traces/{ID}", "/api/traces"}
        return page(json.dumps({"data": [trace(*spans)]}) if found else "{}", 200 if found else 404)

    return answer


@contextmanager
def opened_stores(*spans: dict[str, object], records: str = "") -> Iterator[Opened]:
    """The pages over these stores."""
    with serving(stores(*spans, records=records)) as store, serving(Known().answer) as url:
        app = create_app(Config(Client(url), jaeger=Client(store), victorialogs=Client(store)))
        yield Opened(app, app.state.site.refresher)


def test_spans_follow_their_parents() -> None:
    """Each span is listed before those that it caused, in the order of time."""
    with serving(
        stores(span("late", "root", 50), span("root"), span("early", "root", 5), span("leaf", "early", 6))
    ) as url:
        found = Traces(Client(url)).get(ID)
    assert found
    assert [(each.name, each.depth) for each in found.spans] == [("root", 0), ("early", 1), ("leaf", 2), ("late", 1)]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdefgh")), max_size=8))
def test_no_span_is_lost(pairs: list[tuple[str, str]]) -> None:
    """Whatever the parents are (missing ones, circles, IDs used twice), every span is shown once."""
    spans = [span(name, parent) for name, parent in pairs]
    arranged = arrange(msgspec.convert(trace(*spans), Stored))
    assert sorted(each.name for each in arranged.spans) == sorted(str(each["spanID"]) for each in spans)


def test_a_failed_trace_is_shown_with_its_log_records() -> None:
    """From a trace to the line that says what happened."""
    record = {
        "_time": "2026-01-01T00:00:00.5Z",
        "_msg": "order refused",
        "service.name": "web",
        "severity_text": "ERROR",
    }
    with opened_stores(span("checkout", duration=2_500_000, error="true"), records=json.dumps(record)) as site:
        text = site.get(f"/trace?id={ID}")
        listing = site.get("/traces?service=web")
    assert "order refused" in text
    assert "2.5 s" in text
    assert 'class="failed service-0"' in text
    assert f"/trace?id={ID}" in listing


def test_hostile_spans_stay_text() -> None:
    """Names and attributes of spans are shown as they are."""
    record = json.dumps({"_time": "x", "_msg": HOSTILE, HOSTILE: HOSTILE})
    with opened_stores(span(HOSTILE, "", 0, 1, **{HOSTILE: HOSTILE}), records=record) as site:
        assert "<img" not in site.get(f"/trace?id={ID}")


@pytest.mark.parametrize("wanted", ["", "x", "../services", ID + '" OR *', "f" * 32])
def test_unknown_traces_are_not_found(wanted: str) -> None:
    """An ID that is none is never asked for; one that the store does not have is a page that says so."""
    with opened_stores(span("a")) as site:
        answer = site.ask("/trace", params={"id": wanted})
    assert answer.status_code == 404
    assert re.search("no trace of this ID", answer.text)


def test_a_service_that_fails_leaves_the_others() -> None:
    """The newest traces of the services that answer are shown, with how many did not."""

    def answer(path: str, query: Mapping[str, list[str]], _: Mapping[str, str]) -> Answer:
        if path == "/api/services":
            return page(json.dumps({"data": ["web", "broken"]}))
        if query["service"] == ["broken"]:
            return page("{}", 500)
        return page(json.dumps({"data": [trace(span("root"))]}))

    with serving(answer) as store, serving(Known().answer) as url:
        app = create_app(Config(Client(url), jaeger=Client(store)))
        site = Opened(app, app.state.site.refresher)
        text = site.get("/traces")
        alone = site.get("/traces?service=broken")
    assert "1 services are left off" in text
    assert f"/trace?id={ID}" in text
    assert "status 500" in alone


def test_viewers_share_the_list_of_traces() -> None:
    """Ten viewers cost one question for each service."""
    asked: list[str] = []
    answers = stores(span("root"))

    def answer(path: str, query: dict[str, list[str]], headers: dict[str, str]) -> Answer | None:
        asked.append(path)
        return answers(path, query, headers)

    with serving(answer) as store, serving(Known().answer) as url:
        app = create_app(Config(Client(url), jaeger=Client(store)))
        site = Opened(app, app.state.site.refresher)
        for _ in range(10):
            site.get("/traces")
    assert asked.count("/api/traces") == 1
