"""One complete SLO at a time, from the defaults of its file and its own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from slo.burnrate import POLICIES
from slo.model import Links, Slo
from slo.resolve import values
from slo.resolve.alerts import check_alerts, for_traffic, settings
from slo.resolve.budgeting import budgeted
from slo.resolve.dependencies import dependencies
from slo.resolve.groups import grouping, overrides
from slo.resolve.labels import check_labels, merged
from slo.resolve.policies import policies
from slo.schema.spec import Settings
from slo.sli import KINDS
from slo.times import DAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from slo.diagnostics import Place
    from slo.model import Maintenance, SliSpec
    from slo.resolve.findings import Findings
    from slo.schema.spec import FileSpec, SloSpec

T = TypeVar("T")
DEFAULT_WINDOW = 30 * DAY
DEFAULT_SCRAPE_INTERVAL = 60


class _Numbers(msgspec.Struct, frozen=True):
    """The parsed values of `defaults` or of one SLO; None if not given."""

    objective: Decimal | None = None
    window: int | None = None
    scrape_interval: int | None = None
    traffic: Decimal | None = None


class FileResolver:
    """Resolve the SLOs of one file; report findings about their defaults only once."""

    def __init__(self, spec: FileSpec, place: Place, findings: Findings) -> None:
        """Check the settings of the whole file."""
        self._spec = spec
        self._findings = findings
        self._for_all = place.at("defaults")
        self._policies = policies(spec.policies, place, findings)
        self._named = {**dict.fromkeys(spec.policies or {}, ()), **self._policies}
        self._defaults = self._read(spec.defaults, self._for_all)
        links = spec.links
        runbooks = findings.read(values.link, links.runbooks if links else None, place, "links", "runbooks")
        dashboards = findings.read(values.link, links.dashboards if links else None, place, "links", "dashboards")
        self._links = Links(runbooks or "", dashboards or "")
        check_labels(spec.labels, place, findings)
        self._maintenance = _maintenance(spec, place, findings)
        self._alerts = settings(spec.defaults.alerts if spec.defaults else None, None, self._policies)

    def slo(self, spec: SloSpec, place: Place) -> Slo | None:
        """Return the complete SLO, or None after reporting an error in it."""
        before = self._findings.errors
        self._findings.read(values.name, spec.name, place, "name")
        own, shared = self._read(spec, place), self._defaults
        sli = self._sli(spec, place.at("sli"))
        objective = own.objective or shared.objective
        if spec.objective is None and (self._spec.defaults is None or self._spec.defaults.objective is None):
            self._findings.add(place, "SLO014", 'missing key "objective"', "write objective: 99.9%")
        defaults = self._spec.defaults or Settings()

        def where(own: object) -> Place:
            return self._for_all if own is None else place

        labels = _first(spec.group_by, defaults.group_by, ())
        group = grouping(labels, self._spec.service, where(spec.group_by), self._findings)
        parts = _first(spec.objectives, defaults.objectives, ())
        members = overrides(parts, group, where(spec.objectives), self._findings)
        slices = _first(spec.budgeting, defaults.budgeting, None)
        depends_on = dependencies(spec.depends_on or (), self._spec.service, place, self._findings)
        budgeting = budgeted(slices, sli, where(spec.budgeting), self._findings)
        if self._findings.errors > before or objective is None or sli is None or self._policy_is_wrong(spec):
            return None
        declared = own.scrape_interval or shared.scrape_interval
        scrape = declared or DEFAULT_SCRAPE_INTERVAL
        left_out = self._maintenance(scrape)
        slo = Slo(
            service=self._spec.service,
            name=spec.name,
            title=spec.title or spec.name,
            objective=objective,
            window=own.window or shared.window or DEFAULT_WINDOW,
            sli=budgeting(sli.build()),
            scrape_interval=scrape,
            team=spec.owner or defaults.owner or self._spec.owner or "",
            labels=merged(self._spec.labels, defaults.labels, spec.labels),
            links=self._links,
            alerts=settings(defaults.alerts, spec.alerts, self._policies) if spec.alerts else self._alerts,
            traffic=own.traffic or shared.traffic,
            place=place,
            group_by=group.names,
            renamed=group.renamed,
            overrides=members,
            bridge=_first(spec.data_loss, defaults.data_loss, "none") == "bridge",
            excluded="\nor ".join(entry.expr for entry in left_out),
            maintenance=left_out,
            any_interval=declared is None,
            depends_on=depends_on,
        )
        return for_traffic(slo, defaults.alerts, spec.alerts)

    def _policy_is_wrong(self, spec: SloSpec) -> bool:
        """Whether the policy of the SLO is unknown or invalid, which is reported already."""
        common = self._spec.defaults.alerts if self._spec.defaults else None
        name = (spec.alerts and spec.alerts.policy) or (common and common.policy)
        return name is not None and name not in self._policies and name not in POLICIES

    def _read(self, spec: Settings | None, place: Place) -> _Numbers:
        if spec is None:
            return _Numbers()
        read, findings = self._findings.read, self._findings
        check_labels(spec.labels, place, findings)
        common = self._spec.defaults.alerts if self._spec.defaults else None
        check_alerts(spec.alerts, common, self._named, place, findings)
        rate = spec.traffic.per_second if spec.traffic else None
        objective = None if spec.objective is None else str(spec.objective)
        return _Numbers(
            read(values.objective, objective, place, "objective"),
            read(values.window, spec.window, place, "window"),
            read(values.scrape_interval, spec.scrape_interval, place, "scrape_interval"),
            read(values.per_second, rate, place, "traffic", "per_second"),
        )

    def _sli(self, spec: SloSpec, place: Place) -> SliSpec | None:
        """Return the one kind that is given, checked."""
        known = spec.sli.__struct_fields__
        given = [kind for kind in known if getattr(spec.sli, kind) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            self._findings.add(
                place, "SLO028", f"an SLI needs exactly one kind; here: {found}", f"kinds: {', '.join(known)}"
            )
            return None
        sli = _spelled_out(given[0], getattr(spec.sli, given[0]))
        self._findings.extend(sli.check(place.at(given[0])))
        return sli


def _maintenance(spec: FileSpec, place: Place, findings: Findings) -> Callable[[int], tuple[Maintenance, ...]]:
    """Return a function from scrape intervals to the maintenance of the file."""
    if not spec.maintenance:
        return lambda _: ()
    from slo.resolve.maintenance import maintenance  # noqa: PLC0415 - time zones cost time, and few files need them

    return maintenance(spec.maintenance, place, findings)


def _spelled_out(kind: str, said: SliSpec | str) -> SliSpec:
    """Expand the short form of some kinds, a text in place of their fields."""
    return KINDS[kind](**{KINDS[kind].SHORT: said}) if isinstance(said, str) else said


def _first(own: T | None, shared: T | None, otherwise: T) -> T:
    """Return the setting of the SLO, else that of its file."""
    return own if own is not None else shared if shared is not None else otherwise
