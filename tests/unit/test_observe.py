"""What runs outside: expositions are read, servers are asked, and nothing of that takes long or reads files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from slo.observe import client, metrics_of, server_of
from slo.observe.client import Client
from slo.observe.combined import CombinedMetrics
from slo.observe.errors import ObserveError, TooLargeError, without_password
from slo.observe.exposition import Exposition
from slo.observe.server import Server
from tests.serving import Answer, Answers, page, serving

TEXT = """\
# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{route="/a",status="200"} 1027 1395066363000
http_requests_total{route="/b",status="200",} 3
http_requests_total{route="/a",status="500"} 1e3

# TYPE lag gauge
lag -Inf
# TYPE seconds histogram
seconds_bucket{le="0.1"} 1
seconds_bucket{le="+Inf"} 2
seconds_sum 1.5
seconds_count 2
escaped{path="C:\\\\dir",quote="a\\"}b",lines="a\\nb"} NaN
untyped_thing 1
# EOF
"""


def test_series_of_an_exposition() -> None:
    """Only the wanted labels are told apart; labels may hold anything."""
    seen = Exposition("x", TEXT)

    assert seen.series("http_requests_total", ["route"]) == [{"route": "/a"}, {"route": "/b"}]
    assert seen.series("http_requests_total", []) == [{}]
    assert seen.series("nothing", ["route"]) == []
    assert seen.series("escaped", ["path", "quote", "lines"]) == [{"path": "C:\\dir", "quote": 'a"}b', "lines": "a\nb"}]
    assert seen.labels("http_requests_total") == ["route", "status"]
    assert seen.names()[:2] == ["http_requests_total", "lag"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("http_requests_total", "counter"), ("lag", "gauge"), ("seconds", "histogram"), ("seconds_count", "histogram"),
     ("untyped_thing", ""), ("nothing", "")],
)  # fmt: skip
def test_types_of_an_exposition(name: str, kind: str) -> None:
    """The series of a histogram have its type."""
    assert Exposition("x", TEXT).kind(name) == kind


def test_openmetrics() -> None:
    """The family of a counter is named without _total there; exemplars and quoted names are no problem."""
    text = '# TYPE jobs counter\njobs_total{a="b"} 1.0 # {trace_id="x"} 0.5\n{"my.metric",a="c"} 2\n# EOF\n'
    seen = Exposition("x", text)

    assert seen.kind("jobs_total") == "counter"
    assert seen.series("jobs_total", ["a"]) == [{"a": "b"}]
    assert seen.series("my.metric", ["a"]) == [{"a": "c"}]


def test_units_and_values_of_an_exposition() -> None:
    """OpenMetrics gives the unit of a family; NaN is no value."""
    seen = Exposition(
        "x", '# UNIT took_ms milliseconds\ntook_ms_count 1\nsuccess{a="1"} 5\nsuccess 1.7e12\nsuccess NaN\n'
    )

    assert (seen.unit("took_ms"), seen.unit("success")) == ("milliseconds", "")
    assert (seen.highest("success"), seen.highest("nothing")) == (1.7e12, None)


@pytest.mark.parametrize(
    "text", ["", "# only comments\n", "<html>\n", "a b c d\n", "name{a=b} 1\n", '{"status":"ok"}\n']
)
def test_what_is_no_exposition(text: str) -> None:
    """Another kind of text is refused in one line."""
    with pytest.raises(ObserveError) as refused:
        Exposition("x", text)
    assert "\n" not in str(refused.value)


def test_several_programs_are_one() -> None:
    """What one does not know, another may."""
    both = CombinedMetrics([Exposition("a", TEXT), Exposition("b", "# TYPE other gauge\nother 1\nlag 5\n")])

    assert both.where == "a and b"
    assert (both.kind("other"), both.kind("lag"), both.kind("x")) == ("gauge", "gauge", "")
    assert both.series("lag", []) == [{}, {}]
    assert both.labels("http_requests_total") == ["route", "status"]
    assert both.names().count("lag") == 1
    assert (both.highest("lag"), both.highest("x"), both.unit("lag")) == (5, None, "")
    assert not both.complete


@pytest.fixture
def serve() -> Iterator[Callable[[Answers], str]]:
    """Serve answers until the test is over; gives the base URL."""
    with ExitStack() as servers:
        yield lambda answers: servers.enter_context(serving(answers))


def test_a_page_of_metrics(serve: Callable[[Answers], str]) -> None:
    """An address that ends in /metrics is read as it is."""
    url = serve(lambda path, *_: page(TEXT if path == "/metrics" else "", 200 if path == "/metrics" else 500))

    seen = metrics_of(f"{url}/metrics")

    assert (seen.kind("lag"), seen.complete) == ("gauge", False)


def test_a_page_of_metrics_by_another_name(serve: Callable[[Answers], str]) -> None:
    """What is no Prometheus may be a page of metrics."""
    url = serve(lambda path, *_: page(TEXT) if path == "/stats" else page("", 404))

    assert metrics_of(f"{url}/stats").kind("lag") == "gauge"


def prometheus(path: str, query: dict[str, list[str]], _headers: dict[str, str]) -> Answer:
    """A server that knows two series of one metric."""
    asked = query.get("query", [""])[0]
    data: object = None
    if path.endswith("/query"):
        rows = [{"metric": {"code": code}, "value": [0, "1"]} for code in ("200", "500")] if "requests" in asked else []
        data = {"resultType": "vector", "result": rows}
    elif path.endswith("/metadata"):
        data = (
            {"seconds": [{"type": "histogram", "help": "", "unit": "seconds"}]}
            if query["metric"] == ["seconds"]
            else {}
        )
    elif path.endswith("/labels"):
        data = ["__name__", "code", "job"]
    elif path.endswith("/values"):
        data = ["requests_total", "seconds_count"]
    return page(json.dumps({"status": "success", "data": data}))


def test_a_prometheus_by_its_base_url(serve: Callable[[Answers], str]) -> None:
    """Series, labels, types and names come from its API."""
    seen = metrics_of(serve(prometheus) + "/")

    assert isinstance(seen, Server)
    assert seen.complete
    assert seen.series("requests_total", ["code"]) == [{"code": "200"}, {"code": "500"}]
    assert seen.series("nothing", ["code"]) == []
    assert seen.labels("requests_total") == ["code", "job"]
    assert (seen.kind("seconds_count"), seen.kind("other")) == ("histogram", "")
    assert (seen.unit("seconds"), seen.unit("other")) == ("seconds", "")
    assert (seen.highest("requests_total"), seen.highest("nothing")) == (1, None)
    assert seen.names() == ["requests_total", "seconds_count"]


@pytest.mark.parametrize(
    "answer",
    [
        page("not JSON"),
        page('{"status": "success", "data": 5}'),
        page("[]"),
        page("{}", 500),
        page("\xff\xfe"),
        page(""),
    ],
)
def test_answers_that_make_no_sense(serve: Callable[[Answers], str], answer: Answer) -> None:
    """Whatever a server answers is a result or an error of one line, never a traceback."""
    server = Server(serve(lambda *_: answer))

    assert server.optional("status/runtimeinfo", {}, dict[str, str]) is None
    with pytest.raises(ObserveError) as refused:
        server.query("up")
    assert "\n" not in str(refused.value)


def test_something_else_than_prometheus(serve: Callable[[Answers], str]) -> None:
    """A web site is no server to ask."""
    with pytest.raises(ObserveError, match="not a Prometheus API"):
        server_of(serve(lambda *_: page("<html>")))


def test_redirects_do_not_leave_the_web(serve: Callable[[Answers], str]) -> None:
    """A server may send us elsewhere, but never to a file of this machine."""
    url = serve(lambda *_: page("", 302, Location="file:///etc/hostname"))

    with pytest.raises(ObserveError, match="redirects to an address that does not begin with http"):
        Client(f"{url}/metrics").get()


def test_redirects_within_the_web(serve: Callable[[Answers], str]) -> None:
    """Another path is fine, a circle is not."""
    url = serve(
        lambda path, *_: page(TEXT) if path == "/new" else page("", 302, Location=f"{path}x" if "x" in path else "/new")
    )

    assert Client(f"{url}/metrics").get().text == TEXT
    with pytest.raises(ObserveError, match="redirects too often"):
        Client(f"{url}/x").get()


def test_passwords_are_sent_and_not_shown(serve: Callable[[Answers], str]) -> None:
    """User and password of an address go into a header."""
    seen: list[str] = []

    def answers(_path: str, _query: object, headers: dict[str, str]) -> Answer:
        seen.append(headers["Authorization"])
        return page("", 401)

    url = serve(answers).replace("http://", "http://me:p%40ss@")

    with pytest.raises(ObserveError) as refused:
        metrics_of(f"{url}/metrics")
    assert seen == ["Basic bWU6cEBzcw=="]
    assert "p%40ss" not in str(refused.value)
    assert without_password("http://a:b@c/d") == "http://c/d"


def test_limits(serve: Callable[[Answers], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Too much is not kept, and silence is not waited for."""
    url = serve(lambda path, *_: page(b"x" * 2000) if path == "/large" else None)
    monkeypatch.setattr(client, "MOST_BYTES", 1000)
    monkeypatch.setattr(client, "SECONDS", 0.2)

    with pytest.raises(TooLargeError, match="larger than"):
        Client(f"{url}/large").get()
    with pytest.raises(ObserveError, match=r"within 0\.2 seconds"):
        Client(f"{url}/silent").get()
