"""Target `tests`: rule tests for `promtool test rules`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from slo.emit.header import header
from slo.ruletests import document
from slo.ruletests.cases import cases
from slo.ruletests.fixtures import fixtures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.emit.context import Context
    from slo.plan.rules import Plan


def tests(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """Yield one test file for the rule file of the set; a comment names the SLOs without tests."""
    path = context.layout["tests"]
    testable, untested = fixtures(plan)
    rules = relative(context.layout["prometheus"], path.parent)
    yield path, header(plan, "tests") + document.document(rules, plan.scale.interval, cases(testable), untested)


def relative(target: PurePosixPath, folder: PurePosixPath) -> PurePosixPath:
    """Return the path from a folder to a file, both relative to the same place."""
    shared = 0
    for ours, theirs in zip(target.parts, folder.parts, strict=False):
        if ours != theirs:
            break
        shared += 1
    return PurePosixPath(*[".."] * (len(folder.parts) - shared), *target.parts[shared:])
