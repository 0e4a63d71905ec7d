"""Resolve validated files into sets of complete SLOs: defaults filled in, values parsed, names unique."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.model import Slo, SloSet
from slo.resolve import values
from slo.resolve.across_files import check_names, common
from slo.resolve.causes import with_causes
from slo.resolve.findings import Findings
from slo.resolve.labels import check_distinguish
from slo.resolve.slos import FileResolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.schema import ValidatedFile

DEFAULT_INTERVAL = 60


def resolve(files: Sequence[ValidatedFile], set_name: str | None = None) -> tuple[SloSet, ...]:
    """Return one set for each set name, in the order of the files; `set_name` puts all files into one set.

    Raises:
        CompileError: with all errors of all files.
    """
    findings = Findings()
    sets = resolve_into(findings, files, set_name)
    findings.stop_if_any()
    return sets


def resolve_into(findings: Findings, files: Sequence[ValidatedFile], set_name: str | None = None) -> tuple[SloSet, ...]:
    """Resolve the SLOs without an error, and add the errors to `findings`."""
    members: dict[str, list[ValidatedFile]] = defaultdict(list)
    for file in files:
        members[_set_of(file, set_name, findings)].append(file)
    sets = tuple(_resolved_set(name, group, findings) for name, group in members.items())
    check_names((slo for one in sets for slo in one.slos), findings)
    return with_causes(sets, files, findings)


def _set_of(file: ValidatedFile, set_name: str | None, findings: Findings) -> str:
    place = Place(file.file)
    findings.read(values.name, file.spec.service, place, "service")
    findings.read(values.name, file.spec.set, place, "set")
    return set_name or file.spec.set or file.spec.service


def _resolved_set(name: str, files: list[ValidatedFile], findings: Findings) -> SloSet:
    slos: list[Slo] = []
    for file in files:
        slos.extend(_slos(file, findings))
    base = common("alerting.base", [(f, f.spec.alerting.base if f.spec.alerting else None) for f in files], findings)
    outputs = common("outputs", [(f, f.spec.outputs) for f in files], findings)
    shards = common("shards", [(f, f.spec.shards) for f in files], findings)
    interval = common("interval", [(f, f.spec.interval) for f in files], findings)
    where = next((Place(f.file, ("interval",)) for f in files if f.spec.interval), Place(files[0].file))
    return SloSet(
        name=name,
        shards=shards or 1,
        interval=findings.read(values.evaluation_interval, interval, where) or DEFAULT_INTERVAL,
        slos=tuple(slos),
        sources=tuple(file.file.replace("\\", "/").rsplit("/", 1)[-1] for file in files),
        alerting_base=base,
        outputs=tuple((outputs or {}).items()),
        distinguish=_distinguish(files, findings),
    )


def _distinguish(files: Sequence[ValidatedFile], findings: Findings) -> tuple[str, ...]:
    """Return the labels of all files: one label more does no harm, since related alerts share its value."""
    names: dict[str, None] = {}
    for file in files:
        said = (file.spec.alerting.distinguish if file.spec.alerting else None) or ()
        check_distinguish(said, Place(file.file, ("alerting", "distinguish")), findings)
        names |= dict.fromkeys(said)
    return tuple(names)


def _slos(file: ValidatedFile, findings: Findings) -> list[Slo]:
    place = Place(file.file)
    if not file.spec.slos:
        findings.add(place.at("slos"), "SLO030", "no SLO in this file", "`slo init` writes an example")
    resolver = FileResolver(file.spec, place, findings)
    numbers = range(len(file.spec.slos)) if file.numbers is None else file.numbers
    made = (resolver.slo(spec, place.at("slos", n)) for n, spec in zip(numbers, file.spec.slos, strict=True))
    return [slo for slo in made if slo is not None]
