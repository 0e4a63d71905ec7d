"""The compiler's vocabulary: complete, frozen objectives. Everything optional in the file is settled here."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from slo.diagnostics import Diagnostic, Place
    from slo.promql import Selector


Labels = tuple[tuple[str, str], ...]
"""Label names and values, in the order in which they are printed."""

AlertSeverity = Literal["page", "ticket"]
NoDataSetting = Literal["page", "ticket", "off"]
ExhaustedSetting = Literal["page", "ticket", "off"]
MembersSetting = Literal["ticket", "off"]
PageSetting = Literal["on", "ticket", "off"]
OWN_TIERS = ("exhausted", "no-data", "member-no-data")
"""Values of the label `tier` of alerts that are no tier of a policy."""

Unit = Literal["events", "slices", "ratio-slices"]
"""What a budget is counted in: events; minutes that are good or bad; minutes of which a share is bad."""


class Base(msgspec.Struct, frozen=True):
    """What an SLI needs to know to count the events of the smallest window, one tile.

    Attributes:
        range: PromQL duration of the base range: one tile and one scrape interval, so that neighbouring tiles
            share their boundary sample and no increment falls between two of them.
        tile: length of one tile in seconds (300, or 300 / time scale).
        scrape: seconds between two scrapes.
        any_interval: `scrape` is only the most that these seconds may be.
        group_by: labels that tell the members of a group apart, as the SLI's own series have them.
        total: PromQL for what `Counts.total` gave, recorded a moment ago: reading it costs one sample per member.
        bridge: count what was lost where series appear late and scrapes are missing, too.
        excluded: PromQL that has a sample while events are left out of the budget, such as in maintenance; or empty.
        named: what stands before and after a sum of events per second by `group_by`, where many SLOs are counted
            together, and gives it their labels instead; only SLIs of events have it.
    """

    range: str
    tile: int
    scrape: int = 60
    any_interval: bool = False
    group_by: tuple[str, ...] = ()
    total: str = "total"
    bridge: bool = False
    excluded: str = ""
    named: tuple[str, str] = ("", "")


class Counts(msgspec.Struct, frozen=True):
    """PromQL for the number of events in one tile: instant vectors with the `group_by` labels alone.

    Both have a sample where the SLI can be measured. Where it cannot, neither has: nothing is known about the tile.
    """

    total: str
    bad: str


class Feed(msgspec.Struct, frozen=True):
    """One synthetic input series of the emitted tests, and what its samples are.

    Attributes:
        series: a series in PromQL notation, matched by the SLI's selectors.
        good: what a good event adds to a counter; the value of a gauge in a good slice; the age in a good slice.
        bad: the same for a bad one.
        kind: a counter grows with events, a gauge shows a state, an age is told as a time of the past; a native
            histogram observes one value for each good event and another for each bad one. A rate is a counter that
            grows by so much a second in a state; a presence is a series of 1 that is there in states of 1; a constant
            never changes or ends.
        second: what one second adds to a time of the past.
        reach: seconds of the range over which it is read, -1 for `$window`; 0 for what is usual for its kind.
    """

    series: str
    good: Decimal | int
    bad: Decimal | int
    kind: Literal["counter", "gauge", "age", "histogram", "rate", "presence", "constant"] = "counter"
    second: int = 1
    reach: int = 0


Missing = tuple[tuple["Selector", str], ...]
"""Selectors, each with what is recorded while it has no series: one of the texts below."""
NO_DATA = "no data: neither good nor bad, and NoData fires"
NOT_YET = "0 events, as long as the other operands have series"
NO_FAILURES = "no bad events"
NO_SUCCESS = "every event is bad"
UNKNOWN_BUCKET = "series of the histogram without it do not count"


class Sli(Protocol):
    """One kind of service level indicator. No other module knows which kinds exist."""

    @property
    def unit(self) -> Unit:
        """What the budget is counted in."""
        ...

    @property
    def scales(self) -> bool:
        """Whether it can be measured in scaled time: only events can, a slice is a minute of the real clock."""
        ...

    def counts(self, base: Base) -> Counts:
        """PromQL for total and bad events of one tile."""
        ...

    def selectors(self) -> tuple[Selector, ...]:
        """Every series selector that the SLI reads."""
        ...

    def missing(self) -> Missing:
        """For each selector, what is recorded while it has no series."""
        ...

    def feeds(self, member: Labels = ()) -> tuple[Feed, ...]:
        """Series that make exactly the wanted events, for the emitted tests; empty if that is impossible.

        `member`: labels that the series must carry, which make it belong to one member of a group.

        Raises:
            UndrivenError: it is impossible, with the reason.
        """
        ...

    def describe(self) -> str:
        """One line for a person: what a good event is."""
        ...


class SliSpec(Protocol):
    """An SLI as written in the file: checked for sense, then turned into an `Sli`.

    Attributes:
        EVENTS: it counts events, of which slices can be made.
        SHORT: the field that may be written as the whole value, or empty.
    """

    EVENTS: ClassVar[bool]
    SHORT: ClassVar[str]

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Every problem of this SLI that its types do not exclude."""
        ...

    def build(self) -> Sli:
        """The SLI itself; only called when `check` found no error."""
        ...


class TierRule(msgspec.Struct, frozen=True):
    """One row of an alert policy, as a table prints it, before window, objective and time scale are known.

    Attributes:
        name: value of the label `tier`.
        severity: `page` or `ticket`.
        budget: share of the error budget that is spent when the tier fires.
        long: long window in seconds.
        short: short window in seconds.
        pending: `for` of the alert rule, in seconds.
        reach: highest bad share of all events that the threshold may demand, so that a total outage can trip it.
    """

    name: str
    severity: AlertSeverity
    budget: Fraction
    long: int
    short: int
    pending: int = 0
    reach: Fraction = Fraction(4, 5)


