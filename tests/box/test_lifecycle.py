"""The stack's processes: up, down, crashes and interruptions, with tiny stand-ins for the servers."""

import json
import os
import signal
import socket
import stat
import time
from collections.abc import Callable
from typing import Any

import pytest

from box.services import CORE, TIERS, selection
from tests.box.conftest import Checkout, free_ports

PATIENCE = 90


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_up_starts_everything_and_down_leaves_nothing(checkout: Checkout) -> None:
    """After `up` every service is ready, a second one touches no process; after `down` only the logs are left."""
    up = checkout.box("up")

    assert (up.returncode, up.stderr) == (0, "")
    assert [row["name"] for row in rows(checkout) if row["ready"]] == [service.name for service in CORE]

    before = {process.pid for process in checkout.processes()}
    again = checkout.box("up")

    assert again.returncode == 0
    assert "runs already" in again.stdout
    assert {process.pid for process in checkout.processes()} == before

    down = checkout.box("down")

    assert (down.returncode, down.stdout) == (0, "Everything is stopped.\n")
    assert down.stderr == f"stopping {len(CORE)} services\n"
    assert checkout.processes() == []
    assert checkout.box("status").returncode == 1
    assert checkout.box("logs", "web").stdout == "web listens\n"
    assert "orders       | orders listens\n" in checkout.box("logs").stdout


def rows(checkout: Checkout) -> list[dict[str, Any]]:
    """What `box status` says of each service."""
    found: list[dict[str, Any]] = json.loads(checkout.box("status", "--format", "json").stdout)
    return found


def test_a_full_stack_has_what_keeps_logs_and_traces(checkout: Checkout) -> None:
    """With --full the Collector, VictoriaLogs and a trace store run, too; a plain `up` leaves the light stack."""
    up = checkout.box("up", "--full")

    assert (up.returncode, up.stderr) == (0, "")
    assert [row["name"] for row in rows(checkout) if row["ready"]] == [each.name for each in selection("jaeger")]
    assert "runs already" in checkout.box("up", "--full").stdout
    assert checkout.box("logs", "jaeger").stdout == "jaeger listens\n"

    changed = checkout.box("up")

    assert "starting it again" in changed.stdout
    assert [row["name"] for row in rows(checkout)] == [service.name for service in CORE]
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in (checkout.run / "supervisord.conf").read_text()
    assert checkout.box("down").returncode == 0
    assert checkout.processes() == []


def test_up_starts_again_what_hangs(checkout: Checkout) -> None:
    """A process that runs, answers nothing and has no liveness probe is ended, with force; the others go on."""
    checkout.box("up")
    before = {row["name"]: row["pid"] for row in rows(checkout)}
    os.kill(before["locust"], signal.SIGSTOP)

    again = checkout.box("up")

    assert "locust runs and does not answer: restarting it." in again.stdout
    assert "The stack runs already; started locust." in again.stdout
    after = {row["name"]: row["pid"] for row in rows(checkout)}
    assert {name for name in before if before[name] != after[name]} == {"locust"}


def test_what_hangs_or_dies_is_restarted_and_named(checkout: Checkout) -> None:
    """A stopped tier gets another process without a command; status and log name it, and one that was killed."""
    checkout.box("up", "--full")
    before = {row["name"]: row["pid"] for row in rows(checkout)}
    wait_until((checkout.run / "liveness.json").exists)
    os.kill(before["jaeger"], signal.SIGKILL)
    os.kill(before["orders"], signal.SIGSTOP)

    wait_until(lambda: len(restarts(checkout)) > 1)
    wait_until(lambda: checkout.box("status").returncode == 0)

    (orders,) = restarts(checkout)["orders"]
    assert orders.startswith("no answer to /healthz for ")
    assert restarts(checkout) == {"jaeger": [f"process {before['jaeger']} exited"], "orders": [orders]}
    assert f"orders is restarted: {orders}\n" in checkout.box("logs", "liveness").stdout


