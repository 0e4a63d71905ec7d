"""Target `tests`: unit tests for `promtool test rules`, computed from the specification and never from the rules."""

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
    """One test file for the rule file of the set. SLOs that no series can be made for are named in a comment."""
    path = context.layout["tests"]
    testable, untested = fixtures(plan)
    rules = relative(context.layout["prometheus"], path.parent)
    yield path, header(plan, "tests") + document.document(rules, plan.scale.interval, cases(testable), untested)


def relative(target: PurePosixPath, folder: PurePosixPath) -> PurePosixPath:
    """The path that leads from a folder to a file, both given relative to the same place."""
    shared = 0
    for ours, theirs in zip(target.parts, folder.parts, strict=False):
        if ours != theirs:
            break
        shared += 1
    return PurePosixPath(*[".."] * (len(folder.parts) - shared), *target.parts[shared:])
