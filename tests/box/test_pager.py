"""The pager: what it takes, shows, keeps and refuses."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from box.pager import __main__, times
from box.pager.app import LARGEST_BODY, create_app
from box.pager.notification import Alert, moment, web_link
from box.pager.settings import PagerSettings, from_environment
from box.state import State, save

JSON = {"content-type": "application/json"}


class Browser:
    """Calls the application without a network in between."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Get a page."""
        return self._send("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Post something."""
        return self._send("POST", path, **options)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())


@pytest.fixture
def settings(tmp_path: Path) -> PagerSettings:
    """Settings with a folder of two runbooks, and a secret beside it."""
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "ShopBudgetBurn.md").write_text("# Orders fail\n\n<script>alert(1)</script> [x](javascript:alert(1))\n")
    (folder / "README.md").write_text("# How to read runbooks\n")
    (tmp_path / "Secret.md").write_text("the secret")
    return PagerSettings("127.0.0.1", 0, folder, tmp_path / "data" / "notifications.jsonl")


@pytest.fixture
def client(settings: PagerSettings) -> Browser:
    """A browser in front of the pager."""
    return Browser(create_app(settings))


def alert(status: str = "firing", tier: str = "page-fast", severity: str = "page", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return an alert as Alertmanager sends it."""
    return {
        "status": status,
        "labels": {"alertname": "ShopBudgetBurn", "tier": tier, "severity": severity},
        "annotations": {"summary": "Orders fail", "runbook_url": "http://127.0.0.1:8091/runbooks/ShopBudgetBurn"},
        "startsAt": "2026-11-20T18:41:07.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://127.0.0.1:9090/graph?g0.expr=up",
        "fingerprint": tier,
        **more,
    }


def webhook(*alerts: dict[str, Any], status: str = "firing") -> dict[str, Any]:
    """Return a notification, with fields that we do not read."""
    return {"version": "4", "groupKey": "{}", "status": status, "receiver": "page", "alerts": list(alerts)}


def test_a_page_is_shown_with_runbook_and_graph(client: Browser) -> None:
    """Summary, severity, runbook and graph are one click or one look away."""
    assert client.post("/alertmanager", json=webhook(alert())).status_code == 204

    page = client.get("/").text

    assert "Orders fail" in page
    assert "<strong>1</strong> page and" in " ".join(page.split())
    assert 'href="http://127.0.0.1:8091/runbooks/ShopBudgetBurn"' in page
    assert 'href="http://127.0.0.1:9090/graph?g0.expr=up"' in page


def test_without_web_pages_in_prometheus_the_query_leads_to_its_api(settings: PagerSettings) -> None:
    """The Prometheus that `make tools` builds draws no graphs: the link leads to the answer, and to nothing else."""
    client = Browser(create_app(replace(settings, graphs=False)))
    graph = "http://127.0.0.1:9090/graph?g0.expr=a%7Bb%3D%22c%22%7D+%3E+1&g0.tab=1"
    client.post("/alertmanager", json=webhook(alert(generatorURL=graph), alert(generatorURL="http://other/page")))

    page = client.get("/").text

    assert 'href="http://127.0.0.1:9090/api/v1/query?query=a%7Bb%3D%22c%22%7D+%3E+1"' in page
    assert "/graph" not in page
    assert "http://other" not in page


def test_notifications_are_listed_newest_first(client: Browser) -> None:
    """The JSON list has arrival, status and alerts of each notification."""
    client.post("/alertmanager", json=webhook(alert()))
    client.post("/alertmanager", json=webhook(alert(status="resolved"), status="resolved"))

    listed = client.get("/api/notifications").json()

    assert [each["status"] for each in listed] == ["resolved", "firing"]
    assert listed[0]["alerts"][0]["labels"]["tier"] == "page-fast"
    assert datetime.fromisoformat(listed[0]["received_at"]).tzinfo == UTC


def test_what_resolved_no_longer_counts_as_firing(client: Browser) -> None:
    """Only alerts whose last news is `firing` are counted."""
    client.post("/alertmanager", json=webhook(alert(), alert(tier="ticket-slow", severity="ticket")))
    client.post("/alertmanager", json=webhook(alert(status="resolved")))

    page = " ".join(client.get("/").text.split())

    assert "<strong>0</strong> pages and <strong>1</strong> ticket firing now" in page


def test_what_has_no_severity_wakes_nobody(client: Browser) -> None:
    """The doctor's test alert is listed, and counted neither as a page nor as a ticket."""
    client.post("/alertmanager", json=webhook(alert(severity="none")))

    assert len(client.get("/api/notifications").json()) == 1
    assert "Nothing is firing." in client.get("/").text


def test_a_resolve_without_a_firing_is_fine(client: Browser) -> None:
    """Alertmanager resolves inhibited alerts that it never notified about."""
    sent = client.post("/alertmanager", json=webhook(alert(status="resolved"), status="resolved"))

    assert sent.status_code == 204
    assert "Nothing is firing." in client.get("/").text


def test_a_restart_forgets_nothing(settings: PagerSettings) -> None:
    """The journal brings the list back, even when a crash left half a line at its end."""
    Browser(create_app(settings)).post("/alertmanager", json=webhook(alert()))
    with settings.journal.open("a") as file:
        file.write('{"received": 17')

    again = Browser(create_app(settings))
    again.post("/alertmanager", json=webhook(alert(tier="page-slow")))

    once_more = Browser(create_app(settings)).get("/api/notifications").json()
    assert [each["alerts"][0]["labels"]["tier"] for each in once_more] == ["page-slow", "page-fast"]


def test_markup_in_labels_and_annotations_is_text(client: Browser) -> None:
    """Whoever can name an alert cannot run a script in the reader's browser, nor link to one."""
    evil = "<img src=x onerror=alert(1)>"
    texts = {"summary": evil, "description": evil, "runbook_url": "javascript:alert(1)"}
    labels = {"alertname": evil, "tier": evil, "severity": '"><script>', "team": evil}
    client.post("/alertmanager", json=webhook(alert(labels=labels, annotations=texts, generatorURL="data:text/html,x")))

    page = client.get("/").text

    assert "<img" not in page
    assert "<script" not in page
    assert "javascript:" not in page
    assert "data:text" not in page


def test_a_runbook_is_rendered_without_its_html(client: Browser) -> None:
    """Markdown becomes HTML, HTML in it becomes text, links to scripts become none."""
    page = client.get("/runbooks/ShopBudgetBurn").text

    assert "<h1>Orders fail</h1>" in page
    assert "&lt;script&gt;" in page
    assert 'href="javascript' not in page


def test_runbooks_link_to_each_other_as_in_the_repository(client: Browser) -> None:
    """Pages are found with and without `.md`, and the index lists the alerts alone."""
    assert client.get("/runbooks/ShopBudgetBurn.md").status_code == 200
    assert "How to read runbooks" in client.get("/runbooks/README.md").text

    index = client.get("/runbooks/").text
    assert '<a href="/runbooks/ShopBudgetBurn">Orders fail</a>' in index
    assert index.count("README") == 1  # the link to what all pages share


@pytest.mark.parametrize(
    "path",
    ["..%2fSecret", "..%2FSecret.md", "%2e%2e/Secret", "../Secret", "..\\Secret", "%00", "ShopBudgetBurn%00", "*"],
)
def test_no_path_leads_out_of_the_folder(client: Browser, path: str) -> None:
    """Whatever stands in the address, only pages of the folder are found."""
    answer = client.get(f"/runbooks/{path}")

    assert answer.status_code == 404
    assert "the secret" not in answer.text


def test_a_link_out_of_the_folder_is_not_followed(client: Browser, settings: PagerSettings) -> None:
    """A symbolic link to a file elsewhere is no runbook."""
    (settings.runbooks / "Linked.md").symlink_to(settings.runbooks.parent / "Secret.md")

    assert client.get("/runbooks/Linked").status_code == 404


@pytest.mark.parametrize("body", ["", "{", "[]", '{"status": "on fire"}', '{"status": "firing", "alerts": [{}]}'])
def test_what_is_no_notification_is_refused(client: Browser, body: str) -> None:
    """Alertmanager gets a 400, which it does not repeat, and nothing is kept."""
    answer = client.post("/alertmanager", content=body, headers=JSON)

    assert answer.status_code == 400
    assert "not a notification of Alertmanager" in answer.json()["detail"]
    assert client.get("/api/notifications").json() == []


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_web_page_cannot_make_its_reader_post_a_notification(client: Browser, media: str) -> None:
    """What a browser sends across sites without asking is no JSON, and is refused whatever it says."""
    headers = {"content-type": media} if media else {}
    answer = client.post("/alertmanager", content=json.dumps(webhook(alert())), headers=headers)

    assert answer.status_code == 415
    assert client.get("/api/notifications").json() == []


def test_a_huge_body_is_refused(client: Browser) -> None:
    """Nobody fills the memory of the pager."""
    assert client.post("/alertmanager", content=b"x" * (LARGEST_BODY + 1), headers=JSON).status_code == 413


def test_pages_are_hard_to_abuse(client: Browser) -> None:
    """No script runs, no frame holds the page, and another host name is not served."""
    headers = client.get("/").headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_it_says_that_it_is_alive(client: Browser) -> None:
    """The health check that compose and `box` use."""
    assert client.get("/healthz").json() == {"status": "ok"}


def test_settings_take_a_folder_or_a_file(tmp_path: Path) -> None:
    """PAGER_DATA may be either."""
    folder = from_environment({"PAGER_DATA": str(tmp_path), "PAGER_PORT": "1", "PAGER_GRAPHS": "0"})
    file = from_environment({"PAGER_DATA": str(tmp_path / "x.jsonl")})

    assert (folder.graphs, file.graphs) == (False, True)
    assert (folder.port, folder.journal) == (1, tmp_path / "notifications.jsonl")
    assert (file.port, file.journal) == (8091, tmp_path / "x.jsonl")


def test_runbooks_have_the_ports_of_their_box(tmp_path: Path) -> None:
    """A box on other ports than those of `.env` serves pages whose commands work."""
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "A.md").write_text(
        "# A\n\n`curl http://127.0.0.1:9090/x` `curl http://127.0.0.1:8000/y`\n"
    )
    (tmp_path / ".env").write_text("PROMETHEUS_PORT=9090\nWEB_PORT=8000\n")
    save(tmp_path / "state.json", State({"prometheus": 23456, "web": 8000}, 1, "up", ""))
    environment = {"RUNBOOKS": "runbooks", "DATA": "data", "STATE": "state.json", "ENV_FILE": ".env"}

    app = create_app(from_environment({f"PAGER_{name}": str(tmp_path / path) for name, path in environment.items()}))
    page = Browser(app).get("/runbooks/A").text

    assert "http://127.0.0.1:23456/x" in page
    assert "http://127.0.0.1:8000/y" in page


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0 s ago"), (59.9, "59 s ago"), (60, "1 min ago"), (7199, "1 h ago"), (86400, "1 d ago")],
)
def test_ages(seconds: float, text: str) -> None:
    """The largest unit that fits; a clock that runs ahead gives no negative age."""
    assert times.ago(seconds) == text


