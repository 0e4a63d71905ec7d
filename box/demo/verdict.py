"""The final tables: expected and actual, and detection compared with theory, term by term."""

from dataclasses import dataclass

from box.demo.objective import TIER, Objective
from box.demo.record import Record
from box.render import durations

EDGE_SECONDS = 2.0
"""Part of the fault that the recorded budget may miss: one scrape at each end.

Prometheus extrapolates between scrapes, but not below zero, so that the first failures of a counter appear late:
https://prometheus.io/docs/prometheus/latest/querying/functions/#rate
"""

DELIVERY_SECONDS = 5.0
"""Prometheus to Alertmanager at once, one second of grouping there, then the webhook; the rest is slack."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the final table; `fine` is None when there is nothing to judge."""

    what: str
    expected: str
    happened: str
    fine: bool | None


def rows(record: Record, objective: Objective, slow_window: float) -> list[Row]:
    """Return the table. `slow_window` is the short window of the slow page in seconds: it ends last."""
    moments = record.moments
    bound = record.theory.bound if record.theory else None
    end_bound = slow_window + 2 * DELIVERY_SECONDS
    timed = [
        _timed(f"{TIER} active in Prometheus", "after the fault", bound, record.detection),
        _timed("pager rings", "after that", DELIVERY_SECONDS, _gap(moments.active, moments.paged)),
        _timed("resolved on the pager", "after the fault ended", end_bound, _gap(moments.fault_off, moments.resolved)),
    ]
    return [*timed, _held_back(record), _budget(record, objective)]


def _timed(what: str, since: str, bound: float | None, seconds: float | None) -> Row:
    expected = "-" if bound is None else f"at most {bound:.2f} s {since}"
    if seconds is None:
        return Row(what, expected, "did not happen", fine=False)
    return Row(what, expected, f"{seconds:.2f} s {since}", None if bound is None else seconds <= bound)


def _gap(begin: float | None, end: float | None) -> float | None:
    return None if begin is None or end is None else end - begin


def _held_back(record: Record) -> Row:
    tickets = [tier for tier in record.suppressed if tier.startswith("ticket")]
    happened = f"held back: {', '.join(tickets)}" if tickets else "no ticket was raised"
    return Row("tickets while the page fires", "held back by Alertmanager", happened, bool(tickets) or None)


def _budget(record: Record, objective: Objective) -> Row:
    what = f"budget spent ({objective.budget:.1%} of {durations.text(objective.window)})".replace("%", " %")
    allowed = allowed_failures(record, objective)
    if record.budget_spent is None or not allowed:
        return Row(what, "-", "not known", fine=False)
    counted = record.failed / allowed
    return Row(
        what,
        f"{counted:.1%}: {record.failed:.0f} orders failed, {allowed:.0f} may fail".replace("%", " %"),
        f"{record.budget_spent:.1%}".replace("%", " %"),
        abs(counted - record.budget_spent) <= _edges(record) / allowed,
    )


def _edges(record: Record) -> float:
    """Return the failures within one scrape at each end of the fault."""
    return EDGE_SECONDS * record.during.rate * record.during.bad_share if record.during else 0.0


def allowed_failures(record: Record, objective: Objective) -> float:
    """Return the events that may fail in the SLO's window, at the traffic that was observed."""
    if not record.covered_after:
        return 0.0
    return record.total_after / record.covered_after * objective.window * objective.budget


def theory_rows(record: Record, objective: Objective) -> list[tuple[str, str]]:
    """Return each term of the theory with its number."""
    theory, before, during, rule = record.theory, record.before, record.during, objective.rule
    if not (theory and before and during):
        return [("theory", "the fault did not last long enough to be measured")]
    return [
        ("threshold", f"burn rate {objective.burn:g} x budget {objective.budget:g} = {rule.threshold:g} of the events"),
        (
            "in the 1h window before",
            f"{before.total:.0f} events, {before.bad:.0f} bad, {before.covered:.0f} of {rule.window:.0f} s recorded",
        ),
        ("the fault", f"{during.rate:.1f} events a second, {during.bad_share:.1%} of them bad".replace("%", " %")),
        ("ratio x coverage above threshold", _seconds(theory.burn)),
        (f"{rule.min_bad_events} bad events", _seconds(theory.enough_bad)),
        ("the later of both", _seconds(theory.condition)),
        ("+ one scrape", _seconds(theory.scrape)),
        ("+ two evaluations", _seconds(theory.evaluations)),
        ("= bound", _seconds(theory.bound)),
        ("measured", _seconds(record.detection)),
    ]


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f} s"
