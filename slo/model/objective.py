"""Objectives: one SLO, and the set of SLOs that are compiled together."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.diagnostics import Place
    from slo.model.alerting import AlertSettings, Links
    from slo.model.labels import Labels
    from slo.model.sli import Sli


class Override(msgspec.Struct, frozen=True):
    """Another objective for the members of a group with these labels."""

    match: Labels
    objective: Decimal

    @property
    def budget(self) -> Decimal:
        """The fraction of events of these members that may be bad, exactly."""
        return 1 - self.objective


class Maintenance(msgspec.Struct, frozen=True):
    """Times that are left out of the budget.

    Attributes:
        expr: PromQL that has a sample at each full minute that ends a minute of maintenance.
        what: a cron expression, its duration and zone; or a selector.
        reason: why, or empty.
        planned: it depends on nothing but the time.
        last_year: the last year for which clock changes of the time zone are known, or none where it has none.
    """

    expr: str
    what: str
    reason: str
    planned: bool
    last_year: int | None = None


SloName = tuple[str, str]
"""Service and name of an SLO."""


class Cause(msgspec.Struct, frozen=True):
    """An SLO whose failure may cause another one's.

    Attributes:
        service: value of its label `service`.
        name: value of its label `slo`.
        equal: labels of the alerts of both that have the same value in one incident.
        known: its specification is compiled together with the other one's.
    """

    service: str
    name: str
    equal: tuple[str, ...] = ()
    known: bool = True

    def __str__(self) -> str:
        """Return its full name."""
        return f"{self.service}/{self.name}"


class Slo(msgspec.Struct, frozen=True):
    """One service level objective, complete.

    Attributes:
        service: value of the label `service`.
        name: value of the label `slo`, unique within the service.
        title: one line for people; never part of an alert's identity.
        objective: fraction of good events, between 0 and 1, both excluded.
        window: rolling window in seconds, a whole number of days.
        sli: how good and bad events are counted.
        scrape_interval: longest scrape interval among the targets, in seconds.
        any_interval: the file names no scrape interval, so that it may be any up to this one.
        team: value of the label `team`, or empty.
        labels: extra labels on alerts.
        traffic: expected events per second at the quietest hour, or none.
        place: its position in the file.
        group_by: labels that identify the members of a group, as records and alerts have them; each member has a
            budget and alerts of its own.
        renamed: (name in `group_by`, name on the SLI's own series) of labels with two names.
        overrides: other objectives for some members; the first that matches counts.
        bridge: also count what scrape gaps and late series lose.
        excluded: PromQL that has a sample while events are left out of the budget, or empty.
        maintenance: what `excluded` was made from.
        depends_on: its direct causes, as written.
        causes: these, and the causes of these, sorted.
        symptoms: the SLOs with a burn-rate page that have this one as a cause, sorted.
    """

    service: str
    name: str
    title: str
    objective: Decimal
    window: int
    sli: Sli
    scrape_interval: int
    team: str
    labels: Labels
    links: Links
    alerts: AlertSettings
    traffic: Decimal | None
    place: Place
    group_by: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    bridge: bool = False
    excluded: str = ""
    maintenance: tuple[Maintenance, ...] = ()
    any_interval: bool = False
    renamed: Labels = ()
    depends_on: tuple[SloName, ...] = ()
    causes: tuple[Cause, ...] = ()
    symptoms: tuple[SloName, ...] = ()

    @property
    def budget(self) -> Decimal:
        """The fraction of events that may be bad: 1 - objective, exactly."""
        return 1 - self.objective

    @property
    def series_labels(self) -> tuple[str, ...]:
        """The labels of `group_by` as the SLI's own series have them, in the same order."""
        own = dict(self.renamed)
        return tuple(own.get(name, name) for name in self.group_by)

    @property
    def alert_prefix(self) -> str:
        """Start of the names of its alerts: `shop` and `checkout-latency` make `ShopCheckoutLatency`."""
        return _camel_case(f"{self.service}-{self.name}")


@lru_cache(maxsize=16_384)  # asked for by each stage
def _camel_case(name: str) -> str:
    return "".join([word[:1].upper() + word[1:] for word in name.split("-")])


class SloSet(msgspec.Struct, frozen=True):
    """All SLOs that are compiled together: the unit of output files.

    Attributes:
        name: the set's name; shards are called `<name>-<n>`.
        shards: how many parts the SLOs are spread over, each with rule groups of its own.
        interval: evaluation interval in seconds.
        slos: in the order of the files.
        sources: base names of the files, for the header of outputs.
        alerting_base: path of the base Alertmanager config as written, relative to the spec file, or none.
        outputs: where each target's output goes, relative to the spec file; targets not named use the default.
        distinguish: external labels of the servers that share an Alertmanager: alerts that differ in them are apart.
    """

    name: str
    shards: int
    interval: int
    slos: tuple[Slo, ...]
    sources: tuple[str, ...]
    alerting_base: str | None
    outputs: Labels
    distinguish: tuple[str, ...] = ()
