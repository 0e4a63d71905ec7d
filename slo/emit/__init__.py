"""Emit: a plan in, texts of files out. One module and one line in each table here for each output target."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import PurePosixPath
from typing import cast

from slo.emit.context import Context
from slo.plan.rules import Plan

Emitter = Callable[[Plan, Context], Iterable[tuple[PurePosixPath, str]]]

FILE_NAMES: dict[str, str] = {
    "prometheus": "{set}.rules.yml",
    "operator": "{set}.prometheusrule.yml",
    "mimir": "{set}.mimir.yml",
    "thanos": "{set}.thanos.yml",
    "tests": "{set}.test.yml",
    "alertmanager": "alertmanager.yml",
    "grafana": "{set}.json",
    "runbooks": "{alert}.md",
}
"""Target name -> name of its file where the specification does not say otherwise."""

DEFAULT_TARGETS = ("prometheus", "tests", "alertmanager")
"""What is made when nobody says what to make."""

PAGES = frozenset({"runbooks"})
"""Targets whose files belong to the user as soon as they exist: they are begun, and never changed or removed."""


def _late(target: str) -> Emitter:
    """The function of the same name in the target's module, which is imported when the target is made."""

    def emit(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
        emitter = cast("Emitter", getattr(import_module(f"slo.emit.{target}"), target))
        return emitter(plan, context)

    return emit


EMITTERS: dict[str, Emitter] = {target: _late(target) for target in FILE_NAMES}
"""Target name -> emitter. Emitters are pure: nothing but `slo.write` opens a file for writing."""
