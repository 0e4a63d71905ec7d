"""What is restarted for giving no answer, when, and how often."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from box.doctor import liveness
from box.liveness import record
from box.liveness.keeper import Keeper, handle
from box.liveness.record import Record, Restart
from box.liveness.watch import MOST_RESTARTS, START_SECONDS, WINDOW_SECONDS, Seen, Step, Watch, judge
from box.services import BY_NAME, SERVICES
from box.settings import Settings
from box.supervision.control import Control, ProcessState
from tests.box.served import Answer, served

PATIENCE = 8.0
OURS = ("web", "catalog")


def steps(answers: str, *, started: float = 0.0, restarts: Sequence[float] = ()) -> list[Step]:
    """What is done after each probe: `+` is answered at once, `-` times out after 4 s; a probe is sent every 5 s."""
    watch, found = Watch(), []
    for number, answer in enumerate(answers):
        asked = 1000.0 + 5 * number
        seen = Seen(7, started, asked, asked + (4 if answer == "-" else 0), answered=answer == "+")
        watch, step = judge(watch, seen, PATIENCE, restarts)
        found.append(step)
    return found


@pytest.mark.parametrize("answers", ["++++", "+-+-+-", "-+-"])
def test_a_single_missed_probe_restarts_nothing(answers: str) -> None:
    """A stall of a few seconds is left alone, however often it comes."""
    assert set(steps(answers)) == {Step.NOTHING}


def test_two_missed_probes_end_a_tier() -> None:
    """It is asked to end at the second, and killed at the next one that is sent after the grace."""
    assert steps("+---") == [Step.NOTHING, Step.NOTHING, Step.END, Step.NOTHING]
    assert steps("+----")[-1] is Step.KILL


def test_a_process_that_starts_has_more_time() -> None:
    """Before its first answer a process is ended only when it has been running for START_SECONDS."""
    assert set(steps("-----", started=1000.0)) == {Step.NOTHING}
    assert Step.END in steps("-----", started=1000.0 - START_SECONDS)


def test_another_process_is_watched_anew() -> None:
    """The silence of the process before does not count."""
    watch, _ = judge(Watch(6, has_answered=True, silent_since=1000.0), Seen(7, 1008, 1010, 1014, False), PATIENCE, ())  # noqa: FBT003 - as they are probed

    assert watch == Watch(7, silent_since=1010)


def test_restarts_that_do_not_help_end() -> None:
    """After the most restarts in the window it is given up, once, and tried again when the window has passed."""
    recent = [900.0] * MOST_RESTARTS

    assert steps("+----", restarts=recent).count(Step.GIVE_UP) == 1
    assert Step.END not in steps("+----", restarts=recent)
    assert Step.END in steps("+----", restarts=[1000.0 - WINDOW_SECONDS] * MOST_RESTARTS)


def test_the_load_generator_is_never_restarted() -> None:
    """Its run would end; each other service has a path for liveness, and none is one of readiness of a tier."""
    assert {service.name for service in SERVICES if not service.alive_path} == {"locust"}
    assert {BY_NAME[name].alive_path for name in ("web", "catalog", "orders")} == {"/healthz"}


class FakeControl:
    """supervisord as far as the keeper asks it; `pids` are what runs."""

    def __init__(self, pids: dict[str, int]) -> None:
        self.pids = pids
        self.signals: list[tuple[str, int, str]] = []

    def states(self) -> dict[str, ProcessState]:
        """All run since long ago."""
        return {name: ProcessState(name, "RUNNING", pid, 0, "") for name, pid in self.pids.items()}

    def signal(self, name: str, pid: int, signal: str) -> None:
        """Remember it."""
        self.signals.append((name, pid, signal))


def keeper(settings: Settings, folder: Path, said: list[str]) -> tuple[Keeper, FakeControl]:
    """A keeper of two tiers, and the supervisord that it talks to."""
    control = FakeControl(dict.fromkeys(OURS, 7))
    ports = {name: settings.ports[name] for name in OURS}
    return Keeper(Settings(ports), cast("Control", control), folder / "liveness.json", said.append), control


def test_any_response_is_a_sign_of_life(tmp_path: Path) -> None:
    """A tier that answers 503 is not restarted: it is alive, and its dependency may be gone."""
    said: list[str] = []
    with served({"/healthz": Answer(503)}) as settings:
        made, control = keeper(settings, tmp_path, said)
        for _ in range(3):
            handle(made, "TICK_5", {}, OURS)

    assert (control.signals, said) == ([], [])
    assert record.load(made.path).probed > 0


def test_a_silent_service_is_ended_and_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM, and SIGCONT for one that is stopped; one line in the log and one restart, though its exit follows."""
    said: list[str] = []
    closed = Settings(dict.fromkeys(OURS, 9))  # nothing listens there
    made, control = keeper(closed, tmp_path, said)
    control.pids["catalog"] = 0
    web = replace(BY_NAME["web"], silent_seconds=0)
    monkeypatch.setattr(Settings, "services", property(lambda _self: (web, BY_NAME["catalog"])))

    handle(made, "TICK_5", {}, OURS)
    control.pids["web"] = 8  # the next process is probed before the end of the one before is heard of
    monkeypatch.setattr(Settings, "services", property(lambda _self: (BY_NAME["web"],)))
    handle(made, "TICK_5", {}, OURS)
    handle(made, "PROCESS_STATE_EXITED", {"processname": "web", "pid": "7"}, OURS)

    assert control.signals == [("web", 7, "TERM"), ("web", 7, "CONT")]
    (restart,) = record.load(made.path).restarts
    assert (restart.service, restart.unanswered) == ("web", True)
    assert said == [f"web is restarted: {restart.why}"]


