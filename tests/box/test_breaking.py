"""Breaks end by themselves, whatever becomes of the command that began them."""

import json
import time
from collections.abc import Callable
from typing import Any

import psutil

from box.breaking.record import FILE
from box.layout import Layout
from box.supervision.control import Control, ProcessState
from tests.box.conftest import Checkout

PATIENCE = 60


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def recorded(checkout: Checkout) -> list[dict[str, Any]]:
    """Return what the record of breaks has."""
    file = checkout.run / FILE
    found: list[dict[str, Any]] = json.loads(file.read_text()) if file.exists() else []
    return found


def state(checkout: Checkout, service: str) -> ProcessState:
    """Return what supervisord knows of a service."""
    return Control(Layout(checkout.root, checkout.run).socket).states()[service]


def end_watchdogs(checkout: Checkout) -> None:
    """Kill the processes that restore breaks, half a minute after the breaks should have ended."""
    for process in checkout.processes():
        if "box.breaking" in process.cmdline():
            process.kill()
    overdue = [{**each, "until": time.time() - 30} for each in recorded(checkout)]
    (checkout.run / FILE).write_text(json.dumps(overdue))


def test_breaks_end_though_their_command_is_killed(checkout: Checkout) -> None:
    """The watchdog of a break restores it, in a session of its own."""
    assert checkout.box("up").returncode == 0
    web = psutil.Process(state(checkout, "web").pid)

    command = checkout.start("break", "pause", "web", "--for", "2s")
    wait_until(lambda: web.status() == psutil.STATUS_STOPPED or command.poll() is not None)
    command.kill()
    command.communicate()
    wait_until(lambda: not recorded(checkout))

    assert web.status() != psutil.STATUS_STOPPED


def test_breaks_end_though_their_watchdog_is_killed_too(checkout: Checkout) -> None:
    """The liveness process restores what is overdue; without that the next command does, and says so."""
    assert checkout.box("up").returncode == 0
    assert checkout.box("break", "kill", "orders", "--for", "10m").returncode == 0
    assert state(checkout, "orders").state != "RUNNING"
    end_watchdogs(checkout)
    wait_until(lambda: state(checkout, "orders").state == "RUNNING")
    wait_until(lambda: not recorded(checkout))
    assert "found an overdue break (kill of orders), restored it" in checkout.box("logs", "liveness").stdout

    liveness = next(each for each in checkout.processes() if "box.liveness" in each.cmdline())
    liveness.suspend()
    assert checkout.box("break", "kill", "web", "--for", "10m").returncode == 0
    end_watchdogs(checkout)
    status = checkout.box("status")
    liveness.resume()

    assert "found an overdue break (kill of web), restored it" in status.stderr
    assert recorded(checkout) == []
    wait_until(lambda: state(checkout, "web").state == "RUNNING")


def test_a_killed_service_stays_dead_until_it_is_undone(checkout: Checkout) -> None:
    """Supervisord does not start it; every command says so; `undo` brings it back, and `down` forgets breaks."""
    assert checkout.box("up").returncode == 0
    before = state(checkout, "catalog").pid

    shown = json.loads(checkout.box("break", "kill", "catalog", "--for", "10m", "--format", "json").stdout)
    wait_until(lambda: state(checkout, "catalog").state in {"STOPPED", "EXITED"})
    status = checkout.box("status")
    again = checkout.box("break", "pause", "catalog", "--for", "1s")
    undone = checkout.box("break", "undo", "1")
    wait_until(lambda: state(checkout, "catalog").state == "RUNNING")

    assert [(each["id"], each["kind"], each["service"], each["pid"]) for each in shown] == [
        ("1", "kill", "catalog", before)
    ]
    assert "catalog is broken (kill)" in status.stderr
    assert (again.returncode, "does not run" in again.stderr) == (1, True)
    assert undone.stdout == "Restored: kill of catalog\n"
    assert state(checkout, "catalog").pid != before
    assert checkout.box("break", "pause", "web", "--for", "10m").returncode == 0
    assert checkout.box("down").returncode == 0
    assert (recorded(checkout), checkout.processes()) == ([], [])
