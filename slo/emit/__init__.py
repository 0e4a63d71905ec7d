"""Emit files from a plan: one module and one line in `FILE_NAMES` for each output target."""

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
"""Target -> default name of its file."""

DEFAULT_TARGETS = ("prometheus", "tests", "alertmanager")
"""Targets without `outputs` and `--target`."""

PAGES = frozenset({"runbooks"})
"""Targets whose files are written once: after that they belong to the user."""


def _late(target: str) -> Emitter:
    """Return the function of the target's name in its module, imported on first use."""

    def emit(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
        emitter = cast("Emitter", getattr(import_module(f"slo.emit.{target}"), target))
        return emitter(plan, context)

    return emit


EMITTERS: dict[str, Emitter] = {target: _late(target) for target in FILE_NAMES}
"""Target -> emitter. Emitters are pure: only `slo.write` opens files for writing."""
