"""Target `thanos`: a rule file for `thanos rule`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.emit.header import header
from slo.emit.rulefile import groups
from slo.emit.split import at_most, split

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from slo.emit.context import Context
    from slo.plan.rules import Plan

_ABORT = "    partial_response_strategy: abort\n"
"""Some of the events must not be recorded as all of them: `covered` shows a gap, nothing shows a wrong count. It is the
default of Thanos, written down for the reader."""


def thanos(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """Yield one file; its groups have at most `--max-rules` rules."""
    limits = at_most(plan.options.max_rules)
    parts = (part for group in plan.groups for part in split(group, *limits))
    yield context.layout["thanos"], groups(parts, f"{header(plan, 'thanos')}groups:\n", _ABORT)
