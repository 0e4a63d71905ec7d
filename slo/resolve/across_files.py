"""Check across files: unique names, and settings that all files of a set share."""

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

    Different sets do not help: the set is not part of an alert's identity.
    """
    by_name: dict[tuple[str, str], Slo] = {}
    by_alert: dict[str, Slo] = {}
    for slo in slos:
        same = by_name.setdefault((slo.service, slo.name), slo)
        other = next((o for name in _alerts(slo) if (o := by_alert.setdefault(name, slo)) is not slo), slo)
        place = slo.place.at("name")
        if same is not slo:
            message = f'duplicate SLO "{slo.name}" in service "{slo.service}"'
            findings.add(place, "SLO022", message, f"the first is {_where(same)}")
        elif other is not slo:
            message = (
                f'"{slo.service}/{slo.name}" and "{other.service}/{other.name}" both give alerts called '
                f"{slo.alert_prefix}..."
            )
            findings.add(place, "SLO023", message, f"rename one of them; the first is {_where(other)}")


def _alerts(slo: Slo) -> list[str]:
    """Return possible names of its alerts: grouped `x` and plain `x-member` would both give `XMemberNoData`."""
    prefix = slo.alert_prefix
    return [prefix, f"{prefix}NoData", *([f"{prefix}MemberNoData"] if slo.group_by else [])]


def common(key: str, said: Sequence[tuple[ValidatedFile, T | None]], findings: Findings) -> T | None:
    """Return a setting of a set, which any of its files may have."""
    given = [(file, value) for file, value in said if value is not None]
    if not given:
        return None
    first, agreed = given[0]
    for file, value in given[1:]:
        if value != agreed:
            message = f'"{key}" differs from {first.file}, which is in the same set'
            findings.add(
                Place(file.file, tuple(key.split("."))),
                "SLO029",
                message,
                "set it in one file, or to the same value in all",
            )
    return agreed


def _where(slo: Slo) -> str:
    return f"item {int(slo.place.path[-1]) + 1} of slos in {slo.place.file}"
