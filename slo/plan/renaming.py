"""Labels of a group that records and alerts call otherwise than the SLI's series: `{label: service, as: rpc_service}`.

An SLI knows the names of its own series alone. What it reads of its records gets these names before, and what it counts
gets those of the records after: no kind of SLI renames anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.promql import naming, quote

if TYPE_CHECKING:
    from slo.model import Slo

_WHOLE = quote("(?s:(.*))")
"""Any value, line breaks included, or no label at all."""


def for_the_sli(slo: Slo, series: str) -> str:
    """The sum of a recorded series by member, with the labels of the SLI's own series."""
    for name, own in slo.renamed:
        series = f"label_replace({series}, {_copied(name, own)})"
    return f"sum{naming.by(slo.series_labels)}({series})"


def for_records(slo: Slo, counted: str) -> str:
    """What the SLI counted by member, with the labels of records; each member is one series before and after."""
    if not slo.renamed:
        return counted
    for name, own in slo.renamed:
        inner = counted.replace("\n", "\n  ")
        counted = f"label_replace(\n  {inner},\n{_copied(own, name)})"
    return f"sum{naming.by(slo.group_by)}({counted})"


def _copied(label: str, to: str) -> str:
    """The arguments of `label_replace` that give a label the value of another one."""
    return f'{quote(to)}, "$1", {quote(label)}, {_WHOLE}'
