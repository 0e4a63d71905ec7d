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
        plans: for lints, the plan of each set, without the SLOs that have an error.
        follow: file and code of lint findings that may only follow from an error.
    """

    compiled: tuple[Compiled, ...]
    errors: tuple[Diagnostic, ...]
    plans: tuple[Plan, ...]
    follow: frozenset[tuple[str, str]] = frozenset()

    def true(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return the lint findings, without those that may only follow from an error."""
        return [d for d in found if (d.place.file, d.code) not in self.follow]


def compile_sources(
    sources: Sequence[Source], request: Request, read_base: ReadBase = lambda _: None
) -> tuple[Compiled, ...]:
    """Compile specifications; one result per set. `read_base` gives the text of a set's base Alertmanager file.

    Raises:
        CompileError: with everything that is wrong, placed in the texts.
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
    from slo.pipeline.remaining import remaining  # noqa: PLC0415 - only wrong files need it

    left = remaining(sources, request, read_base, complete=complete)
    return Outcome((), tuple(dict.fromkeys((*first, *left.errors))), left.plans, left.follow)


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
    """Run a stage for every item; report the findings of all of them at once."""
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
