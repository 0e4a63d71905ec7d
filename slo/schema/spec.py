"""The file format, version 1, as strict types. `slo.resolve` parses and checks the values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from slo.sli import KINDS

NAME_PATTERN = "^[a-z][a-z0-9-]{0,62}$"
LABEL_PATTERN = "^[a-zA-Z_][a-zA-Z0-9_]*$"
_REFERENCE_PATTERN = "^([a-z][a-z0-9-]{0,62}/)?[a-z][a-z0-9-]{0,62}$"
_DURATION_PATTERN = "^([0-9]+(ms|[smhdw]))+$"


def _text(description: str, pattern: str = "", *examples: str) -> Meta:
    """Describe a text for editors. The pattern is published only: `resolve` checks the text, with better messages."""
    extra: dict[str, Any] = {"pattern": pattern} if pattern else {}
    return Meta(description=description, examples=list(examples) or None, extra_json_schema=extra)


Name = Annotated[str, _text("Lower-case letters, digits and dashes; starts with a letter.", NAME_PATTERN)]
Duration = Annotated[str, _text("A number and a unit: ms, s, m, h, d or w.", _DURATION_PATTERN, "30s", "5m")]
Window = Annotated[str, _text("Rolling window: whole days, 1d to 400d.", _DURATION_PATTERN, "30d", "4w")]
Owner = Annotated[str, _text("The team: label `team` of the alerts; Alertmanager routes on it.", "", "checkout")]
Objective = str | float | int
LabelMap = Annotated[dict[str, str], Meta(description="Extra labels on alerts; never on recorded series.")]
Templates = Annotated[dict[str, str], Meta(description="Extra annotations on alerts.")]
LabelName = Annotated[str, _text("Name of a label.", LABEL_PATTERN, "cluster")]
Severity = Literal["page", "ticket", "off"]
Members = Literal["ticket", "off"]
Pages = Literal["on", "ticket", "off"]
DataLoss = Annotated[Literal["none", "bridge"], Meta(description="Count what gaps and late series would lose.")]
GroupBy = Annotated[
    tuple["str | GroupLabel", ...], Meta(description="A budget for each value of these labels.", examples=[["tenant"]])
]
Reference = Annotated[str, _text("An SLO of this service, or service/name.", _REFERENCE_PATTERN, "pay/availability")]
DependsOn = Annotated[
    tuple[Reference, ...], Meta(description="SLOs that may be the cause: while this one pages, they do not.")
]
Overrides = Annotated[tuple["OverrideSpec", ...], Meta(description="Objectives of some members; the first match wins.")]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of the file: unknown keys are errors, absent and empty values mean `not given`."""


class TrafficSpec(Strict, frozen=True):
    """`traffic`: the expected rate in the quietest hour."""

    per_second: Annotated[float | int, Meta(description="Events per second at the quietest hour.")]


class GroupLabel(Strict, frozen=True):
    """One item of `group_by`: a label, and what records and alerts call it."""

    label: Annotated[str, Meta(description="A label of the SLI's own series.")]
    name: Annotated[str, Meta(description="Its name on records and alerts.")] | None = msgspec.field(
        default=None, name="as"
    )


class OverrideSpec(Strict, frozen=True):
    """One item of `objectives`: another objective for some members of a group."""

    match: Annotated[dict[str, str], Meta(description="Exact values of labels of `group_by`.")]
    objective: Objective


class BudgetingSpec(Strict, frozen=True):
    """`budgeting`: count time slices of one minute instead of events."""

    slices: Annotated[Literal["1m"], Meta(description="Length of a slice.")]
    target: Annotated[Objective, Meta(description="Share of good events that makes a slice good.")]
    empty: Annotated[Literal["good", "bad"], Meta(description="Verdict on a slice without events.")] | None = None


class TierSpec(Strict, frozen=True):
    """One tier of a policy of the file."""

    name: Annotated[Name, Meta(description="Value of the label `tier`.")]
    severity: Literal["page", "ticket"]
    budget: Annotated[str, Meta(description="Share of the error budget spent when it fires.", examples=["2%"])]
    long: Annotated[Duration, Meta(description="Long window: 5m 10m 15m 30m 1h 2h 3h 6h 12h 1d 3d.")]
    short: Annotated[Duration, Meta(description="Short window, below the long one.")]
    pending: Annotated[str, Meta(description="How long the condition must last.", examples=["0s", "2m"])] | None = (
        msgspec.field(default=None, name="for")
    )


class PolicySpec(Strict, frozen=True):
    """One of `policies`: a table of alert tiers."""

    tiers: Annotated[tuple[TierSpec, ...], Meta(description="From the fastest to the slowest.")]


