"""The compiler on one screen: texts of specifications in, texts of outputs out. Reads and writes nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.emit import EMITTERS, PAGES
from slo.emit.context import Context
from slo.errors import CompileError
from slo.load import Source, parse
from slo.model import DEFAULTS, Options, Scale
from slo.plan import plan
from slo.resolve import resolve
from slo.schema import validate
from slo.write.layout import chosen_targets, layout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import PurePosixPath

    from slo.model import Slo, SloSet
    from slo.plan.values import Plan

T = TypeVar("T")
V = TypeVar("V")


class Request(msgspec.Struct, frozen=True):
    """What to compile.

    Attributes:
        targets: names of `EMITTERS`; none means those that `outputs` names, or all.
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


def compile_sources(
    sources: Sequence[Source], request: Request, read_base: Callable[[SloSet], str | None] = lambda _: None
) -> tuple[Compiled, ...]:
    """Compile specifications; one result per set. `read_base` gives the text of a set's base Alertmanager file.

    Raises:
        CompileError: with every problem of the stage that found one, placed in the texts.
    """
    try:
        sets = resolve_sources(sources, request.set_name)
        return tuple(_each(lambda s: _compile_set(s, request, read_base, alone=len(sets) == 1), sets))
    except CompileError as error:
        from slo.load.locate import located  # noqa: PLC0415 - only what is shown needs a line and a column

        raise CompileError(located(error.diagnostics, {s.file: s.text for s in sources})) from None


def resolve_sources(sources: Sequence[Source], set_name: str | None = None) -> tuple[SloSet, ...]:
    """The first half: the sets of complete objectives."""
    return resolve(_each(validate, _each(parse, sources)), set_name)


def _compile_set(
    slo_set: SloSet, request: Request, read_base: Callable[[SloSet], str | None], *, alone: bool
) -> Compiled:
    targets = chosen_targets(slo_set, request.targets)
    spec = slo_set.slos[0].place.file
    where = layout(slo_set, Place(spec), into=request.into, alone=alone)
    base = read_base(slo_set) if "alertmanager" in targets else None
    planned = plan(slo_set, request.scale or Scale(interval=slo_set.interval), request.options)
    if planned.left_out and not planned.slos:
        message = f'at this time scale nothing is left of the set "{slo_set.name}": {_why(planned.left_out[0])}'
        raise CompileError((Diagnostic("SLO089", Place(spec), message, "build without --time-scale"),))
    context = Context(where, base, slo_set.alerting_base or "", spec)
    files = {target: dict(EMITTERS[target](planned, context)) for target in targets}
    pages = frozenset(path for target in PAGES & files.keys() for path in files[target])
    return Compiled(planned, where, {path: text for made in files.values() for path, text in made.items()}, pages)


def _why(left_out: Slo) -> str:
    return "maintenance keeps to the real clock" if left_out.sli.scales else "slices are real minutes"


def _each(stage: Callable[[V], T], items: Sequence[V]) -> list[T]:
    """Run a stage for every item; problems of all of them are told at once."""
    done: list[T] = []
    found: list[Diagnostic] = []
    for item in items:
        try:
            done.append(stage(item))
        except CompileError as error:
            found.extend(error.diagnostics)
    if found:
        raise CompileError(tuple(found))
    return done
