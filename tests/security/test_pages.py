"""What is shown of texts from outside: markup in them stays text, and nothing is fetched because of them."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from box.pager.app import create_app
from box.pager.settings import PagerSettings
from tests.box.test_pager import Browser, alert, webhook
from tests.conftest import ROOT

DASHBOARDS = sorted((ROOT / "monitoring" / "grafana" / "dashboards").glob("*.json"))
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload='alert(1)'>",
    "{{ 7 * 191 }}{% raw %}",
    "</title></style><iframe srcdoc=x>",
    "<a href=javascript:alert(1)>x</a>",
)
LINKS = (
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//h/x",
)


@pytest.fixture
def client(tmp_path: Path) -> Browser:
    """A pager whose runbook was written by somebody with bad intentions."""
    folder = tmp_path / "runbooks"
    folder.mkdir()
    links = "\n".join(f"[x]({link.strip()}) ![x]({link.strip()}) <{link.strip()}>" for link in LINKS)
    (folder / "Evil.md").write_text("# " + " ".join(MARKUP) + "\n\n" + "\n\n".join(MARKUP) + "\n\n" + links)
    return Browser(create_app(PagerSettings("127.0.0.1", 0, folder, tmp_path / "data" / "notifications.jsonl")))


def harmful(page: str) -> list[str]:
    """What a browser would run, of what was planted."""
    tags = ("<script", "<img src=x", "<svg", "<iframe", "<a href=javascript")
    urls = tuple(
        f'{name}="{scheme}' for name in ("href", "src") for scheme in ("javascript", "JaVa", "data", "vbscript")
    )
    return [each for each in (*tags, *urls, "1337") if each in page]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_any_part_of_an_alert_is_text(client: Browser, text: str) -> None:
    """Names, labels, annotations, times and links: nothing becomes markup, and no template is filled in."""
    labels = dict.fromkeys(("alertname", "tier", "severity", "team", "service"), text) | {text: text}
    annotations = dict.fromkeys(("summary", "description", "runbook_url", "dashboard_url"), text) | {text: text}
    evil = alert(
        labels=labels, annotations=annotations, generatorURL=text, startsAt=text, endsAt=text, fingerprint=text
    )
    sent = client.post("/alertmanager", json=webhook(evil) | {"receiver": text, "groupLabels": {text: text}})

    page = client.get("/")
    listed = client.get("/api/notifications")

    assert sent.status_code == 204
    assert harmful(page.text) == []
    assert text not in page.text or "<" not in text
    assert listed.headers["content-type"] == "application/json"
    assert listed.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("link", LINKS)
def test_a_link_of_an_alert_leads_to_web_pages_alone(client: Browser, link: str) -> None:
    """Scripts, data and addresses without a scheme are no links."""
    texts = {"summary": "x", "runbook_url": link, "dashboard_url": link}
    client.post("/alertmanager", json=webhook(alert(annotations=texts, generatorURL=link)))

    assert link.strip() not in client.get("/").text


def test_markup_in_a_runbook_is_text(client: Browser) -> None:
    """HTML, templates and links to scripts in a runbook do nothing, neither on its page nor in the list."""
    page, index = client.get("/runbooks/Evil"), client.get("/runbooks/")

    assert page.status_code == 200
    assert "&lt;script&gt;" in page.text
    assert harmful(page.text) == []
    assert harmful(index.text) == []


def test_the_name_of_a_runbook_that_is_missing_is_text(client: Browser) -> None:
    """The page that says so repeats the name, as text."""
    page = client.get("/runbooks/%3Cscript%3Ealert(1)%3C%2Fscript%3E%7B%7B7*191%7D%7D")

    assert page.status_code == 404
    assert harmful(page.text) == []


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port of this machine that notices whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003 -- so it is called
        yield server


def test_the_pager_fetches_nothing(client: Browser, listener: socket.socket) -> None:
    """No address in an alert or in a request is visited: the pager is no way into other servers."""
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    texts = {"summary": url, "runbook_url": url, "dashboard_url": url}
    client.post("/alertmanager", json=webhook(alert(annotations=texts, generatorURL=url)))
    page = client.get("/").text
    client.get(f"/runbooks/{url.replace('/', '%2f')}")

    assert f'href="{url}"' in page
    with pytest.raises(BlockingIOError):  # nobody is waiting to be accepted
        listener.accept()


def panels(content: object) -> Iterator[dict[str, Any]]:
    """Every panel of a dashboard, those in rows as well."""
    if isinstance(content, dict):
        if "type" in content and "gridPos" in content:
            yield content
        content = list(content.values())
    for each in content if isinstance(content, list) else ():
        yield from panels(each)


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_dashboards_show_labels_as_text(path: Path) -> None:
    """No panel renders HTML, none is of a plugin, and every link stays within Grafana or on this machine."""
    dashboard = json.loads(path.read_text())
    found = list(panels(dashboard))
    own = {
        "bargauge",
        "heatmap",
        "row",
        "stat",
        "state-timeline",
        "table",
        "timeseries",
        "logs",
        "nodeGraph",
        "piechart",
        "dashlist",
        "text",
    }

    assert found
    assert {panel["type"] for panel in found} <= own
    assert '"mode": "html"' not in json.dumps(dashboard)
    urls = [link["url"] for each in (dashboard, *found) for link in each.get("links", []) if link["type"] == "link"]
    assert [url for url in urls if not url.startswith(("/d/", "http://127.0.0.1:"))] == []


def test_grafana_sanitizes_what_it_renders() -> None:
    """The setting that would let labels and texts carry scripts is not touched."""
    text = (ROOT / "docker-compose.yml").read_text()

    assert "DISABLE_SANITIZE_HTML" not in text
    assert "GF_SECURITY_ALLOW_EMBEDDING" not in text