class AlertsSpec(Strict, frozen=True):
    """`alerts`: what an SLO alerts on."""

    policy: Annotated[str, Meta(description="Which table of tiers to use.")] | None = None
    disable: Annotated[tuple[str, ...], Meta(description="Tiers to leave out.")] | None = None
    page: Annotated[Pages, Meta(description="Paging tiers: on, raised as tickets, or off.")] | None = None
    min_bad_events: Annotated[int, Meta(ge=1, le=1_000_000, description="Fewer bad events do not alert.")] | None = None
    labels: LabelMap | None = None
    annotations: Templates | None = None
    no_data: Annotated[Severity, Meta(description="Alert when the SLI has no data.")] | None = None
    no_data_members: Annotated[Members, Meta(description="Alert when a member of a group has no data.")] | None = None
    target: Annotated[str, Meta(description="Selector of the 0/1 series of the source, such as up.")] | None = None
    exhausted: Annotated[Severity, Meta(description="Alert when the budget is spent.")] | None = None


class Settings(Strict, frozen=True):
    """The settings of an SLO; under `defaults`, of all SLOs of the file."""

    objective: Objective | None = None
    window: Window | None = None
    scrape_interval: (
        Annotated[Duration, Meta(description="That of the targets; left out, counts are right for any up to 60s.")]
        | None
    ) = None
    owner: Owner | None = None
    labels: LabelMap | None = None
    traffic: TrafficSpec | None = None
    alerts: AlertsSpec | None = None
    group_by: GroupBy | None = None
    objectives: Overrides | None = None
    budgeting: BudgetingSpec | None = None
    data_loss: DataLoss | None = None


if TYPE_CHECKING:
    SliChoice = msgspec.Struct
else:
    SliChoice = msgspec.defstruct(
        "SliChoice",
        [(kind, (spec | str if spec.SHORT else spec) | None, None) for kind, spec in KINDS.items()],
        bases=(Strict,),
        frozen=True,
        module=__name__,
        namespace={"__doc__": "`sli`: how good and bad events are counted; exactly one kind."},
    )


class SloSpec(Settings, frozen=True, kw_only=True):
    """One item of `slos`."""

    name: Annotated[Name, Meta(description="What the SLO is called, uniquely within the service (label `slo`).")]
    title: Annotated[str, Meta(description="One line for readers.")] | None = None
    depends_on: DependsOn | None = None
    sli: Annotated[SliChoice, Meta(description="How good and bad events are counted.")]


class LinksSpec(Strict, frozen=True):
    """`links`: URLs that alerts carry."""

    runbooks: Annotated[str, Meta(description="`{alert}` is replaced by the alert's name.")] | None = None
    dashboards: Annotated[str, Meta(description="`{uid}` is replaced by the dashboard's uid.")] | None = None


class AlertingSpec(Strict, frozen=True):
    """`alerting`: the Alertmanager configuration that routes are added to."""

    base: Annotated[str, Meta(description="Path of it, relative to this file.")] | None = None
    distinguish: (
        Annotated[
            tuple[LabelName, ...], Meta(description="External labels: alerts that differ in them are kept apart.")
        ]
        | None
    ) = None


class MaintenanceSpec(Strict, frozen=True):
    """One item of `maintenance`: times outside every budget of the file."""

    cron: Annotated[str, _text("When it starts: minute hour day month weekday.", "", "0 3 * * 0")] | None = None
    duration: Annotated[Duration, Meta(description="How long it lasts: whole minutes, up to 24h.")] | None = None
    timezone: Annotated[str, _text("Time zone of the expression; default: UTC.", "", "Europe/Berlin")] | None = None
    metric: Annotated[str, Meta(description="Selector that is above 0 during maintenance, instead.")] | None = None
    reason: Annotated[str, Meta(description="Reason, for example a weekly upgrade.")] | None = None


class FileSpec(Strict, frozen=True, kw_only=True):
    """A whole file."""

    version: Annotated[Literal[1], Meta(description="The version of this format.")]
    service: Annotated[Name, Meta(description="Service that the SLOs belong to (label `service`).")]
    set: Annotated[Name, Meta(description="Rule set this file belongs to; default: the service.")] | None = None
    owner: Owner | None = None
    labels: LabelMap | None = None
    links: LinksSpec | None = None
    defaults: Settings | None = None
    maintenance: Annotated[tuple[MaintenanceSpec, ...], Meta(description="Times outside every budget.")] | None = None
    alerting: AlertingSpec | None = None
    outputs: Annotated[dict[str, str], Meta(description="Target -> path, relative to this file.")] | None = None
    policies: Annotated[dict[str, PolicySpec], Meta(description="More tables of alert tiers, by name.")] | None = None
    shards: Annotated[int, Meta(ge=1, le=1000, description="Rule groups that the SLOs are spread over.")] | None = None
    interval: Annotated[Duration, Meta(description="Evaluation interval; divides 5m.")] | None = None
    slos: Annotated[tuple[SloSpec, ...], Meta(description="The objectives, one by one.")]
