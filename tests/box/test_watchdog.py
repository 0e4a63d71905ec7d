"""The dead man's switch of the pager: what counts as a sign of life, when it is overdue, and who hears of it."""

import asyncio
import errno
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from box.pager import app as serving
from box.pager.app import create_app
from box.pager.journal import Journal
from box.pager.notification import Notification, Webhook
from box.pager.settings import PagerSettings, from_environment
from box.pager.watchdog import ALERT, Watchdog, raise_or_resolve

LIMIT = 45
START = 1_000_000.0
RUNBOOK = "http://127.0.0.1:8091/runbooks/WatchdogMissing"


def sign(evaluated: float | None, status: str = "firing") -> Webhook:
    """What Alertmanager posts about the alert Watchdog."""
    annotations = {} if evaluated is None else {"evaluated_at": f"{evaluated:.13e}"}
    alert = {"status": status, "labels": {"alertname": "Watchdog"}, "annotations": annotations}
    return Webhook.model_validate({"status": status, "receiver": "watchdog", "alerts": [alert]})


@pytest.fixture
def watchdog(tmp_path: Path) -> Watchdog:
    """A switch that nobody has pressed."""
    return Watchdog(tmp_path / "watchdog.json", LIMIT, START)


def test_a_fresh_sign_is_no_reason_to_worry(watchdog: Watchdog) -> None:
    """The standing names both clocks, and the age counts from the older one."""
    watchdog.hear(sign(START + 95), START + 100)

    standing = watchdog.standing(START + 110)

    assert (standing.age_seconds, standing.limit_seconds, standing.overdue) == (15, LIMIT, False)
    assert standing.received_at == "1970-01-12T13:48:20.000+00:00"
    assert standing.evaluated_at == "1970-01-12T13:48:15.000+00:00"


def test_silence_is_overdue(watchdog: Watchdog) -> None:
    """A dead Alertmanager sends nothing: after the limit the switch is overdue."""
    watchdog.hear(sign(START + 100), START + 100)

    assert not watchdog.standing(START + 100 + LIMIT).overdue
    assert watchdog.standing(START + 101 + LIMIT).overdue


def test_an_old_evaluation_that_is_repeated_is_overdue(watchdog: Watchdog) -> None:
    """A dead Prometheus leaves an Alertmanager that repeats: what counts is when it was evaluated."""
    watchdog.hear(sign(START + 10), START + 100)

    assert watchdog.standing(START + 100).overdue


def test_a_resolved_watchdog_is_overdue_at_once(watchdog: Watchdog) -> None:
    """Alertmanager says by itself that Prometheus no longer confirms the alert."""
    watchdog.hear(sign(START + 100), START + 100)
    watchdog.hear(sign(START + 100, "resolved"), START + 105)

    assert watchdog.standing(START + 105).overdue


def test_a_resolved_watchdog_is_no_sign_of_life(watchdog: Watchdog) -> None:
    """Its age goes on from the last evaluation: Alertmanager is heard, Prometheus is not."""
    watchdog.hear(sign(START + 95), START + 100)
    watchdog.hear(sign(None, "resolved"), START + 140)

    standing = watchdog.standing(START + 145)

    assert standing.age_seconds == 50
    assert standing.evaluated_at == "1970-01-12T13:48:15.000+00:00"
    assert standing.received_at == "1970-01-12T13:49:00.000+00:00"


def test_a_sign_without_its_time_counts_from_its_arrival(watchdog: Watchdog) -> None:
    """An alert written by somebody else presses the switch, too; a time that is none is ignored."""
    watchdog.hear(sign(None), START + 100)

    assert watchdog.standing(START + 103).age_seconds == 3


def test_a_start_gives_the_first_sign_its_time(tmp_path: Path) -> None:
    """A pager that was off for a day does not shout before Prometheus had its chance; then it does."""
    Watchdog(tmp_path / "w.json", LIMIT, START).hear(sign(START), START)
    later = START + 86400

    again = Watchdog(tmp_path / "w.json", LIMIT, later)

    assert again.standing(later + 1).age_seconds == 86401
    assert not again.standing(later + LIMIT).overdue
    assert again.standing(later + LIMIT + 1).overdue


@pytest.mark.parametrize("text", ["", "{", '{"received": 1}', "[]", "null"])
def test_a_damaged_memory_is_as_none(tmp_path: Path, text: str) -> None:
    """The pager starts whatever a crash left behind."""
    (tmp_path / "w.json").write_text(text)

    assert Watchdog(tmp_path / "w.json", LIMIT, START).standing(START).age_seconds is None


def test_a_limit_of_zero_expects_nothing(tmp_path: Path) -> None:
    """Whoever has no such alert is not bothered."""
    assert not Watchdog(tmp_path / "w.json", 0, START).standing(START + 10**6).overdue