def test_a_killed_process_is_recorded(tmp_path: Path) -> None:
    """What exits by itself is in the log and in the record; an event listener that exits is not a service."""
    said: list[str] = []
    made, _ = keeper(Settings(dict.fromkeys(OURS, 9)), tmp_path, said)

    handle(made, "PROCESS_STATE_EXITED", {"processname": "catalog", "pid": "8"}, OURS)
    handle(made, "PROCESS_STATE_EXITED", {"processname": "liveness", "pid": "9"}, OURS)
    handle(made, "PROCESS_STATE_FATAL", {"processname": "catalog"}, OURS)

    assert [restart.why for restart in record.load(made.path).restarts] == ["process 8 exited"]
    assert said[0] == "catalog is restarted: process 8 exited"
    assert said[1].startswith("catalog exits again and again")


def test_the_doctor_shows_restarts_and_what_is_left_alone() -> None:
    """A restart is a warning, a service that restarts do not help is broken, and so are probes that have stopped."""
    running = {"liveness": ProcessState("liveness", "RUNNING", 5, 0, "")}
    known = Record(time.time(), (Restart("web", time.time() - 40, "process 8 exited", unanswered=False),))

    well = {check.name: check for check in liveness.look(known, running)}
    given_up = {check.name: check for check in liveness.look(replace(known, given_up=("web",)), running)}
    late = {check.name: check for check in liveness.look(replace(known, probed=time.time() - 60), running)}

    assert [well[name].state for name in ("liveness", "web: restarts")] == ["ok", "warning"]
    assert well["web: restarts"].told == "1, the last 40 s ago: process 8 exited"
    assert given_up["web: restarts"].state == "broken"
    assert (late["liveness"].state, late["liveness"].broken is None) == ("broken", False)
    assert next(liveness.look(known, {})).state == "broken"


def test_a_damaged_record_is_an_empty_one(tmp_path: Path) -> None:
    """`box status` works on, whatever the file holds."""
    path = tmp_path / "liveness.json"
    path.write_text('{"probed": 1, "restarts": [{"x": 1}], "given_up": []}')

    assert record.load(path) == Record()
    assert record.load(tmp_path / "none") == Record()
