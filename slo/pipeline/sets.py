"""One set: from complete objectives to the texts of its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.emit import EMITTERS, PAGES
from slo.emit.context import Context
from slo.errors import CompileError
from slo.model import DEFAULTS, Options, Scale
from slo.plan import plan
from slo.write.paths import chosen_targets, layout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import PurePosixPath

    from slo.model import Slo, SloSet
    from slo.plan.rules import Plan

    ReadBase = Callable[[SloSet], str | None]


class Request(msgspec.Struct, frozen=True):
    """What to compile.

    Attributes:
        targets: names of `EMITTERS`; empty: those under `outputs`, or all.
        set_name: puts all files into one set.
        scale: divides time; None means real time and the set's own evaluation interval.
        into: the outputs go below a folder that the user names, not where `outputs` says.
        options: how the rules are to be written.
    """

    targets: tuple[str, ...] = ()
    set_name: str | None = None
    scale: Scale | None = None
    into: bool = False
    options: Options = DEFAULTS


class Compiled(msgspec.Struct, frozen=True):
    """One set: what was planned, where each target goes, and the text of each output, by path.

    `pages` are those of the files that belong to the user as soon as they exist.
    """

    plan: Plan
    layout: Mapping[str, PurePosixPath]
    files: Mapping[PurePosixPath, str]
    pages: frozenset[PurePosixPath] = frozenset()


def compile_set(slo_set: SloSet, request: Request, read_base: ReadBase, *, alone: bool) -> Compiled:
    """Plan a set and make its outputs; `alone`: no other set is built with it.

    Raises:
        CompileError: with what one of the steps found.
    """
    targets = chosen_targets(slo_set, request.targets)
    spec = slo_set.slos[0].place.file
    where = layout(slo_set, Place(spec), into=request.into, alone=alone)
    base = read_base(slo_set) if "alertmanager" in targets else None
    planned = planned_set(slo_set, request)
    check_time_scale(planned)
    context = Context(where, base, slo_set.alerting_base or "", spec)
    files = {target: dict(EMITTERS[target](planned, context)) for target in targets}
    pages = frozenset(path for target in PAGES & files.keys() for path in files[target])
    return Compiled(planned, where, {path: text for made in files.values() for path, text in made.items()}, pages)


def planned_set(slo_set: SloSet, request: Request) -> Plan:
    """Return the plan of a set.

    Raises:
        CompileError: the layout cannot express some of its SLOs.
    """
    return plan(slo_set, request.scale or Scale(interval=slo_set.interval), request.options)


def check_time_scale(planned: Plan) -> None:
    """Refuse a set that has no SLO left at its time scale.

    Raises:
        CompileError: with the reason.
    """
    if planned.left_out and not planned.slos:
        place = Place(planned.set.slos[0].place.file)
        message = f'at this time scale nothing is left of the set "{planned.set.name}": {_why(planned.left_out[0])}'
        raise CompileError((Diagnostic("SLO089", place, message, "build without --time-scale"),))


def _why(left_out: Slo) -> str:
    return "maintenance keeps to the real clock" if left_out.sli.scales else "slices are real minutes"
