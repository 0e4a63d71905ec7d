"""`alerts: {page: off}`: an SLO without pages, and the severity of its other alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.diagnostics import Place
    from slo.resolve.findings import Findings
    from slo.schema.spec import AlertsSpec

_KEYS = ("no_data", "exhausted")
"""Keys of `alerts` that are the severity of an alert."""


def check_pages(spec: AlertsSpec, place: Place, findings: Findings) -> None:
    """Report a page that is asked for in the mapping that switches pages off."""
    if spec.page in {None, "on"}:
        return
    for key in _KEYS:
        if getattr(spec, key) == "page":
            message = f'"{key}: page" contradicts "page: {spec.page}"'
            findings.add(place.at(key), "SLO166", message, f"write {key}: ticket, or remove one of them")


def severities(layers: Sequence[AlertsSpec], *, target: bool) -> dict[str, Any]:
    """Return `no_data` and `exhausted` of an SLO where they differ from the defaults; the last of the layers wins.

    `page: off` turns a page into a ticket, unless a later layer asks for the page. `target`: the SLO has one, so that
    missing data mean an outage.
    """
    switched, pages = _last(layers, "page", "on")
    found: dict[str, Any] = {}
    for key in _KEYS:
        said, severity = _last(layers, key, "page" if target and key == "no_data" else None)
        if severity == "page" and pages != "on" and said <= switched:
            severity = "ticket"
        found |= {key: severity} if severity else {}
    return found


def _last(layers: Sequence[AlertsSpec], key: str, otherwise: str | None) -> tuple[int, str | None]:
    """Return the number of the last layer that has a value for the key, and the value; -1 where none has."""
    given = [(number, value) for number, layer in enumerate(layers) if (value := getattr(layer, key)) is not None]
    return given[-1] if given else (-1, otherwise)
