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
"""A part of the events must not be recorded as if they were all: a gap is told by `covered`, a wrong count by nothing.
It is the default of Thanos, which a flag could not change, but a reader should not have to know."""


def thanos(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """One file; its groups hold no more rules than the option says."""
    limits = at_most(plan.options.max_rules)
    parts = (part for group in plan.groups for part in split(group, *limits))
    yield context.layout["thanos"], groups(parts, f"{header(plan, 'thanos')}groups:\n", _ABORT)
