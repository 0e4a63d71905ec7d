"""Finds SLOs by the names that a command was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.cli.usage import CommandError
from slo.diagnostics.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.model import Slo

_SHOWN = 20
"""Names of SLOs in one message."""


def chosen(slos: Sequence[Slo], wanted: str) -> list[Slo]:
    """Return the SLOs with this name, or service and name.

    Raises:
        CommandError: there is none.
    """
    found = [slo for slo in slos if wanted in {slo.name, f"{slo.service}/{slo.name}"}]
    if not found:
        hint = did_you_mean(wanted, [slo.name for slo in slos]) or f"known: {listed(slos)}"
        raise CommandError(f'unknown SLO "{wanted}"; {hint}')
    return found


def listed(slos: Sequence[Slo]) -> str:
    """Return the first names, and how many more there are."""
    names = ", ".join(slo.name for slo in slos[:_SHOWN])
    return f"{names} and {len(slos) - _SHOWN} more" if len(slos) > _SHOWN else names
