"""What the demo says while it runs, and at its end."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from box.demo.observer import Observation
from box.demo.record import Moments, Record, measured
from box.demo.report import as_json, verdict, write_json
from box.demo.theory import Before, During, predict
from box.demo.timeline import BAR, Timeline, bar, building, status_line
from box.demo.verdict import rows, theory_rows
from tests.box.example import OBJECTIVE


def observation(**changes: object) -> Observation:
    """Return what the servers say half a minute into a fault."""
    values = {
        "slo:budget_remaining:ratio": 0.605,
        "slo:error_ratio:1h": 0.4,
        "slo:error_ratio:5m": 1.0,
        "slo:events:1h covered": 30.0,
        "slo:events:5m total": 50.0,
    }
    return Observation(**({"at": 1000.0, "values": values} | changes))  # type: ignore[arg-type]


def a_record(*, detection: float = 1.5, resolved: bool = True) -> Record:
    """Return the record of a run that went well unless told otherwise."""
    moments = Moments(
        load=900, spike=910, fault_on=914, active=914 + detection, routed=916, paged=917, fault_off=928, inactive=935
    )
    moments.resolved = 960 if resolved else None
    before, during = Before(70, 0, 17), During(10, 1.0)
    return Record(
        moments=moments,
        before=before,
        during=during,
        theory=predict(OBJECTIVE.rule, before, during, 1.0),
        budget_before=1.0,
        budget_after=0.42,
        failed_after=140,
        total_after=360,
        covered_after=64,
        suppressed=["ticket-fast"],
    )


def test_the_status_line_compares_with_the_limit() -> None:
    """Budget, both windows and the limit stand in one line, the adjusted burn rate for the long one."""
    line = status_line(observation(active={"page-fast": 1.0}), OBJECTIVE)

    assert "60.5 %" in line
    assert "1h 400.0" in line
    assert "5m 1000.0" in line
    assert "limit 14.4" in line
    assert line.endswith("FIRING page-fast")


def test_without_data_the_status_line_waits() -> None:
    """Before the first evaluation there is nothing to show."""
    assert status_line(Observation(at=0), OBJECTIVE) == "waiting for the first visitors to be counted"


def test_a_building_condition_says_how_far_it_is() -> None:
    """Without `for:` there is no pending state; the burn rate on its way is shown instead."""
    early = observation(values={"slo:error_ratio:1h": 0.02, "slo:events:1h covered": 15.0})

    assert building(early, OBJECTIVE) == "condition building: burn rate of the 1h window at 5.0 of 14.4"


@pytest.mark.parametrize(("share", "full"), [(1.0, BAR), (0.5, BAR // 2), (0.0, 0), (-3.0, 0), (1.2, BAR)])
def test_the_bar_stays_a_bar(share: float, full: int) -> None:
    """A budget overdrawn, or above one, does not break the line."""
    assert (bar(share).count("█"), len(bar(share))) == (full, BAR)


def test_events_are_plain_lines_when_not_on_a_terminal() -> None:
    """A pipe gets no colour codes, and square brackets are no markup."""
    out = io.StringIO()
    timeline = Timeline(Console(file=out, width=200), OBJECTIVE, begun=990.0)

    with timeline.shown():
        timeline.event(1000.0, "fault on [red]")
        timeline.status(observation())

    first, second = out.getvalue().splitlines()
    assert "+10.0 s  fault on [red]" in first
    assert "budget" in second
    assert "\x1b" not in out.getvalue()


def test_only_observations_inside_the_fault_measure_it() -> None:
    """A short window that still holds healthy seconds would understate the fault."""
    record = a_record()
    healthy = {"slo:error_ratio:5m": 0.5, "slo:events:5m total": 1.0}
    record.fault_observations = [observation(at=915.0, values=healthy), observation(at=925.0)]

    assert measured(record, short=5) == During(rate=10.0, bad_share=1.0)


def test_a_fault_too_short_is_not_measured() -> None:
    """Then there is no theory, and the report says so."""
    record = a_record()
    record.theory = None

    assert measured(record, short=5) is None
    assert theory_rows(record, OBJECTIVE) == [("theory", "the fault did not last long enough to be measured")]
    assert verdict(record).endswith("Detection could not be compared with theory.")


def test_each_term_of_the_theory_is_told() -> None:
    """Whoever doubts the bound can add it up."""
    terms = dict(theory_rows(a_record(), OBJECTIVE))

    assert terms["threshold"] == "burn rate 14.4 x budget 0.001 = 0.0144 of the events"
    assert terms["2 bad events"] == "0.20 s"
    assert terms["+ one scrape"] == "1.00 s"
    assert terms["+ two evaluations"] == "2.00 s"
    bound = float(terms["= bound"].removesuffix(" s"))
    assert bound == pytest.approx(float(terms["the later of both"].removesuffix(" s")) + 3, abs=0.011)
    assert terms["measured"] == "1.50 s"


@pytest.mark.parametrize(("detection", "held"), [(1.5, True), (9.0, False)])
def test_the_verdict_tells_arrival_and_bound_apart(detection: float, *, held: bool) -> None:
    """A slow page is still a page: the sentence about the bound is its own."""
    record = a_record(detection=detection)

    assert record.held is held
    assert verdict(record).startswith("The page arrived and resolved.")
    assert ("SLOWER" in verdict(record)) is not held
    assert rows(record, OBJECTIVE, 30)[0].fine is held


def test_a_page_that_does_not_resolve_is_a_failure() -> None:
    """The demo's exit code follows this."""
    record = a_record(resolved=False)

    assert not record.arrived_and_resolved
    assert "did NOT arrive and resolve" in verdict(record)
    assert rows(record, OBJECTIVE, 30)[2].happened == "did not happen"


def test_the_budget_is_held_against_the_shops_own_counters() -> None:
    """140 failures of the 243 that twelve hours allow are 57.6 %; the recorded 58 % agree, 80 % do not."""
    fair, off = a_record(), a_record()
    off.budget_after = 0.2

    row = rows(fair, OBJECTIVE, 30)[-1]

    assert row.expected == "57.6 %: 140 orders failed, 243 may fail"
    assert (row.happened, row.fine) == ("58.0 %", True)
    assert rows(off, OBJECTIVE, 30)[-1].fine is False


def test_the_record_is_json(tmp_path: Path) -> None:
    """Every moment and every term can be read by a program."""
    write_json(tmp_path / "run.json", as_json(a_record(), OBJECTIVE, 30))

    read = json.loads((tmp_path / "run.json").read_text())

    assert read["moments"]["fault_on"] == 914
    assert read["held"] is True
    assert read["bound"] == pytest.approx(read["theory"]["burn"] + 3)