def restarts(checkout: Checkout) -> dict[str, list[str]]:
    """Why each service was restarted."""
    return {row["name"]: [each["why"] for each in row["restarts"]] for row in rows(checkout) if row["restarts"]}


def test_a_reader_that_goes_away_is_told(checkout: Checkout) -> None:
    """`box up | head -1` stops what it began, and says so instead of ending without a word."""
    with checkout.start("up") as up:
        assert up.stdout
        assert up.stderr
        up.stdout.close()
        said = up.stderr.read()

    assert up.returncode == 1
    assert "standard output is closed" in said
    assert checkout.processes() == []


def test_another_setting_starts_again(checkout: Checkout) -> None:
    """Another time scale or port replaces the running stack, rules included; private admin tokens stay."""
    checkout.box("up")
    tokens = admin_tokens(checkout)
    assert "--query.lookback-delta=10s" in (checkout.run / "supervisord.conf").read_text()

    changed = checkout.box("up", "--time-scale", "1")

    assert changed.returncode == 0
    assert "starting it again" in changed.stdout
    config = (checkout.run / "supervisord.conf").read_text()
    assert "--query.lookback-delta=5m" in config
    assert "prometheus-x60" not in config

    (port,) = free_ports(1)
    moved = checkout.box("up", "--time-scale", "1", WEB_PORT=str(port))

    assert "starting it again" in moved.stdout
    assert [row["port"] for row in rows(checkout) if row["name"] == "web" and row["ready"]] == [port]
    assert admin_tokens(checkout) == tokens


def admin_tokens(checkout: Checkout) -> list[str]:
    """The token of each tier; only the owner can read them, and no two are equal."""
    files = [checkout.run / "secrets" / f"admin-{tier}" for tier in TIERS]
    tokens = [file.read_text() for file in files]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700
    assert len(set(tokens)) == len(TIERS)
    assert all(len(token.strip()) >= 32 for token in tokens)
    return tokens


@pytest.mark.parametrize("folder", [".", "monitoring", "slos.yaml"])
def test_a_folder_of_somebody_else_is_no_run_folder(checkout: Checkout, folder: str) -> None:
    """Every start replaces what lies in the run folder, so one that holds other files is refused untouched."""
    before = sorted(checkout.root.rglob("*.y*ml"))

    up = checkout.box("up", BOX_RUN_DIR=str(checkout.root / folder))

    assert up.returncode == 1
    assert up.stderr.startswith(f"box: BOX_RUN_DIR={checkout.root / folder} ")
    assert len(up.stderr.splitlines()) == 1
    assert sorted(checkout.root.rglob("*.y*ml")) == before
    assert checkout.processes() == []


def test_down_without_up_says_so(checkout: Checkout) -> None:
    """`down` is fine when nothing runs."""
    down = checkout.box("down")

    assert (down.returncode, down.stdout) == (0, "Nothing was running.\n")


def test_down_after_the_supervisor_was_killed(checkout: Checkout) -> None:
    """Services that outlive a killed supervisord are found by their mark, named by status and doctor, and ended."""
    checkout.box("up")
    supervisor = checkout.supervisor()
    supervisor.kill()
    supervisor.wait(PATIENCE)
    assert len(checkout.processes()) == len(CORE)
    assert f"{len(CORE)} processes of the box still run" in checkout.box("status").stdout
    doctor = checkout.box("doctor")
    assert doctor.returncode == 1
    assert "broken: box: the supervisor is gone, but" in doctor.stdout
    assert "make down" in doctor.stdout

    down = checkout.box("down")

    assert (down.returncode, down.stdout) == (0, "Everything is stopped.\n")
    assert checkout.processes() == []


def test_up_after_the_supervisor_was_killed(checkout: Checkout) -> None:
    """`up` clears the remains of a crash away instead of finding its own ports taken."""
    checkout.box("up")
    supervisor = checkout.supervisor()
    supervisor.kill()
    supervisor.wait(PATIENCE)

    assert checkout.box("up").returncode == 0


