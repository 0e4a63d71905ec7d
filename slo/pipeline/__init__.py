"""The compiler on one screen: texts of specifications in, texts of outputs out. Reads and writes nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from slo.errors import CompileError
from slo.load import Source, parse
from slo.pipeline.sets import Compiled, Request, compile_set, planned_set
from slo.resolve import resolve
from slo.schema import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slo.diagnostics import Diagnostic
    from slo.model import SloSet
    from slo.pipeline.sets import ReadBase
    from slo.plan.rules import Plan

__all__ = ["Compiled", "Outcome", "Request", "attempt", "compile_sources", "planned_sources", "resolve_sources"]

T = TypeVar("T")
V = TypeVar("V")


class Outcome(msgspec.Struct, frozen=True):
    """The result of a compilation.

    Attributes:
        compiled: one result per set; empty after an error.
        errors: all errors, not yet located in the texts.
        plans: the plan of each set for lint, without the SLOs that have an error.
        uncertain: (file, code) of lint findings that may be consequences of an error.
    """

    compiled: tuple[Compiled, ...]
    errors: tuple[Diagnostic, ...]
    plans: tuple[Plan, ...]
    uncertain: frozenset[tuple[str, str]] = frozenset()

    def certain(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return the lint findings without possible consequences of an error."""
        return [d for d in found if (d.place.file, d.code) not in self.uncertain]


def compile_sources(
    sources: Sequence[Source], request: Request, read_base: ReadBase = lambda _: None
) -> tuple[Compiled, ...]:
    """Compile specifications; one result per set. `read_base` returns the text of a set's base Alertmanager file.

    Raises:
        CompileError: with all errors, located in the texts.
    """
    outcome = attempt(sources, request, read_base)
    if outcome.errors:
        raise _located(outcome.errors, sources)
    return outcome.compiled


def _located(errors: tuple[Diagnostic, ...], sources: Sequence[Source]) -> CompileError:
    from slo.load.locate import located  # noqa: PLC0415 - only errors need a line and a column

    return CompileError(located(errors, {source.file: source.text for source in sources}))


def attempt(
    sources: Sequence[Source], request: Request, read_base: ReadBase = lambda _: None, *, complete: bool = True
) -> Outcome:
    """Compile specifications as far as possible; `complete`: all files could be read."""
    first: tuple[Diagnostic, ...] = ()
    try:
        if complete:
            sets = resolve_sources(sources, request.set_name)
            compiled = tuple(_each(lambda s: compile_set(s, request, read_base, alone=len(sets) == 1), sets))
            return Outcome(compiled, (), tuple(one.plan for one in compiled))
    except CompileError as error:
        first = error.diagnostics
    from slo.pipeline.recovery import recover  # noqa: PLC0415 - only needed after an error

    found = recover(sources, request, read_base, complete=complete)
    return Outcome((), tuple(dict.fromkeys((*first, *found.errors))), found.plans, found.uncertain)


def planned_sources(sources: Sequence[Source]) -> tuple[Plan, ...]:
    """Return the plan of each set, without making outputs.

    Raises:
        CompileError: with all errors, located in the texts.
    """
    try:
        return tuple(_each(lambda one: planned_set(one, Request()), resolve_sources(sources)))
    except CompileError as error:
        raise _located(error.diagnostics, sources) from None


def resolve_sources(sources: Sequence[Source], set_name: str | None = None) -> tuple[SloSet, ...]:
    """Return the sets of complete objectives, the first half of a compilation."""
    return resolve(_each(validate, _each(parse, sources)), set_name)


def _each(stage: Callable[[V], T], items: Sequence[V]) -> list[T]:
    """Run a stage for every item; raise the findings of all of them at once."""
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
