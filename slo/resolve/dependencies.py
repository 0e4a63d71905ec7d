"""`depends_on`: the SLOs that may be the cause when another one burns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.resolve import values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.diagnostics import Place
    from slo.model import SloName
    from slo.resolve.findings import Findings


def dependencies(texts: Sequence[str], service: str, place: Place, findings: Findings) -> tuple[SloName, ...]:
    """Return the names below `depends_on`; without a service they are of the SLO's own."""

    def full(text: str) -> SloName:
        other, slash, name = text.rpartition("/")
        return (values.name(other) if slash else service), values.name(name)

    read = (findings.read(full, text, place, "depends_on", number) for number, text in enumerate(texts))
    return tuple(name for name in read if name is not None)