PolicyTable = tuple[tuple[int, tuple[TierRule, ...]], ...]
"""The tiers of a policy for some SLO windows in seconds, shortest first."""


class AlertSettings(msgspec.Struct, frozen=True):
    """What one SLO alerts on.

    Attributes:
        policy: name of a policy, one of `slo.burnrate.POLICIES` or of the file.
        table: the tiers of a policy of the file; empty for one of `slo.burnrate.POLICIES`.
        disable: names of tiers that are left out.
        page: whether paging tiers page, raise tickets, or are left out; unless `on`, `no_data` and `exhausted` are no
            pages either, except where the SLO itself asks for them.
        min_bad_events: bad events in the long window below which no tier fires.
        labels: extra labels on the alerts of this SLO.
        annotations: extra annotations on them.
        no_data: severity of the alert for an SLI that disappeared.
        no_data_members: severity of the alert for a member of a group that disappeared.
        target: selector of the 0/1 series that tells whether the SLI's source is up, or none.
        exhausted: severity of the alert for a spent budget.
    """

    policy: str = "workbook"
    table: PolicyTable = ()
    disable: tuple[str, ...] = ()
    page: PageSetting = "on"
    min_bad_events: int = 2
    labels: Labels = ()
    annotations: Labels = ()
    no_data: NoDataSetting = "ticket"
    no_data_members: MembersSetting = "off"
    target: str | None = None
    exhausted: ExhaustedSetting = "ticket"


class Links(msgspec.Struct, frozen=True):
    """Templates of the URLs on alerts; `{alert}`, `{service}`, `{slo}` and `{uid}` are replaced."""

    runbooks: str = ""
    dashboards: str = ""


class Override(msgspec.Struct, frozen=True):
    """Another objective for the members of a group whose labels are these."""

    match: Labels
    objective: Decimal

    @property
    def budget(self) -> Decimal:
        """The share of events of these members that may be bad, exactly."""
        return 1 - self.objective


class Maintenance(msgspec.Struct, frozen=True):
    """Times that are left out of the budget.

    Attributes:
        expr: PromQL that has a sample at each full minute that ends a minute of maintenance.
        what: when it is, for a person: a cron expression, its duration and zone; or a selector.
        reason: why, or empty.
        planned: it depends on nothing but the time.
        last_year: the last year for which changes of the zone's clock are known, or none where it has none.
    """

    expr: str
    what: str
    reason: str
    planned: bool
    last_year: int | None = None


SloName = tuple[str, str]
"""Service and name of an SLO."""


class Cause(msgspec.Struct, frozen=True):
    """An SLO whose failure may be the cause of another one's.

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
        objective: share of good events, between 0 and 1, both excluded.
        window: rolling window in seconds, a whole number of days.
        sli: how good and bad events are counted.
        scrape_interval: longest scrape interval among the targets, in seconds.
        any_interval: the file does not say it, so that it may be any up to this one.
        team: value of the label `team`, or empty.
        labels: extra labels on alerts.
        traffic: expected events per second at the quietest hour, or none.
        place: where it stands in the file.
        group_by: labels that tell the members of a group apart, as records and alerts have them; each member has a
            budget and alerts of its own.
        renamed: (name in `group_by`, name on the SLI's own series) of those labels that are called otherwise there.
        overrides: other objectives for some members; the first that matches counts.
        bridge: what scrape gaps and series that appear late would lose is counted, too.
        excluded: PromQL that has a sample while events are left out of the budget, or empty.
        maintenance: what `excluded` was made from.
        depends_on: the SLOs that are named as its causes, as written.
        causes: these, and the causes of these, sorted.
        symptoms: the SLOs that have this one as a cause, sorted.
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
        """The share of events that may be bad: 1 - objective, exactly."""
        return 1 - self.objective

    @property
    def series_labels(self) -> tuple[str, ...]:
        """The labels of `group_by` as the SLI's own series have them, in the same order."""
        own = dict(self.renamed)
        return tuple(own.get(name, name) for name in self.group_by)

    @property
    def alert_prefix(self) -> str:
        """What the names of its alerts begin with: `shop` and `checkout-latency` make `ShopCheckoutLatency`."""
        return _camel_case(f"{self.service}-{self.name}")


@lru_cache(maxsize=16_384)  # asked for by each stage
def _camel_case(name: str) -> str:
    return "".join([word[:1].upper() + word[1:] for word in name.split("-")])


class Scale(msgspec.Struct, frozen=True):
    """How real time maps to rule time.

    Attributes:
        factor: windows and `for` are divided by it; 1 outside of demonstrations.
        interval: evaluation interval of the groups, in seconds.
        scrape_interval: overrides the scrape interval of every SLO, in seconds, or none.
    """

    factor: int = 1
    interval: int = 60
    scrape_interval: int | None = None


class Options(msgspec.Struct, frozen=True):
    """How the rules are to be written, whatever the specification says.

    Attributes:
        layout: `default` has alert rules for each SLO, `shared` one for all SLOs of a class.
        compat: name of another tool whose series and alert names are to be made, or empty.
        prometheus: oldest Prometheus that has to read the rules; empty for every supported one.
        max_rules: most rules that a ruler takes in one group, or none.
    """

    layout: Literal["default", "shared"] = "default"
    compat: Literal["", "sloth"] = ""
    prometheus: Literal["", "2.42", "3"] = ""
    max_rules: int | None = None


DEFAULTS = Options()


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