def test_the_pager_raises_the_alarm_once_and_ends_it(tmp_path: Path, watchdog: Watchdog) -> None:
    """Overdue is one page, however often it is looked at and though the pager restarts; the next sign resolves it."""
    journal = Journal(tmp_path / "notifications.jsonl")
    for second in range(1, 100):
        raise_or_resolve(watchdog, journal, RUNBOOK, START + second)
    raised = journal.newest_first()

    restarted = Watchdog(tmp_path / "watchdog.json", LIMIT, START + 200)
    raise_or_resolve(restarted, journal, RUNBOOK, START + 201)
    still = journal.newest_first()
    restarted.hear(sign(START + 210), START + 210)
    raise_or_resolve(restarted, journal, RUNBOOK, START + 211)

    (page,) = raised
    assert still == raised
    assert page.received == START + LIMIT + 1
    assert page.alerts[0].labels == {"alertname": ALERT, "severity": "page", "team": "platform"}
    assert page.alerts[0].annotations["runbook_url"] == RUNBOOK
    ended, begun = journal.newest_first()
    assert (ended.status, begun.status) == ("resolved", "firing")
    assert ended.alerts[0].starts_at == begun.alerts[0].starts_at
    assert ended.alerts[0].ends_at > ended.alerts[0].starts_at
    assert journal.firing() == []


def settings(tmp_path: Path, seconds: float) -> PagerSettings:
    """Settings of a pager with a folder of its own."""
    return PagerSettings("127.0.0.1", 8091, tmp_path, tmp_path / "notifications.jsonl", watchdog_seconds=seconds)


async def exchange(given: PagerSettings, *requests: tuple[str, str, Any]) -> list[httpx.Response]:
    """The answers of a pager that serves, with its guard at work."""
    app = create_app(given)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        return [await client.request(method, path, json=body) for method, path, body in requests]


def test_a_sign_is_no_notification(tmp_path: Path) -> None:
    """It is remembered and shown, and nobody is told that it arrived."""
    body = sign(time.time()).model_dump(by_alias=True)

    posted, asked, listed, page, metrics = asyncio.run(
        exchange(
            settings(tmp_path, LIMIT),
            ("POST", "/watchdog", body),
            ("GET", "/api/watchdog", None),
            ("GET", "/api/notifications", None),
            ("GET", "/", None),
            ("GET", "/metrics", None),
        )
    )

    assert posted.status_code == 204
    assert asked.json()["overdue"] is False
    assert asked.json()["age_seconds"] < LIMIT
    assert listed.json() == []
    assert "Dead man&#39;s switch: last heard 0 s ago." in page.text
    assert samples(metrics.text)["pager_watchdog_overdue"] == 0
    assert samples(metrics.text)["pager_watchdog_age_seconds"] < LIMIT


def samples(text: str) -> dict[str, float]:
    """The samples without labels, and the last of those with some."""
    return {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}


def test_the_guard_raises_the_alarm_while_the_pager_serves(tmp_path: Path) -> None:
    """A pager that hears nothing pages by itself, and its page says why."""
    page, listed = asyncio.run(first_page(settings(tmp_path, 0.01)))

    assert [each["alerts"][0]["labels"]["alertname"] for each in listed] == [ALERT]
    assert "Dead man&#39;s switch overdue: last heard never. Alerts may not arrive." in page
    assert 'href="http://127.0.0.1:8091/runbooks/WatchdogMissing"' in page


async def first_page(given: PagerSettings) -> tuple[str, Any]:
    """What a pager that serves shows and lists as soon as it lists anything."""
    app = create_app(given)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        for _ in range(100):
            if listed := (await client.get("/api/notifications")).json():
                return (await client.get("/")).text, listed
            await asyncio.sleep(0.1)
    return "", []


def test_a_full_disk_delays_the_alarm_and_does_not_end_the_guard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What could not be written down is tried again at the next look; the log says it once."""
    add, failures = Journal.add, [OSError(errno.ENOSPC, "No space left on device")] * 2

    def full_at_first(journal: Journal, notification: Notification) -> None:
        if failures:
            raise failures.pop()
        add(journal, notification)

    monkeypatch.setattr(Journal, "add", full_at_first)
    monkeypatch.setattr(serving, "LOOK_SECONDS", 0.01)

    _, listed = asyncio.run(first_page(settings(tmp_path, 0.01)))

    assert [each["alerts"][0]["labels"]["alertname"] for each in listed] == [ALERT]
    assert [record.getMessage().partition(":")[2] for record in caplog.records if record.name == serving.__name__] == [
        " [Errno 28] No space left on device"
    ]


@pytest.mark.parametrize(("body", "status"), [({}, 400), ({"status": "melting"}, 400)])
def test_what_is_no_notification_presses_nothing(tmp_path: Path, body: Any, status: int) -> None:  # noqa: ANN401
    """A stranger's body is refused and not remembered."""
    posted, asked = asyncio.run(
        exchange(settings(tmp_path, LIMIT), ("POST", "/watchdog", body), ("GET", "/api/watchdog", None))
    )

    assert posted.status_code == status
    assert asked.json()["age_seconds"] is None


def test_the_limit_is_a_setting() -> None:
    """PAGER_WATCHDOG_SECONDS changes it; by default two signs may be lost."""
    assert from_environment({}).watchdog_seconds == LIMIT
    assert from_environment({"PAGER_WATCHDOG_SECONDS": "5"}).watchdog_seconds == 5
