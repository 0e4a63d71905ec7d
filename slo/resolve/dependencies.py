"""`depends_on`: the SLOs that may be the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.promql.spelling import short
from slo.resolve import values
from slo.resolve.findings import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.diagnostics import Place
    from slo.model import SloName
    from slo.resolve.findings import Findings


def dependencies(texts: Sequence[str], service: str, place: Place, findings: Findings) -> tuple[SloName, ...]:
    """Return the names below `depends_on`, each once; without a service they are of the SLO's own."""
    found: dict[SloName, None] = {}
    for number, text in enumerate(texts):
        name = findings.read(lambda text: _name(text, service), text, place, "depends_on", number)
        if name in found:
            message = f'duplicate dependency "{short(text)}"'
            findings.add(place.at("depends_on", number), "SLO167", message, "remove one of them")
        elif name is not None:
            found[name] = None
    return tuple(found)


def _name(text: str, service: str) -> SloName:
    other, slash, name = text.rpartition("/")
    if "/" in other:
        raise RefusedError("SLO020", f'invalid dependency "{short(text)}"', "write the name of an SLO, or service/name")
    return (values.name(other) if slash else service), values.name(name)
