"""Error recovery: report all errors in one run. Parts that pass a stage go on to the next one, without the others.

A finding that may be a consequence of a missing part is not reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from slo.diagnostics import Place, pages
from slo.emit import EMITTERS
from slo.emit.context import Context
from slo.errors import CompileError
from slo.load import parse
from slo.pipeline.sets import check_time_scale, planned_set
from slo.promql import PromqlError
from slo.resolve import resolve_into
from slo.resolve.findings import Findings
from slo.schema.partial import PartialFile, consequences, without_mistakes
from slo.write.paths import chosen_targets, layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from slo.diagnostics import Diagnostic
    from slo.load import Source
    from slo.model import SloSet
    from slo.pipeline.sets import ReadBase, Request
    from slo.plan.rules import Plan

T = TypeVar("T")
V = TypeVar("V")

_OF_OUTPUTS = frozenset({"SLO080", "SLO082", "SLO083", "SLO085"})
_OF_METRICS = frozenset({"SLO129", "SLO130", "SLO131", "SLO132", "SLO133"})
_OF_OTHERS = frozenset({"SLO167", "SLO171"})
"""Findings about a missing SLO: it may be one that is left out."""
_OF_QUERIES = frozenset(f"SLO{number}" for number in range(112, 129))
_INDEPENDENT = _OF_QUERIES | _OF_METRICS | _OF_OUTPUTS
"""Findings about queries, metrics and outputs, which do not depend on other keys of the file."""

Uncertain = set[tuple[str, str]]
"""(File, code) of findings that may be consequences of an error."""


class Recovered(msgspec.Struct, frozen=True):
    """The findings of all stages.

    Attributes:
        errors: those of every stage.
        plans: the plan of each set, without the SLOs that have an error.
        uncertain: (file, code) of findings about these plans that may be consequences of an error.
    """

    errors: tuple[Diagnostic, ...]
    plans: tuple[Plan, ...]
    uncertain: frozenset[tuple[str, str]]


def recover(sources: Sequence[Source], request: Request, read_base: ReadBase, *, complete: bool) -> Recovered:
    """Run every stage as far as possible; `complete`: all files could be read.

    A file whose errors may change the meaning of its SLOs is compiled alone.
    """
    found: list[Diagnostic] = []
    files = _files(sources, found)
    sound = [part for part in files if part.sound]
    recovery = _Recovery(
        request,
        read_base,
        whole=complete and len(sound) == len(sources),
        one_folder=complete and len({PurePath(source.file).parent for source in sources}) == 1,
        found=found,
    )
    for parts in (sound, *([part] for part in files if not part.sound)):
        recovery.compile(parts)
    return Recovered(tuple(found), tuple(recovery.plans), frozenset(recovery.uncertain))


@dataclass(slots=True)
class _Recovery:
    """The stages behind the schema, with what they found so far.

    Attributes:
        whole: all files are sound.
        one_folder: all files could be read, and are in the same folder.
    """

    request: Request
    read_base: ReadBase
    whole: bool
    one_folder: bool
    found: list[Diagnostic]
    plans: list[Plan] = field(default_factory=list)
    uncertain: Uncertain = field(default_factory=set)

    def compile(self, parts: Sequence[PartialFile]) -> None:
        """Compile the valid parts of some files."""
        sets, errors = _resolved(parts, self.request.set_name)
        if not self.whole or any(part.follow for part in parts):
            errors = [d for d in errors if d.code not in _OF_OTHERS]
            self.uncertain |= {(part.file.file, code) for part in parts for code in _OF_OTHERS}
        self.found += errors
        self.uncertain |= _consequences(parts, errors)
        for one in _usable(sets, errors):
            self.found += _certain(self._compile_set(one, alone=len(sets) == 1), one, self.uncertain)

    def _compile_set(self, slo_set: SloSet, *, alone: bool) -> list[Diagnostic]:
        """Plan one set and return the findings."""
        whole = self.whole and _is_whole(slo_set, self.found)
        planned, found = _planned(slo_set, self.request, whole=whole)
        if planned:
            self.plans.append(planned)
        if planned and (whole or self.one_folder):
            targets = _targets(slo_set, self.request, self.uncertain)
            found += _about_outputs(planned, self.request, self.read_base, targets, alone=alone)
        return found


def _files(sources: Iterable[Source], found: list[Diagnostic]) -> list[PartialFile]:
    """Return the valid part of each file."""
    files: list[PartialFile] = []
    for source in sources:
        document = _caught(parse, source, found)
        if document:
            part, errors = without_mistakes(document)
            found += errors
            files += [part] if part else []
    return files


def _resolved(parts: Sequence[PartialFile], set_name: str | None) -> tuple[tuple[SloSet, ...], list[Diagnostic]]:
    """Return their sets, and the findings that are no consequence of missing parts."""
    findings = Findings()
    sets = resolve_into(findings, [part.file for part in parts], set_name)
    uncertain = {(part.file.file, code) for part in parts for code in part.follow}
    return sets, [d for d in findings.found if (d.place.file, d.code) not in uncertain]


def _consequences(parts: Iterable[PartialFile], errors: Iterable[Diagnostic]) -> Uncertain:
    """Return possible consequences of invalid keys of the files."""
    causes = [(part.file.file, part.follow, part.sound) for part in parts]
    causes += [(d.place.file, after.codes, after.sound) for d in errors for after in [consequences(_keys(d))]]
    rest = set(pages.codes()) - _INDEPENDENT
    return {(file, code) for file, codes, sound in causes for code in (codes if sound else rest)}


def _keys(found: Diagnostic) -> list[str]:
    """Return the top-level key of a finding; empty for a finding in an SLO."""
    return [str(step) for step in found.place.path[:1] if step != "slos"]


def _certain(found: Iterable[Diagnostic], slo_set: SloSet, uncertain: Uncertain) -> list[Diagnostic]:
    """Drop possible consequences of an error in any file of the set: alerts of one file need receivers in another."""
    files = {slo.place.file for slo in slo_set.slos}
    return [d for d in found if not any((file, d.code) in uncertain for file in files)]


def _usable(sets: Iterable[SloSet], errors: Sequence[Diagnostic]) -> Iterator[SloSet]:
    """Yield the sets without the SLOs that have an error."""
    bad = {(d.place.file, d.place.path[:2]) for d in errors}
    for one in sets:
        slos = tuple(slo for slo in one.slos if (slo.place.file, slo.place.path) not in bad)
        if slos:
            yield replace(one, slos=slos)


def _is_whole(slo_set: SloSet, found: Iterable[Diagnostic]) -> bool:
    """Return whether the set has all SLOs of its files."""
    files = {slo.place.file for slo in slo_set.slos}
    return len(files) == len(slo_set.sources) and files.isdisjoint(d.place.file for d in found)


def _planned(slo_set: SloSet, request: Request, *, whole: bool) -> tuple[Plan | None, list[Diagnostic]]:
    """Return the plan without the SLOs that the layout cannot express, and the findings."""
    found: list[Diagnostic] = []
    planned = _caught(lambda s: planned_set(s, request), slo_set, found)
    if found:
        rest = next(_usable([slo_set], found), None)
        smaller = rest is not None and len(rest.slos) < len(slo_set.slos)
        return (_planned(rest, request, whole=False)[0] if rest and smaller else None), found
    if whole and planned:
        _caught(check_time_scale, planned, found)
    return (planned if planned and planned.slos else None), found


def _targets(slo_set: SloSet, request: Request, uncertain: Uncertain) -> list[str]:
    """Return the outputs to check; with an unsound file only Alertmanager's, since names may be invalid paths."""
    chosen = chosen_targets(slo_set, request.targets)
    sound = all((slo.place.file, "SLO075") not in uncertain for slo in slo_set.slos)
    return [target for target in chosen if sound or target == "alertmanager"]


def _about_outputs(
    planned: Plan, request: Request, read_base: ReadBase, targets: Sequence[str], *, alone: bool
) -> list[Diagnostic]:
    """Return the findings about the paths of the outputs, and about each output."""
    found: list[Diagnostic] = []
    slo_set = planned.set
    spec = Place(slo_set.slos[0].place.file)
    where = _caught(lambda s: layout(s, spec, into=request.into, alone=alone), slo_set, found)
    base = _caught(lambda s: (read_base(s),), slo_set, found) if "alertmanager" in targets else None
    where = where or layout(replace(slo_set, outputs=()), spec, into=True, alone=alone)
    context = Context(where, base[0] if base else None, slo_set.alerting_base or "", spec.file)
    for target in targets:
        if base or target != "alertmanager":
            _caught(lambda emit: dict(emit(planned, context)), EMITTERS[target], found)
    return found


def _caught(stage: Callable[[V], T], item: V, found: list[Diagnostic]) -> T | None:
    """Return the result of a stage, or None after adding its errors to `found`."""
    try:
        return stage(item)
    except CompileError as error:
        found += error.diagnostics
        return None
    except PromqlError:  # an invalid text under `defaults`, already reported
        return None
