"""`box logs --query/--trace/--order`: the questions to both log stores, who is asked, and what is printed."""

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from box.cli import make_parser
from box.errors import BoxError, BrokenError
from box.layout import Layout
from box.logs.search import PORT_VARIABLES, find, search
from box.logs.store import Loki, Record, VictoriaLogs, Wanted, quoted
from box.logs.view import as_json, line
from tests.box.conftest import free_ports
from tests.box.fake_box import FULL, IN_COMPOSE, SILENT, FakeBox, running

TRACE = "0af7651916cd43dd8448eb211c80319c"
NASTY = ['o" or *', "x\\", '\\" | delete y', "} |= {", "`a` | json", "a\nb", "ünï😀", "(a|b)*[", "{{.x}}"]


def layout_of(tmp_path: Path, **ports: int) -> Layout:
    """A checkout in which nothing runs, with these ports in its .env."""
    (tmp_path / ".env").write_text("".join(f"{name}={port}\n" for name, port in ports.items()))
    return Layout(tmp_path, tmp_path / "run")


def call(*arguments: str) -> int:
    """Run `box logs`; return the exit code."""
    parsed = make_parser().parse_args(["logs", *arguments])
    return int(parsed.run(parsed))


@pytest.mark.parametrize(
    ("wanted", "logsql", "logql"),
    [
        (Wanted(), "*", '{service_name=~".+"}'),
        (Wanted(service="web"), 'service.name:="web"', '{service_name="web"}'),
        (Wanted(trace_id=TRACE), f'trace_id:="{TRACE}"', f'{{service_name=~".+"}} | trace_id="{TRACE}"'),
        (
            Wanted(service="web", order_id="o-1"),
            'service.name:="web" order_id:="o-1"',
            '{service_name="web"} | order_id="o-1"',
        ),
    ],
)
def test_both_stores_are_asked_the_same(wanted: Wanted, logsql: str, logql: str) -> None:
    """The parts of a question are joined by `and`, each in the store's own names."""
    with running(FakeBox(), FULL) as servers:
        assert VictoriaLogs(servers).query(wanted) == logsql
        assert Loki(servers).query(wanted) == logql


def test_a_text_is_searched_in_any_field() -> None:
    """Its special characters mean themselves, and case does not matter."""
    with running(FakeBox(), FULL) as servers:
        assert VictoriaLogs(servers).query(Wanted(text="a.b")) == '*:~"(?i)a\\\\.b"'
        assert 'error=~"(?is).*a\\\\.b.*"' in Loki(servers).query(Wanted(text="a.b"))


@pytest.mark.parametrize("text", NASTY)
def test_no_text_becomes_syntax(text: str) -> None:
    """However it is written: outside of string literals the question is that for a harmless text."""
    for wanted, harmless in (
        (Wanted(text=text), Wanted(text="x")),
        (Wanted(order_id=text), Wanted(order_id="x")),
        (Wanted(service=text), Wanted(service="x")),
        (Wanted(trace_id=text), Wanted(trace_id="x")),
    ):
        with running(FakeBox(), FULL) as servers:
            for store in (VictoriaLogs(servers), Loki(servers)):
                assert outside(store.query(wanted)) == outside(store.query(harmless))


@given(st.text())
def test_a_literal_ends_where_it_should(text: str) -> None:
    """For any text there is one literal and nothing behind it, and a reader of JSON strings gets the text back."""
    literal = quoted(text)

    assert outside(literal) == '""'
    assert json.loads(literal) == text


def outside(query: str) -> str:
    """What of a question is not inside of string literals in double quotes."""
    kept, inside, escaped = "", False, False
    for each in query:
        if not inside or (each == '"' and not escaped):
            kept += each
        if each == '"' and not escaped:
            inside = not inside
        escaped = each == "\\" and not escaped
    assert not inside
    return kept


@pytest.mark.parametrize(
    "fields",
    [
        {"service.name": "web", "severity_text": "ERROR", "trace_id": TRACE},
        {"service_name": "web", "detected_level": "error", "trace_id": TRACE},
    ],
    ids=["names with dots", "names with underscores"],
)
def test_service_level_and_trace_are_found_under_either_name(fields: dict[str, str]) -> None:
    """VictoriaLogs keeps the names of OTLP, Loki makes label names of them."""
    record = Record(0, "request", fields)

    assert (record.service, record.level, record.trace_id) == ("web", "error", TRACE)


def test_a_record_is_one_line_with_what_matters() -> None:
    """Who and when, the message, what it was about, the trace; nothing about the process."""
    fields = {
        "service.name": "web",
        "service.instance.id": "1",
        "severity_text": "ERROR",
        "telemetry.sdk.name": "opentelemetry",
        "order_id": "o-1",
        "error": "circuit open",
        "trace_id": TRACE,
    }
    shown = line(Record(1.5, "request", fields)).plain

    assert shown == (
        f'1970-01-01 00:00:01.500Z web      error   request error="circuit open" order_id=o-1 trace_id={TRACE}'
    )


