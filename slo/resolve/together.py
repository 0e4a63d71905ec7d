"""What must fit together: unique names in all files, and settings on which the files of a set agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from slo.diagnostics import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.model import Slo
    from slo.resolve.findings import Findings
    from slo.schema import ValidatedFile

T = TypeVar("T")


def check_names(slos: Iterable[Slo], findings: Findings) -> None:
    """Report SLOs with the same name, and different names that give the same alert name.

    Being in different sets does not tell them apart: the set is no part of an alert's identity.
    """
    by_name: dict[tuple[str, str], Slo] = {}
    by_alert: dict[str, Slo] = {}
    for slo in slos:
        same = by_name.setdefault((slo.service, slo.name), slo)
        other = next((o for name in _alerts(slo) if (o := by_alert.setdefault(name, slo)) is not slo), slo)
        place = slo.place.at("name")
        if same is not slo:
            message = f'the service "{slo.service}" has two SLOs called "{slo.name}"'
            findings.add(place, "SLO022", message, f"the first one: {_where(same)}")
        elif other is not slo:
            message = (
                f'"{slo.service}/{slo.name}" and "{other.service}/{other.name}" both give alerts called '
                f"{slo.alert_prefix}..."
            )
            findings.add(place, "SLO023", message, f"rename one of them; the first one: {_where(other)}")


def _alerts(slo: Slo) -> list[str]:
    """What its alerts may be called: `x` with a member and `x-member` without would both give `XMemberNoData`."""
    prefix = slo.alert_prefix
    return [prefix, f"{prefix}NoData", *([f"{prefix}MemberNoData"] if slo.group_by else [])]


def common(key: str, said: Sequence[tuple[ValidatedFile, T | None]], findings: Findings) -> T | None:
    """What the files of a set say about one of the set's own settings; those that say nothing follow the others."""
    given = [(file, value) for file, value in said if value is not None]
    if not given:
        return None
    first, agreed = given[0]
    for file, value in given[1:]:
        if value != agreed:
            message = f'"{key}" belongs to the set, and {first.file} says something else'
            findings.add(
                Place(file.file, tuple(key.split("."))), "SLO029", message, "say it in one file, or the same in all"
            )
    return agreed


def _where(slo: Slo) -> str:
    return f"item {int(slo.place.path[-1]) + 1} of slos in {slo.place.file}"