def test_a_service_that_ignores_sigterm_is_killed(checkout: Checkout) -> None:
    """`down` does not wait for ever for a service that hangs."""
    checkout.box("up", STUBBORN="alertmanager")

    assert checkout.box("down").returncode == 0
    assert checkout.processes() == []


def test_ctrl_c_during_up_stops_what_was_started(checkout: Checkout) -> None:
    """An interrupted `up` leaves nothing running and exits with 130."""
    # `web` never becomes ready here, so that `up` is surely still waiting.
    with checkout.start("up", UNREADY="web") as process:
        wait_until(lambda: len(checkout.processes()) > 3)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)

    assert (process.returncode, errors) == (130, "box: stopped\n")
    assert checkout.processes() == []


@pytest.mark.skipif(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN, reason="nohup: the terminal may close")
def test_a_closed_terminal_during_up_stops_what_was_started(checkout: Checkout) -> None:
    """SIGHUP means the same as Ctrl-C."""
    with checkout.start("up", UNREADY="web") as process:
        wait_until(lambda: len(checkout.processes()) > 3)
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert checkout.processes() == []


def test_a_supervisor_that_is_killed_during_up_is_told(checkout: Checkout) -> None:
    """When supervisord goes away while `up` waits, one line says so, and nothing is left running."""
    with checkout.start("up", UNREADY="web") as process:
        wait_until(lambda: len(checkout.processes()) > 3)
        wait_until((checkout.run / "supervisord.pid").exists)
        checkout.supervisor().kill()
        _, errors = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert errors.startswith("box: supervisord")
    assert "Traceback" not in errors
    assert checkout.processes() == []


def test_a_broken_service_is_shown_with_its_last_words(checkout: Checkout) -> None:
    """When a service ends again and again, `up` exits with 1, shows its log and stops the rest."""
    up = checkout.box("up", BROKEN="orders")

    assert up.returncode == 1
    assert "ended again and again: orders" in up.stderr
    assert "the disk is on fire" in up.stderr
    assert "Traceback" not in up.stderr
    assert checkout.processes() == []


def test_a_taken_port_stops_up_with_the_line_to_change(checkout: Checkout) -> None:
    """`up` names the port, the holder and the variable, and starts nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        up = checkout.box("up", WEB_PORT=str(port))

    assert up.returncode == 1
    assert f"port {port} (web) is taken by" in up.stderr
    assert f"change WEB_PORT={port} in .env" in up.stderr
    assert checkout.processes() == []


def test_a_deep_path_still_has_a_socket(checkout: Checkout) -> None:
    """A run folder whose path is longer than a socket's name may be works, and its socket folder is removed."""
    deep = checkout.root / ("d" * 120)

    up = checkout.box("up", BOX_RUN_DIR=str(deep))
    status = checkout.box("status", BOX_RUN_DIR=str(deep))
    checkout.box("down", BOX_RUN_DIR=str(deep))

    assert (up.returncode, status.returncode) == (0, 0), up.stderr
    assert not (deep / "supervisor.sock").exists()


def test_two_commands_do_not_start_the_stack_at_once(checkout: Checkout) -> None:
    """While one `up` is at work another command is refused with one line."""
    with checkout.start("up", UNREADY="web") as process:
        wait_until(lambda: len(checkout.processes()) > 3)
        second = checkout.box("down")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)

    assert second.returncode == 1
    (line,) = second.stderr.splitlines()
    assert line.startswith("box: another `box` command ")


def test_a_run_folder_that_cannot_be_made_is_named(checkout: Checkout) -> None:
    """One line with the folder and what to set, no traceback."""
    up = checkout.box("up", BOX_RUN_DIR="/proc/x")

    assert (up.returncode, len(up.stderr.splitlines())) == (1, 1)
    assert up.stderr.startswith("box: /proc/x cannot be made: ")
    assert "BOX_RUN_DIR" in up.stderr
