"""Two tiers of an SLO end beside one that goes on: a real Prometheus and Alertmanager report each change once."""

import time
from pathlib import Path

import pytest

from box.render import alertmanager, document
from box.services import CORE
from box.settings import Settings
from box.supervision.program import RESEND_DELAY
from tests.conftest import BUILT
from tests.documents import dump
from tests.rules.alertmanagers import running as alertmanager_running
from tests.rules.receivers import receiver
from tests.rules.server import free_port, started

ROOT = Path(__file__).parents[2]
LABELS = {"service": "shop", "slo": "checkout", "severity": "page", "team": "checkout"}
FIRING, APART, WATCHED = 7, 5, 13
"""Seconds until the first tier ends, until the second does, and how long repetitions are waited for after that."""

Sent = dict[str, str]
"""A notification: tier -> firing or resolved."""


@pytest.mark.slow
def test_each_change_is_reported_once(tmp_path: Path) -> None:
    """With the timers of scaled time. A resend delay above group_interval reports ended tiers in turns, for minutes."""
    with receiver() as (url, received):
        now = int(time.time())
        ends = {"page-fast": now + FIRING, "page-slow": now + FIRING + APART, "outage": now + 3600}
        with (
            alertmanager_running(BUILT / "alertmanager", folder(tmp_path, "am"), config(url)) as server,
            started(prometheus(folder(tmp_path, "prometheus"), ends, server.url), tmp_path),
        ):
            time.sleep(ends["page-slow"] + WATCHED - time.time())
    sent = [{alert["labels"]["tier"]: alert["status"] for alert in body["alerts"]} for body in received]
    assert sent
    assert sent[-1]["outage"] == "firing"
    assert {tier: status for each in sent for tier, status in each.items()} == {
        "page-fast": "resolved",
        "page-slow": "resolved",
        "outage": "firing",
    }
    assert len(repetitions(sent)) <= 1, sent


def repetitions(sent: list[Sent]) -> list[Sent]:
    """Return the notifications that repeat the state of every tier."""
    known: Sent = {}
    found = []
    for each in sent:
        if each.items() <= known.items():
            found.append(each)
        known |= each
    return found


def config(url: str) -> str:
    """The box's Alertmanager configuration in scaled time, with another pager."""
    base = document.read(ROOT / "monitoring/alertmanager/base.yml")
    settings = Settings({service.name: 18000 for service in CORE})
    rendered = alertmanager.render(base, settings, time_scale=60)
    for each in rendered["receivers"]:
        each["webhook_configs"] = [{"url": url, "send_resolved": True}]
    return dump(rendered)


def prometheus(place: Path, ends: dict[str, int], url: str) -> list[str | Path]:
    """The command of a Prometheus in which each tier fires until its time, with the box's resend delay."""
    rules = [
        {"alert": "BudgetBurn", "expr": f"vector(time()) < {end}", "labels": {**LABELS, "tier": tier}}
        for tier, end in ends.items()
    ]
    (place / "rules.yml").write_text(dump({"groups": [{"name": "slo", "rules": rules}]}), encoding="utf-8")
    target = {"static_configs": [{"targets": [url.removeprefix("http://")]}]}
    configured = {
        "global": {"evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "alerting": {"alertmanagers": [target]},
    }
    (place / "prometheus.yml").write_text(dump(configured), encoding="utf-8")
    return [
        BUILT / "prometheus",
        f"--config.file={place / 'prometheus.yml'}",
        f"--storage.tsdb.path={place / 'data'}",
        f"--web.listen-address=127.0.0.1:{free_port()}",
        f"--rules.alert.resend-delay={RESEND_DELAY[True]}",
    ]


def folder(parent: Path, name: str) -> Path:
    """A new folder."""
    (parent / name).mkdir()
    return parent / name
