"""Rename group labels between the SLI's series and recorded series: `{label: service, as: rpc_service}`.

SLIs use only the labels of their own series: recorded series get these labels before an SLI reads them, and its result
gets the recorded labels afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.promql import naming, quote

if TYPE_CHECKING:
    from slo.model import Slo

_WHOLE = quote("(?s:(.*))")
"""Any value, with line breaks, or a missing label."""


def for_the_sli(slo: Slo, series: str) -> str:
    """Return the sum of a recorded series by member, with the labels of the SLI's own series."""
    for name, own in slo.renamed:
        series = f"label_replace({series}, {_copied(name, own)})"
    return f"sum{naming.by(slo.series_labels)}({series})"


def for_records(slo: Slo, counted: str) -> str:
    """Return the counts of the SLI by member, with the recorded labels."""
    if not slo.renamed:
        return counted
    for name, own in slo.renamed:
        inner = counted.replace("\n", "\n  ")
        counted = f"label_replace(\n  {inner},\n{_copied(own, name)})"
    return f"sum{naming.by(slo.group_by)}({counted})"


def _copied(label: str, to: str) -> str:
    """Return the arguments of `label_replace` that copy a label."""
    return f'{quote(to)}, "$1", {quote(label)}, {_WHOLE}'
