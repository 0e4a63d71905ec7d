"""A real Alertmanager: post alerts as Prometheus does, read which are suppressed."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.local import get, send
from tests.rules.server import free_port, started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

PATIENCE = 60


class Alertmanager:
    """A running Alertmanager."""

    def __init__(self, url: str, log: Path) -> None:
        """Know where it listens and what it writes."""
        self.url = url
        self.log = log

    def post(self, alerts: Sequence[Mapping[str, str]], seconds: float | None = None) -> None:
        """Fire alerts with these labels as soon as the server takes them; they end when the seconds are over."""
        end = {} if seconds is None else {"endsAt": (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()}
        sent = [{"labels": labels, **end} for labels in alerts]
        self.until(lambda: send("POST", f"{self.url}/api/v2/alerts", json=sent).ok)

    def resolve(self, alerts: Sequence[Mapping[str, str]]) -> None:
        """End alerts as Prometheus does; return as soon as they are gone."""
        self.post(alerts, seconds=-0.001)
        self.until(lambda: not any(alert["labels"] in alerts for alert in self._alerts()))

    def suppressed(self, at_least: int) -> list[dict[str, str]]:
        """Labels of the alerts that are held back, as soon as there are this many."""
        held: list[dict[str, str]] = []

        def enough() -> bool:
            held[:] = self.suppressed_now()
            return len(held) >= at_least

        self.until(enough)
        return held

    def suppressed_now(self) -> list[dict[str, str]]:
        """Labels of the alerts that would be held back if their group was sent at this moment."""
        return [alert["labels"] for alert in self._alerts() if alert["status"]["state"] == "suppressed"]

    def _alerts(self) -> list[dict[str, Any]]:
        return list(get(f"{self.url}/api/v2/alerts").json())

    def groups(self, at_least: int) -> list[dict[str, str]]:
        """Labels that the notifications have in common, as soon as there are this many."""
        known: list[dict[str, str]] = []

        def enough() -> bool:
            known[:] = [group["labels"] for group in get(f"{self.url}/api/v2/alerts/groups").json()]
            return len(known) >= at_least

        self.until(enough)
        return known

    def until(self, done: Callable[[], bool]) -> None:
        """Wait for something to be true; fail with the log if it does not become so."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if done():
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        pytest.fail(f"Alertmanager did not get there; the log says: {self.log.read_text()[-2000:]}")


@contextmanager
def running(program: Path, folder: Path, config: str) -> Iterator[Alertmanager]:
    """An Alertmanager with this configuration, alone."""
    (folder / "alertmanager.yml").write_text(config, encoding="utf-8")
    port, log = free_port(), folder / "log"
    command: list[str | Path] = [
        program,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with started(command, folder):
        yield Alertmanager(f"http://127.0.0.1:{port}", log)