def test_a_record_cannot_take_over_the_terminal() -> None:
    """Escape sequences, C1 controls and line ends that somebody logged are shown as such, wherever they are."""
    nasty = "a\x1b[2jb\n\x9b2j\ud800"
    fields = dict.fromkeys(("service.name", "severity_text", "trace_id", "error", nasty), nasty)

    shown = line(Record(0, nasty, fields)).plain

    assert shown.isprintable()
    assert shown.count("a\\x1b[2jb\\n\\x9b2j\\ud800") == 7


def test_json_cannot_take_over_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is ASCII alone; a program reads what was logged, also where that is no text."""
    nasty = "\x1b[2J\x9b2J\ud800ü"
    found = [Record(0, nasty, {nasty: nasty, "trace_id": nasty})]
    monkeypatch.setattr("box.logs.search.search", lambda *_: (None, found))

    assert call("--query", "a", "--format", "json") == 0

    printed = capsys.readouterr().out
    assert printed.isascii()
    assert printed.replace("\n", "").isprintable()
    assert json.loads(printed) == [as_json(each) for each in found]


def test_programs_get_every_field() -> None:
    """JSON has what people are shown by name, and all that the store keeps."""
    told = as_json(Record(1.5, "request", {"service_name": "web", "level": "info", "status": "201"}))

    assert told == {
        "time": "1970-01-01T00:00:01.500000+00:00",
        "service": "web",
        "level": "info",
        "message": "request",
        "trace_id": "",
        "fields": {"service_name": "web", "level": "info", "status": "201"},
    }


@pytest.mark.parametrize("names", [FULL, IN_COMPOSE], ids=["victoria-logs", "loki"])
def test_the_store_that_variables_name_is_asked(names: tuple[str, ...], tmp_path: Path) -> None:
    """In the doctor's container: records come back, the oldest first."""
    with running(FakeBox(), names) as servers:
        environment = {f"DOCTOR_{name.upper().replace('-', '_')}_URL": url for name, url in servers.urls.items()}
        store, found = search(layout_of(tmp_path), environment, Wanted(trace_id=TRACE), 60, 10)

    assert store.name == names[-1]
    assert [record.service for record in found] == ["catalog", "orders", "web"]


@pytest.mark.parametrize("name", ["loki", "victoria-logs"])
def test_without_a_box_the_store_of_compose_is_asked(name: str, tmp_path: Path) -> None:
    """Whichever of the two listens on its port of .env."""
    (nowhere,) = free_ports(1)
    with running(FakeBox(), (name,), alone=name) as servers:
        port = urlsplit(servers.urls[name]).port or 0
        ports = {"LOKI_PORT": nowhere, "VICTORIALOGS_PORT": nowhere, PORT_VARIABLES[name]: port}
        store, found = search(layout_of(tmp_path, **ports), {}, Wanted(trace_id=TRACE), 60, 10)

    assert (store.name, len(found)) == (name, 3)


@pytest.mark.parametrize("name", ["LOKI_PORT", "VICTORIALOGS_PORT"])
def test_a_port_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    """As for `box up`; an empty variable of the environment counts as none."""
    layout = layout_of(tmp_path, **{"LOKI_PORT": 1, "VICTORIALOGS_PORT": 2, name: 0})

    with pytest.raises(BoxError, match=rf"{name} in .*must be a port from 1 to 65535, it is '0'"):
        find(layout, {name: ""})

    (tmp_path / ".env").write_text("")
    with pytest.raises(BoxError, match=r"_PORT in .*must be a port from 1 to 65535, it is ''"):
        find(layout, {})


def test_without_a_box_compose_ports_are_tried(tmp_path: Path) -> None:
    """Nothing runs natively: whatever answers at the ports of .env is asked; when nothing does, both are named."""
    loki, victoria_logs = free_ports(2)
    layout = layout_of(tmp_path, LOKI_PORT=loki, VICTORIALOGS_PORT=victoria_logs)

    with pytest.raises(BoxError, match=f"neither loki at http://127.0.0.1:{loki} nor victoria-logs at ") as error:
        find(layout, {})

    assert str(error.value).endswith("start one: make up FULL=1, or docker compose up")


def test_an_ill_store_is_named(tmp_path: Path) -> None:
    """What it answers is quoted; there is no traceback."""
    with running(FakeBox(wrong={("victoria-logs", "/select/logsql/query"): (400, "cannot parse")}), FULL) as servers:
        environment = {"DOCTOR_VICTORIA_LOGS_URL": servers.urls["victoria-logs"]}
        with pytest.raises(BoxError, match="victoria-logs: answers 400 to /select/logsql/query: cannot parse"):
            search(layout_of(tmp_path), environment, Wanted(), 60, 10)


@pytest.mark.parametrize("name", ["loki", "victoria-logs"])
def test_a_store_that_refuses_need_not_be_started(name: str, tmp_path: Path) -> None:
    """Its text is shown in one line of limited length."""
    path = {"loki": "/loki/api/v1/query_range", "victoria-logs": "/select/logsql/query"}[name]
    refused = (400, "the query\nis too long: " + "x" * 1000)
    with running(FakeBox(wrong={(name, path): refused}), (name,)) as servers:
        environment = {f"DOCTOR_{name.upper().replace('-', '_')}_URL": servers.urls[name]}
        with pytest.raises(BoxError) as error:
            search(layout_of(tmp_path), environment, Wanted(), 60, 10)

    told = str(error.value)
    assert "the query is too long: xxx" in told
    assert "start it" not in told
    assert len(told) < 350


