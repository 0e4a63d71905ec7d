"""The actions of the rows: faults of the shop, kills, pauses, damaged files, outdated log records."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import requests

from tests.e2e import log_flood

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.alerts.row import Action, Stage

_LONGEST_SECONDS = 600.0
_FLOOD_LINES_PER_SECOND = 10_000
_FLOOD_SECONDS = 30.0
"""Longer than the Collector's queue of 200,000 lines takes to fill."""
_RUNNING_SECONDS, _PAUSED_SECONDS = 1.0, 4.0
_OLD_SECONDS = 10 * 86_400
_BROKEN_RULE = """
groups:
  - name: broken
    rules:
      - {record: "alarms:broken", expr: up * on () prometheus_build_info}
"""
"""Two series match where one is expected."""


def fault(tier: str, name: str, **settings: object) -> Action:
    """Switch a fault of a tier on."""

    @contextmanager
    def act(stage: Stage) -> Iterator[None]:
        stage.box.fault(tier, name, **{"seconds": _LONGEST_SECONDS, **settings})
        try:
            yield
        finally:
            stage.box.fault(tier, name)

    return act


def killed(name: str) -> Action:
    """Kill a service and keep it dead."""

    @contextmanager
    def act(stage: Stage) -> Iterator[None]:
        stage.box.kill(name)
        try:
            yield
        finally:
            stage.box.revive(name)

    return act


def paused(name: str) -> Action:
    """Stop a process with SIGSTOP: it keeps its sockets, and does nothing."""

    @contextmanager
    def act(stage: Stage) -> Iterator[None]:
        pid = stage.box.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):  # it was restarted meanwhile
                os.kill(pid, signal.SIGCONT)

    return act


def stuttering(name: str) -> Action:
    """Pause a process for four of every five seconds: too short for a liveness probe, too long for its own clock."""

    @contextmanager
    def act(stage: Stage) -> Iterator[None]:
        done = threading.Event()
        thread = threading.Thread(target=_stutter, args=(stage.box.pid(name), done))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    return act


def _stutter(pid: int, done: threading.Event) -> None:
    while not done.wait(_RUNNING_SECONDS):
        os.kill(pid, signal.SIGSTOP)
        done.wait(_PAUSED_SECONDS)
        os.kill(pid, signal.SIGCONT)


def together(*actions: Action) -> Action:
    """Do several things at once."""

    @contextmanager
    def act(stage: Stage) -> Iterator[None]:
        with ExitStack() as stack:
            for action in actions:
                stack.enter_context(action(stage))
            yield

    return act


@contextmanager
def redis_killed(stage: Stage) -> Iterator[None]:
    """Kill the Redis of the catalog's cache."""
    if stage.redis is None:
        raise ValueError("this row needs a Redis")
    stage.redis.kill()
    try:
        yield
    finally:
        stage.redis.start()


@contextmanager
def prometheus_killed_and_damaged(stage: Stage) -> Iterator[None]:
    """Kill Prometheus, and damage the end of its write-ahead log before it comes back."""
    stage.box.kill("prometheus")
    try:
        yield
        _damage(max(stage.box.run.glob("data/**/wal/[0-9]*")))
    finally:
        stage.box.revive("prometheus")


def _damage(segment: Path) -> None:
    with segment.open("ab") as file:
        file.write(b"\xff" * 512)


@contextmanager
def broken_config(stage: Stage) -> Iterator[None]:
    """Give Prometheus a configuration that it cannot load."""
    file = stage.box.run / "prometheus.yml"
    good = file.read_text(encoding="utf-8")
    file.write_text("scrape_configs: broken\n", encoding="utf-8")
    _reload(stage)
    try:
        yield
    finally:
        file.write_text(good, encoding="utf-8")
        _reload(stage)


@contextmanager
def broken_rule(stage: Stage) -> Iterator[None]:
    """Give Prometheus a rule that fails at each evaluation."""
    file = stage.box.run / "rules" / "broken.yml"
    file.write_text(_BROKEN_RULE, encoding="utf-8")
    _reload(stage)
    try:
        yield
    finally:
        file.unlink()
        _reload(stage)


def _reload(stage: Stage) -> None:
    os.kill(stage.box.pid("prometheus"), signal.SIGHUP)


@contextmanager
def old_records(stage: Stage) -> Iterator[None]:
    """Send the Collector log records that are older than the log store keeps."""
    nanoseconds = str(int((time.time() - _OLD_SECONDS) * 1e9))
    records = [{"timeUnixNano": nanoseconds, "body": {"stringValue": f"old line {number}"}} for number in range(10)]
    body = {"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": records}]}]}
    url = stage.box.url("otel-collector/otlp-http") + "/v1/logs"
    requests.post(url, json=body, timeout=10).raise_for_status()
    yield


@contextmanager
def flood_of_lines(stage: Stage) -> Iterator[None]:
    """Send the Collector ten thousand lines a second, for half a minute."""
    process = log_flood.start(stage.box.url("otel-collector/otlp-http"), _FLOOD_LINES_PER_SECOND, _FLOOD_SECONDS)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
