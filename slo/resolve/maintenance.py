"""`maintenance`: times outside every budget of a file, planned by cron or reported by a metric."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from slo.diagnostics.suggest import did_you_mean
from slo.maintenance import expression
from slo.maintenance.cron import CronError, parse
from slo.maintenance.zones import LAST_YEAR, UnknownZoneError, offsets
from slo.model import Maintenance
from slo.promql import PromqlError, duration, parse_duration, parse_selector
from slo.query import check_selector
from slo.resolve.findings import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slo.diagnostics import Place
    from slo.maintenance.cron import Cron
    from slo.maintenance.zones import Offsets
    from slo.resolve.findings import Findings
    from slo.schema.spec import MaintenanceSpec

DEFAULT_ZONE = "UTC"
_MINUTE, _DAY = 60, 86_400
_SHOWN = 40
_OF_CRON = ("duration", "timezone")


def maintenance(
    specs: Sequence[MaintenanceSpec], place: Place, findings: Findings
) -> Callable[[int], tuple[Maintenance, ...]]:
    """Return a function from a scrape interval in seconds to the maintenance of an SLO."""
    entries = [_entry(spec, place.at("maintenance", number), findings) for number, spec in enumerate(specs)]
    made = [entry for entry in entries if entry is not None]
    return cache(lambda scrape: tuple(entry(scrape) for entry in made))


def _entry(spec: MaintenanceSpec, place: Place, findings: Findings) -> Callable[[int], Maintenance] | None:
    if (spec.cron is None) == (spec.metric is None):
        said = "neither" if spec.cron is None else "both"
        message = f"maintenance needs one of cron and metric; here: {said}"
        findings.add(place, "SLO073", message, "write {cron: 0 3 * * 0, duration: 2h, reason: ...}")
        return None
    return _planned(spec, place, findings) if spec.metric is None else _reported(spec, place, findings)


def _reported(spec: MaintenanceSpec, place: Place, findings: Findings) -> Callable[[int], Maintenance] | None:
    """Return maintenance that lasts while a metric is above 0."""
    for key in _OF_CRON:
        if getattr(spec, key) is not None:
            message = f'"{key}" belongs to a cron expression; a metric needs none'
            findings.add(place.key(key), "SLO073", message, "leave it out")
            return None
    before = findings.errors
    findings.extend(check_selector(spec.metric or "", place.at("metric")))
    if findings.errors > before:
        return None
    selector = parse_selector(spec.metric or "")
    return lambda scrape: Maintenance(
        expression.reported(selector, scrape), str(selector), spec.reason or "", planned=False
    )


def _planned(spec: MaintenanceSpec, place: Place, findings: Findings) -> Callable[[int], Maintenance] | None:
    """Return maintenance that begins by a cron expression."""
    cron = _cron(spec.cron or "", place.at("cron"), findings)
    length = findings.read(_length, spec.duration, place, "duration")
    table = findings.read(_zone, spec.timezone or DEFAULT_ZONE, place, "timezone")
    for key, example in (("duration", "2h"), ("reason", "weekly database upgrade")):
        if not getattr(spec, key):
            hint = f"write {key}: {example}"
            findings.add(place, "SLO073", f'maintenance by a cron expression needs "{key}"', hint)
    if cron is None or length is None or table is None:
        return None
    if expression.endless(cron, length):
        message = f"maintenance never ends: {duration(length)} is not over when the next one begins"
        findings.add(place, "SLO072", message, "write a shorter duration, or fewer starts")
    said = f"{' '.join((spec.cron or '').split())} for {duration(length)}, {spec.timezone or DEFAULT_ZONE}"
    promql = expression.planned(cron, length, table)
    made = Maintenance(promql, said, spec.reason or "", planned=True, last_year=_last_year(table))
    return lambda _: made


def _cron(text: str, place: Place, findings: Findings) -> Cron | None:
    try:
        return parse(text)
    except CronError as error:
        findings.add(place.within(error.start, error.length), "SLO070", error.message, error.hint)
        return None


def _length(text: str) -> int:
    """Return whole minutes, up to a day."""
    try:
        seconds = parse_duration(text[:_SHOWN])
    except PromqlError as error:
        raise RefusedError("SLO072", str(error)) from None
    if seconds > _DAY:
        message = f"maintenance of {text[:_SHOWN]} is too long; at most 24h can follow one start"
        raise RefusedError("SLO072", message, "name each day in the cron expression, as in 0 0 * * SAT,SUN with 24h")
    if seconds % _MINUTE:
        message = f"{text[:_SHOWN]} is not a whole number of minutes, and budgets leave out whole minutes"
        raise RefusedError("SLO072", message, f"write {duration((seconds // _MINUTE + 1) * _MINUTE)}")
    return int(seconds)


def _zone(name: str) -> Offsets:
    try:
        return offsets(name)
    except UnknownZoneError as error:
        short = f'unknown time zone "{name[:_SHOWN]}"'
        if not error.known:
            message = f"{short}: this machine has no time zone database"
            raise RefusedError("SLO071", message, "install the Python package tzdata") from None
        places = [zone for zone in error.known if "/" in zone]  # CEST does not mean EST
        hint = did_you_mean(name[:_SHOWN], sorted(places)) or "write a name such as Europe/Berlin, or UTC"
        raise RefusedError("SLO071", short, hint) from None


def _last_year(table: Offsets) -> int | None:
    """Return the last year whose clock changes are known, or None where the clock does not change."""
    return LAST_YEAR if len(table) > 1 else None
