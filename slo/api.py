"""The public face of the compiler: outputs of a specification, and its objectives as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.emit import EMITTERS
from slo.load import decoded
from slo.pipeline import Request, compile_sources, planned_sources
from slo.promql import Matcher, parse_selector
from slo.promql import Selector as PlainSelector
from slo.query.series import reads
from slo.sources import read_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from os import PathLike
    from typing import Literal

    from slo.model import Sli
    from slo.plan.rules import PlannedSlo


def compile_text(text: str, *, file: str = "slos.yaml", targets: Sequence[str] = ("prometheus",)) -> dict[str, str]:
    """Compile one specification without touching any file.

    `alerting.base` is not read either: the target `alertmanager` adds its routes to a minimal configuration.

    Args:
        text: the specification, as YAML.
        file: its name in findings.
        targets: which outputs to make; an empty sequence stands for those that `outputs` names, or else for the three
            that `slo build` makes.

    Returns:
        The texts of the outputs by their path, relative to the specification.

    Raises:
        CompileError: the specification is wrong.
        ValueError: an unknown target, or `targets` is a text.

    >>> sli = "{events: {total: orders_total, bad: failed_orders_total}}"
    >>> outputs = compile_text(f"{{version: 1, service: shop, slos: [{{name: buy, objective: 99%, sli: {sli}}}]}}")
    >>> list(outputs)
    ['build/slo/prometheus/shop.rules.yml']
    >>> compile_text("{version: 1, service: shop, slos: [{name: buy, objective: 100%, sli: {up: up}}]}")
    Traceback (most recent call last):
    slo.errors.CompileError: SLO024: an objective of 100% leaves no error budget
    """
    if isinstance(targets, str):
        raise ValueError(f"targets is a sequence of names, such as [{targets!r}]")  # noqa: TRY004 - documented
    unknown = set(targets) - set(EMITTERS)
    if unknown:
        raise ValueError(f"no such target: {', '.join(sorted(unknown))}; known: {', '.join(EMITTERS)}")
    source = decoded(file, text.encode(errors="surrogatepass"))  # refused as in a file
    compiled = compile_sources([source], Request(tuple(targets)))
    return {str(path): output for one in compiled for path, output in one.files.items()}


@dataclass(frozen=True, slots=True)
class Selector:
    """A series selector in PromQL.

    >>> failed = Selector('requests_total{job="api", code=~"5.."}')
    >>> failed.matchers
    (('job', '=', 'api'), ('code', '=~', '5..'))
    >>> failed.matches({"job": "api", "code": "503"})
    True
    """

    text: str

    @property
    def matchers(self) -> tuple[tuple[str, str, str], ...]:
        """Its conditions as (label, operator, value)."""
        return tuple((m.label, m.op, m.value) for m in parse_selector(self.text).matchers)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether it selects the series of its metric with these labels, as Prometheus does."""
        plain = parse_selector(self.text)
        equal = tuple(Matcher(label, "=", value) for label, value in labels.items())
        return reads(plain, str(PlainSelector(plain.metric or "any", equal)))


@dataclass(frozen=True, slots=True)
class BurnRateAlert:
    """One tier of burn-rate alerts: it fires while both windows are above the threshold; windows in seconds.

    Attributes:
        name: name of the alert.
        tier: value of its label `tier`.
        severity: value of its label `severity`.
        burn_rate: the threshold as a multiple of the error budget.
        threshold: the threshold as an error ratio.
        long: the long window.
        short: the short window.
        pending: `for` of the rule.
    """

    name: str
    tier: str
    severity: Literal["page", "ticket"]
    burn_rate: Decimal
    threshold: Decimal
    long: int
    short: int
    pending: int


@dataclass(frozen=True, slots=True)
class Objective:
    """One SLO.

    Attributes:
        service: value of the label `service`.
        name: value of the label `slo`.
        title: one line for people.
        objective: fraction of good events.
        window: seconds.
        min_bad_events: bad events in the long window below which no tier fires.
        alerts: its burn-rate alerts, the fastest first.
        total: the events that count, of an SLI `events` or `latency` that counts them by one selector each.
        good: the good events, where the SLI names them.
        bad: the bad events, where the SLI names them.
        under: duration of the slowest good event in seconds, of an SLI `latency`.
    """

    service: str
    name: str
    title: str
    objective: Decimal
    window: int
    min_bad_events: int
    alerts: tuple[BurnRateAlert, ...]
    total: Selector | None = None
    good: Selector | None = None
    bad: Selector | None = None
    under: Decimal | None = None

    @property
    def budget(self) -> Decimal:
        """The fraction of events that may be bad."""
        return 1 - self.objective


@dataclass(frozen=True, slots=True)
class ObjectiveSet:
    """The SLOs of one specification, in its order."""

    name: str
    objectives: tuple[Objective, ...]


def load_set(file: str | PathLike[str]) -> ObjectiveSet:
    """Read one specification and return its objectives.

    Raises:
        CompileError: the specification cannot be read, or is wrong.
        ValueError: a folder with several sets.
    """
    plans = planned_sources(read_sources([str(file)]))
    if len(plans) != 1:
        raise ValueError(f"{file} has {len(plans)} sets; name one file")
    return ObjectiveSet(plans[0].set.name, tuple(map(_objective, plans[0].slos)))


def _objective(planned: PlannedSlo) -> Objective:
    slo = planned.slo
    total, good, bad, under = _events(slo.sli)
    return Objective(
        service=slo.service,
        name=slo.name,
        title=slo.title,
        objective=slo.objective,
        window=slo.window,
        min_bad_events=slo.alerts.min_bad_events,
        alerts=tuple(_alerts(planned)),
        total=total,
        good=good,
        bad=bad,
        under=under,
    )


def _alerts(planned: PlannedSlo) -> list[BurnRateAlert]:
    facts = {fact.tier: fact for fact in planned.alerts}
    return [
        BurnRateAlert(
            name=facts[tier.name].name,
            tier=tier.name,
            severity=tier.severity,
            burn_rate=tier.burn,
            threshold=tier.threshold,
            long=tier.long,
            short=tier.short,
            pending=tier.pending,
        )
        for tier in planned.tiers
    ]


_Events = tuple[Selector | None, Selector | None, Selector | None, "Decimal | None"]


def _events(sli: Sli) -> _Events:
    """Return what `Objective` has as total, good, bad and under."""
    if sli.unit != "events":
        return None, None, None, None
    if limit := sli.histogram_limit():
        seconds = limit.under * limit.metric_unit.size if limit.metric_unit.kind == "time" else None
        return _selector(limit.histogram), None, _selector(limit.errors), seconds
    found = {query.key: _selector(query.selector) for query in sli.queries()}
    return found.get("total"), found.get("good"), found.get("bad"), None


def _selector(plain: PlainSelector | None) -> Selector | None:
    return Selector(str(plain)) if plain else None