def test_a_store_that_hangs_is_to_be_restarted() -> None:
    """Who gives no answer in time runs: starting it would change nothing."""
    with running(FakeBox(wrong={("loki", "/loki/api/v1/query_range"): SILENT}), ("loki",), "compose") as served:
        servers = replace(served, start="docker compose up -d {name}")
        with pytest.raises(BrokenError, match=r"gives no answer .*; restart it: docker compose restart loki$"):
            Loki(servers).records(Wanted(), 0, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--trace", "xyz"], "'xyz' is not a trace id; write 32 hexadecimal digits"),
        (["--order", " "], "must not be empty"),
        (["--query", "a\x1b"], "must be printable text"),
        (["--query", "a", "--since", "soon"], "'soon' is not a duration; write 15s, 5m or 1h30m"),
        (["--query", "a", "--since", "0"], "must be longer than 0"),
        (["--query", "a", "--since", "1000000h"], "at most 720h (30 days)"),
        (["--query", "a", "--since", "9" * 400 + "ms"], "at most 720h (30 days)"),
        (["--query", "a" * 4001], "must have at most 4,000 characters, it has 4,001"),
        (["web", "--lines=-5"], "'-5' is not a number of lines; write 0 or more"),
        (["--query", "a", "--limit", "0"], "must be a whole number from 1 to 5000"),
        (["--query", "a", "--trace", TRACE], "not allowed with argument"),
        (["--query", "a", "--follow"], "--follow reads what a process printed"),
        (["web", "--since", "1h"], "--since needs a search: --query, --trace or --order"),
        (["prometheus", "--query", "a"], "the log store keeps records of web, catalog, orders"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and one line, before any server is asked."""
    with pytest.raises(SystemExit) as end:
        call(*arguments)

    assert end.value.code == 2
    assert words in capsys.readouterr().err


def test_an_empty_answer_shows_the_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever finds nothing sees in which store, how far back, and with which words."""
    with running(FakeBox(in_logs=()), FULL) as servers:
        monkeypatch.setenv("DOCTOR_VICTORIA_LOGS_URL", servers.urls["victoria-logs"])
        assert call("web", "--order", "o-1", "--since", "15m") == 0

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "no records of web with order o-1 in victoria-logs within the last 15m; look further back: --since 72h\n"
    )


@pytest.mark.parametrize("given", [("--order", " O-1 ", "--since", "72h"), ("--query", 'a "b"', "--since", "72h")])
def test_the_question_is_shown_as_it_was_asked(
    given: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An id without blanks and in lower case; no query language, and no hint where nothing older is kept."""
    with running(FakeBox(in_logs=()), FULL) as servers:
        monkeypatch.setenv("DOCTOR_VICTORIA_LOGS_URL", servers.urls["victoria-logs"])
        assert call(*given) == 0

    what = "order o-1" if given[0] == "--order" else "the text 'a \"b\"'"
    assert capsys.readouterr().err == f"no records with {what} in victoria-logs within the last 72h\n"


def test_that_there_may_be_more_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, so that standard output holds records alone."""
    with running(FakeBox(), FULL) as servers:
        monkeypatch.setenv("DOCTOR_VICTORIA_LOGS_URL", servers.urls["victoria-logs"])
        assert call("--trace", TRACE, "--limit", "1") == 0

    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 1
    assert printed.err == "There may be more: these are the newest 1; see --limit and --since.\n"


@pytest.mark.parametrize("names", [FULL, IN_COMPOSE], ids=["victoria-logs", "loki"])
@pytest.mark.parametrize(
    ("options", "services"),
    [
        ((), ["catalog", "orders", "web"]),
        (("--since", "90s"), ["orders", "web"]),
        (("--limit", "1"), ["web"]),
        (("--limit", "2", "--since", "1h"), ["orders", "web"]),
    ],
)
def test_the_window_and_the_limit(
    names: tuple[str, ...],
    options: tuple[str, ...],
    services: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The records are one minute apart: the newest within the window are printed, the oldest of them first."""
    with running(FakeBox(line_gap=60), names) as servers:
        monkeypatch.setenv(f"DOCTOR_{names[-1].upper().replace('-', '_')}_URL", servers.urls[names[-1]])
        assert call("--trace", TRACE, "--format", "json", *options) == 0

    assert [each["service"] for each in json.loads(capsys.readouterr().out)] == services


def test_json_is_a_list(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Also when nothing was found."""
    with running(FakeBox(), FULL) as servers:
        monkeypatch.setenv("DOCTOR_VICTORIA_LOGS_URL", servers.urls["victoria-logs"])
        assert call("--trace", TRACE.upper(), "--format", "json") == 0

    assert {each["message"] for each in json.loads(capsys.readouterr().out)} == {"request"}
