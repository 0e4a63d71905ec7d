"""Alert policies of a file: tables of tiers, chosen by name."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from slo.burnrate import LADDER, POLICIES
from slo.model import OWN_TIERS, PolicyTable, TierRule
from slo.promql import PromqlError, duration, parse_duration
from slo.resolve import values
from slo.resolve.findings import RefusedError
from slo.times import DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slo.diagnostics import Place
    from slo.resolve.findings import Findings
    from slo.schema.spec import PolicySpec, TierSpec

_REACH = (Fraction(4, 5), Fraction(3, 5), Fraction(2, 5), Fraction(1, 5))
_LONGEST_PENDING = DAY


def policies(specs: Mapping[str, PolicySpec] | None, place: Place, findings: Findings) -> dict[str, PolicyTable]:
    """Return the tables of a file by name, the same for every SLO window; report and drop invalid ones."""
    tables: dict[str, PolicyTable] = {}
    for name, spec in (specs or {}).items():
        here = place.at("policies", name)
        findings.read(values.name, name, place.at("policies").key(name))
        if name in POLICIES:
            findings.add(
                place.at("policies").key(name), "SLO065", f'"{name}" is a built-in policy', "choose another name"
            )
        if not spec.tiers:
            findings.add(here.at("tiers"), "SLO065", "a policy needs at least one tier")
        before = findings.errors
        rules = [_rule(tier, n, here.at("tiers", n), findings) for n, tier in enumerate(spec.tiers)]
        _check_names(spec.tiers, here.at("tiers"), findings)
        if findings.errors == before:
            made = tuple(rule for rule in rules if rule is not None)
            _check_order(made, here.at("tiers"), findings)
            tables[name] = ((DAY, made),)
    return tables


def _rule(spec: TierSpec, number: int, place: Place, findings: Findings) -> TierRule | None:
    budget = findings.read(_share, spec.budget, place, "budget")
    long = findings.read(_rung, spec.long, place, "long")
    short = findings.read(_rung, spec.short, place, "short")
    pending = findings.read(_pending, spec.pending, place, "for") or 0
    if long and short and short >= long:
        message = f"the short window {spec.short} is not below the long one, {spec.long}"
        findings.add(place.at("short"), "SLO065", message, "usual is a twelfth of the long one")
    if budget is None or not long or not short:
        return None
    return TierRule(spec.name, spec.severity, budget, long, short, pending, _REACH[min(number, len(_REACH) - 1)])


def _check_names(tiers: tuple[TierSpec, ...], place: Place, findings: Findings) -> None:
    seen: set[str] = set()
    for number, tier in enumerate(tiers):
        here = place.at(number, "name")
        findings.read(values.name, tier.name, here)
        if tier.name in OWN_TIERS:
            findings.add(here, "SLO065", f'the tier name "{tier.name}" is used by slo itself', "choose another name")
        elif tier.name in seen:
            findings.add(here, "SLO065", f'duplicate tier "{tier.name}"', "rename one of them")
        seen.add(tier.name)


def _check_order(rules: tuple[TierRule, ...], place: Place, findings: Findings) -> None:
    """Report tiers that are not from the fastest to the slowest, or burn faster than a faster one."""
    for number, slow in enumerate(rules):
        late = next((fast for fast in rules[:number] if fast.long > slow.long), None)
        low = next(
            (f for f in rules[:number] if f.long < slow.long and f.budget * slow.long < slow.budget * f.long), None
        )
        if late:
            message = f'tier "{slow.name}" ({duration(slow.long)}) follows the slower "{late.name}"'
            findings.add(place.at(number, "long"), "SLO065", message, "order tiers from the fastest to the slowest")
        elif low:
            message = f'the tier "{slow.name}" has a higher burn rate than the faster "{low.name}", which fires first'
            most = float(low.budget * slow.long / low.long * 100)
            hint = f"let it spend at most {most:.4g}% in {duration(slow.long)}"
            findings.add(place.at(number, "budget"), "SLO065", message, hint)


def _share(text: str) -> Fraction:
    """Return a part of the error budget, above 0 and at most all of it."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)%", text)
    share = Fraction(match.group(1)) / 100 if match else Fraction(0)
    if not 0 < share <= 1:
        raise RefusedError("SLO065", f'invalid part of the error budget "{text[:40]}"', "write 2%")
    return share


def _rung(text: str) -> int:
    """Return a window that alerts can use."""
    known = ", ".join(duration(rung) for rung in LADDER)
    try:
        seconds = parse_duration(text[:40])
    except PromqlError as error:
        raise RefusedError("SLO065", str(error)) from None
    if seconds not in LADDER:
        raise RefusedError("SLO065", f"alerts cannot use the window {text[:40]}", f"choose one of {known}")
    return int(seconds)


def _pending(text: str) -> int:
    """Return whole seconds, 0 up to a day."""
    if re.fullmatch(r"0+(ms|[smhdw])?", text[:40]):
        return 0
    try:
        seconds = parse_duration(text[:40])
    except PromqlError as error:
        raise RefusedError("SLO065", str(error)) from None
    if seconds != int(seconds) or seconds > _LONGEST_PENDING:
        raise RefusedError("SLO065", f"{text[:40]} is not a whole number of seconds up to a day", "write 2m")
    return int(seconds)
