"""Check that SLOs of a file have the labels and annotations in common that shared rules need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.diagnostics import Diagnostic
from slo.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from slo.model import Labels, Slo

_FIELDS: tuple[tuple[tuple[str, ...], Callable[[Slo], Labels]], ...] = (
    (("labels",), lambda slo: slo.labels),
    (("alerts", "labels"), lambda slo: slo.alerts.labels),
    (("alerts", "annotations"), lambda slo: slo.alerts.annotations),
)


def check_common(slos: Sequence[Slo]) -> None:
    """Raise for labels and annotations that only some SLOs of a file have: each would need rules of its own.

    Raises:
        CompileError: with a finding for each.
    """
    files: dict[str, list[Slo]] = {}
    for slo in slos:
        files.setdefault(slo.place.file, []).append(slo)
    found = tuple(finding for members in files.values() for finding in _own(members))
    if found:
        raise CompileError(found)


def _own(members: Sequence[Slo]) -> Iterator[Diagnostic]:
    for path, read in _FIELDS:
        common = set.intersection(*(set(read(slo)) for slo in members))
        for slo in members:
            for name, value in read(slo):
                if (name, value) not in common:
                    what = "annotation" if path[-1] == "annotations" else "label"
                    message = f'the {what} "{name}" is not the same for all SLOs of this file, which share alert rules'
                    hint = "give all of them the same under `defaults`, or build with --layout default"
                    yield Diagnostic("SLO078", slo.place.at(*path).key(name), message, hint)
