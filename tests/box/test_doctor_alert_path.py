"""The doctor follows a test alert to the pager, and looks after the dead man's switch."""

from datetime import UTC, datetime

import pytest

from box.doctor.alertpath import ALERT, LASTS, AlertPath
from box.doctor.values import Hop
from tests.box.fake_box import LIGHT, SILENT, FakeBox, Wrong, running

STEPS = ["alert -> Alertmanager", "Alertmanager -> pager", "dead man's switch"]


def walk(box: FakeBox) -> list[Hop]:
    """The steps."""
    with running(box, LIGHT) as servers:
        return list(AlertPath(servers, 0).walk())


def named(hops: list[Hop]) -> dict[str, str]:
    """The broken steps, and who is named."""
    return {hop.name: hop.broken.component for hop in hops if hop.broken}


def test_an_alert_arrives_and_is_ended() -> None:
    """It has a mark of its own, no severity that would wake anybody, begins now, and does not stay."""
    box = FakeBox()

    hops = walk(box)

    assert [(hop.name, hop.broken) for hop in hops] == [(name, None) for name in STEPS]
    begun, ended = box.posted
    assert begun["labels"] == ended["labels"]
    assert begun["labels"]["alertname"] == ALERT
    assert begun["labels"]["severity"] == "none"
    assert begun["startsAt"] == ended["startsAt"]
    start = datetime.fromisoformat(begun["startsAt"])
    assert start <= datetime.fromisoformat(ended["endsAt"]) <= datetime.now(UTC)
    assert datetime.now(UTC) < datetime.fromisoformat(begun["endsAt"]) == start + LASTS
    assert hops[2].told == "pressed 4.2 s ago, overdue after 45"


@pytest.mark.parametrize("answer", [(400, "no"), SILENT], ids=str)
def test_an_alertmanager_that_takes_nothing_is_named(answer: Wrong) -> None:
    """The switch is looked at all the same."""
    hops = walk(FakeBox(wrong={("alertmanager", "/api/v2/alerts"): answer}))

    assert named(hops) == {STEPS[0]: "alertmanager"}
    assert [hop.name for hop in hops] == [STEPS[0], STEPS[2]]


def test_an_alertmanager_that_forgets_is_named() -> None:
    """Taken is not yet kept."""
    assert named(walk(FakeBox(shows=False))) == {STEPS[0]: "alertmanager"}


def test_an_alert_that_never_arrives_is_told_and_ended() -> None:
    """The routes or the delivery are broken; the alert is ended nevertheless."""
    box = FakeBox(delivers=False)

    assert named(walk(box)) == {STEPS[1]: "alertmanager"}
    assert len(box.posted) == 2


@pytest.mark.parametrize("answer", [(500, "oops"), (200, "<html>"), (200, "[{}]"), (200, "5"), SILENT], ids=str)
def test_a_pager_that_does_not_tell_is_named(answer: Wrong) -> None:
    """An error, nonsense and silence are of the pager, not of Alertmanager."""
    hops = walk(FakeBox(wrong={("pager", "/api/notifications"): answer}))

    assert named(hops) == {STEPS[1]: "pager"}


@pytest.mark.parametrize(
    ("age", "overdue", "words"), [(63.0, True, "for 63 s"), (None, False, "ever"), (None, True, "ever")]
)
def test_a_switch_that_was_not_pressed_is_prometheus(age: float | None, overdue: bool, words: str) -> None:  # noqa: FBT001
    """Overdue, or never heard: the age is told, and the page to follow."""
    hops = walk(FakeBox(watchdog={"age_seconds": age, "limit_seconds": 45.0, "overdue": overdue}))

    assert named(hops) == {STEPS[2]: "prometheus"}
    assert hops[2].told.endswith(f"has not reached the pager {words}")
    assert hops[2].broken
    assert "runbooks/WatchdogMissing.md" in hops[2].broken.repair


@pytest.mark.parametrize("answer", [(404, "none"), (200, "{}"), (200, "[]"), SILENT], ids=str)
def test_a_pager_without_a_switch_is_named(answer: Wrong) -> None:
    """A pager that does not know the question is another program, or an old one."""
    assert named(walk(FakeBox(wrong={("pager", "/api/watchdog"): answer}))) == {STEPS[2]: "pager"}
