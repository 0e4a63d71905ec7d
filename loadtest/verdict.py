"""End a run with a verdict: which objectives were met, and whether the run is valid.

Exit status: 0 all objectives met, 1 at least one missed, 2 the run is invalid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from locust import events
from locust.env import Environment

from loadtest.objectives import Objective, read_objectives
from loadtest.pace import Rates
from loadtest.users import Visitor

MET, MISSED, INVALID = 0, 1, 2

NO_ANSWER = "504"
"""Status of a request without a response: to the visitor the shop was down."""


@dataclass(slots=True)
class Tally:
    """The events that count for one objective, and the bad ones among them."""

    objective: Objective
    total: int = 0
    bad: int = 0

    def count(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request if it is an event of the objective."""
        code = f"{status:03d}" if status else NO_ANSWER
        labels = {"service": "web", "method": method, "route": route, "status": code}
        if self.objective.total.matches(labels):
            self.total += 1
            self.bad += self._is_bad(labels, seconds)

    @property
    def error_ratio(self) -> Decimal:
        """The fraction of bad events, 0 without events."""
        return Decimal(self.bad) / self.total if self.total else Decimal(0)

    @property
    def met(self) -> bool:
        """Whether the error ratio is within the objective."""
        return self.error_ratio <= self.objective.budget

    def _is_bad(self, labels: dict[str, str], seconds: float) -> bool:
        slow = self.objective.under is not None and seconds > self.objective.under
        failed = self.objective.bad is not None and self.objective.bad.matches(labels)
        return slow or failed


def exit_code(tallies: Sequence[Tally], rates: Rates) -> int:
    """Return the exit status of a finished run; an invalid one is neither met nor missed."""
    if not rates.valid:
        return INVALID
    return MET if all(tally.met for tally in tallies) else MISSED


def report(tallies: Sequence[Tally], rates: Rates) -> str:
    """Return the verdict as a table."""
    lines = [f"{'objective':<24}{'events':>8}{'bad':>7}{'error ratio':>13}{'allowed':>9}  verdict"]
    lines += [_row(tally) for tally in tallies]
    lines.append(
        f"offered {rates.offered} requests, achieved {rates.achieved} ({float(rates.shortfall):.1%} missing): "
        + ("a valid run" if rates.valid else "INVALID, the load fell behind its pace")
    )
    return "\n".join(lines)


def judge_run() -> None:
    """Judge the run that Locust is about to start, and set Locust's exit status."""
    events.init.add_listener(_listen)  # type: ignore[no-untyped-call] # Locust leaves it untyped


def _listen(environment: Environment, **_: object) -> None:
    tallies = [Tally(objective) for objective in read_objectives()]

    def count(*, request_type: str, name: str, response_time: float, response: object, **_: object) -> None:
        status = getattr(response, "status_code", 0)
        for tally in tallies:
            tally.count(method=request_type, route=name, status=status, seconds=response_time / 1000)

    def finish(environment: Environment, **_: object) -> None:
        rates = Visitor.pace.rates()
        print(report(tallies, rates))
        environment.process_exit_code = exit_code(tallies, rates)

    environment.events.request.add_listener(count)  # type: ignore[no-untyped-call]
    environment.events.quitting.add_listener(finish)  # type: ignore[no-untyped-call]


def _row(tally: Tally) -> str:
    verdict = ("met" if tally.met else "MISSED") if tally.total else "no events"
    ratios = f"{tally.error_ratio:>13.2%}{tally.objective.budget:>9.2%}"
    return f"{tally.objective.name:<24}{tally.total:>8}{tally.bad:>7}{ratios}  {verdict}"
