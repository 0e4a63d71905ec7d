"""Target `mimir`: a rule file for `mimirtool`, a namespace of its own for each set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.emit.header import header
from slo.emit.rulefile import groups
from slo.emit.split import at_most, split
from slo.yaml_scalar import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from slo.emit.context import Context
    from slo.plan.rules import Plan


def mimir(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """Yield one file with one namespace; its groups have at most `--max-rules` rules."""
    limits = at_most(plan.options.max_rules)
    parts = (part for group in plan.groups for part in split(group, *limits))
    namespace = f"namespace: {scalar(f'slo-{plan.set.name}')}\n"
    yield context.layout["mimir"], groups(parts, f"{header(plan, 'mimir')}{namespace}groups:\n")
