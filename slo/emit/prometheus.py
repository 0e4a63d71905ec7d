"""Target `prometheus`: a rule file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.emit.header import header
from slo.emit.rulefile import groups

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from slo.emit.context import Context
    from slo.plan.rules import Plan


def prometheus(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """Yield one file with the groups of all shards."""
    yield context.layout["prometheus"], groups(plan.groups, f"{header(plan, 'prometheus')}groups:\n")
