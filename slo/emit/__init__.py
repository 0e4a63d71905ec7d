"""Emit: a plan in, texts of files out. One module and one line here for each output target."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from slo.emit.alertmanager import alertmanager
from slo.emit.context import Context
from slo.emit.prometheus import prometheus
from slo.emit.tests import tests
from slo.plan.values import Plan

Emitter = Callable[[Plan, Context], Iterable[tuple[PurePosixPath, str]]]

EMITTERS: dict[str, Emitter] = {
    "prometheus": prometheus,
    "tests": tests,
    "alertmanager": alertmanager,
}
"""Target name -> emitter. Emitters are pure: nothing but `slo.write` opens a file for writing."""

FILE_NAMES: dict[str, str] = {
    "prometheus": "{set}.rules.yml",
    "tests": "{set}.test.yml",
    "alertmanager": "alertmanager.yml",
}
"""Target name -> name of its file where the specification does not say otherwise."""