@pytest.fixture
def in_utc() -> Iterator[None]:
    """Local time is UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


NEVER = "0001-01-01T00:00:00Z"
FIRED = "2026-11-20T18:41:07.9Z"


@pytest.mark.parametrize(
    ("status", "starts_at", "ends_at", "text"),
    [
        ("firing", FIRED, NEVER, "firing since 18:41:07"),
        ("firing", FIRED, "2026-11-20T18:50:00Z", "firing since 18:41:07"),
        ("firing", "", "", "firing"),
        ("firing", NEVER, NEVER, "firing"),
        ("firing", "9999-12-31T23:59:59Z", "", "firing"),
        ("firing", "2026-11-19T18:41:07Z", "", "firing since 2026-11-19 18:41:07"),
        ("resolved", FIRED, "2026-11-20T18:43:12.9Z", "fired 18:41:07, resolved 18:43:12 after 2 min 5 s"),
        ("resolved", FIRED, "2026-11-20T20:41:30.9Z", "fired 18:41:07, resolved 20:41:30 after 2 h"),
        ("resolved", FIRED, "2026-11-20T18:41:07.95Z", "fired 18:41:07, resolved 18:41:07 after less than 1 s"),
        ("resolved", FIRED, FIRED, "fired 18:41:07, resolved 18:41:07 after less than 1 s"),
        ("resolved", FIRED, "2026-11-20T18:41:07Z", "fired 18:41:07, resolved 18:41:07"),
        ("resolved", "2026-11-18T15:00:00", FIRED, "fired 2026-11-18 15:00:00, resolved 18:41:07 after 2 d 3 h"),
        ("resolved", "", FIRED, "resolved 18:41:07"),
        ("resolved", FIRED, NEVER, "fired 18:41:07, resolved"),
        ("resolved", FIRED, "soon", "fired 18:41:07, resolved"),
        ("resolved", "", "", "resolved"),
    ],
)
@pytest.mark.usefixtures("in_utc")
def test_no_time_is_shown_that_is_not_known(status: str, starts_at: str, ends_at: str, text: str) -> None:
    """Each combination of known, missing and odd times reads as a sentence; a date is shown where it is another day."""
    sent = Alert.model_validate({"status": status, "startsAt": starts_at, "endsAt": ends_at})
    assert times.course(sent, datetime(2026, 11, 20, 20, 42, tzinfo=UTC)) == text


def test_the_page_shows_when_an_alert_fired_and_was_resolved(client: Browser) -> None:
    """A resolved alert without a start is shown as resolved."""
    sent = [alert(status="resolved", startsAt="", endsAt=FIRED), alert(tier="page-slow", startsAt="")]
    client.post("/alertmanager", json=webhook(*sent))
    shown = re.findall(r'class="when">([^<]*)<', client.get("/").text)
    assert re.fullmatch(r"resolved (\S+ )?\d\d:\d\d:\d\d", shown[0])
    assert shown[1] == "firing"


def test_moments_of_alertmanager() -> None:
    """Nanoseconds are read, year 1 means never, and nonsense is none."""
    found = moment("2026-11-20T18:41:07.123456789Z")

    assert found is not None
    assert found.replace(microsecond=0) == datetime(2026, 11, 20, 18, 41, 7, tzinfo=UTC)
    assert moment("0001-01-01T00:00:00Z") is None
    assert moment("soon") is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "http://", "http://[", ""])
def test_only_web_links_are_links(url: str) -> None:
    """Everything that is not http or https with a host is dropped."""
    assert web_link(url) == ""


def test_the_pager_keeps_idle_connections_longer_than_alertmanager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alertmanager drops an idle connection after five minutes; the pager must not close it first."""
    given: dict[str, Any] = {}
    monkeypatch.setattr("uvicorn.run", lambda _app, **options: given.update(options))

    __main__.main()

    assert given["timeout_keep_alive"] > 5 * 60
