"""Build: specifications in, outputs compared with the disk out. Writes nothing: `slo.write.write` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.errors import CompileError
from slo.lint import build_findings
from slo.model import DEFAULTS
from slo.pipeline import Request, attempt
from slo.sources import folder_of, read_base, read_inputs
from slo.write import Output, State, examine, stale
from slo.write.leftovers import Built, about_dropped, about_renamed, renamed
from slo.write.paths import claimed, several_configurations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from slo.model import Options, Scale
    from slo.pipeline import Compiled


class BuildRequest(msgspec.Struct, frozen=True):
    """What to build.

    Attributes:
        files: specification files, folders of them, or `-` for standard input.
        targets: names of targets; empty: those under `outputs`, or the usual ones.
        set_name: puts all files into one set.
        scale: divides time; None means real time.
        options: how the rules are written.
        output: folder for all outputs; None: where `outputs` of the files say.
        stale: also find outputs of earlier builds that are no longer made.
    """

    files: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    set_name: str | None = None
    scale: Scale | None = None
    options: Options = DEFAULTS
    output: Path | None = None
    stale: bool = False


class BuildReport(msgspec.Struct, frozen=True):
    """The result of a build.

    Attributes:
        findings: located errors and warnings, without ignored ones.
        outputs: every output, compared with the disk; empty after an error.
    """

    findings: tuple[Diagnostic, ...]
    outputs: tuple[Output, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(finding.severity == "error" for finding in self.findings)


def build(request: BuildRequest) -> BuildReport:
    """Compile everything and compare it with the disk.

    Raises:
        OSError: a file or folder cannot be read.
    """
    inputs = read_inputs(request.files)
    compiling = Request(
        request.targets, request.set_name, request.scale, into=request.output is not None, options=request.options
    )
    outcome = attempt(inputs.sources, compiling, read_base, complete=not inputs.unread)
    found = [*inputs.unread, *outcome.errors, *outcome.certain(d for p in outcome.plans for d in build_findings(p))]
    found += _several_configurations(outcome.compiled, request)
    report = BuildReport(_kept(found, inputs.texts) if found else ())
    if report.failed:
        return report
    try:
        outputs = _outputs(outcome.compiled, request)
    except CompileError as error:
        return BuildReport((*report.findings, *error.diagnostics))
    return BuildReport((*report.findings, *_leftovers(outcome.compiled, outputs, request)), tuple(outputs))


def _kept(found: Sequence[Diagnostic], texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """Return the findings with their places, without those that comments ignore."""
    from slo.lint.ignores import judge  # noqa: PLC0415 - saves 10 ms where nothing was found
    from slo.load.locate import located  # noqa: PLC0415 - as above

    return judge(located(found, texts), texts).kept


def _several_configurations(compiled: Sequence[Compiled], request: BuildRequest) -> tuple[Diagnostic, ...]:
    """Return a warning where sets write an Alertmanager configuration each, unless their `outputs` ask for it."""
    made = [(one.plan.set, one.layout) for one in compiled if one.layout["alertmanager"] in one.files]
    return several_configurations(
        [(one, paths) for one, paths in made if request.output or "alertmanager" not in dict(one.outputs)]
    )


def _outputs(compiled: Sequence[Compiled], request: BuildRequest) -> list[Output]:
    """Compare every output of every set with the disk, and find those that are no longer made."""
    outputs: list[Output] = []
    for one in compiled:
        slo_set = one.plan.set
        folder = request.output or folder_of(slo_set)
        spec, inside = slo_set.slos[0].place.file, request.output is None
        outputs.extend(examine(folder, one.files, spec, slo_set.name, inside=inside, pages=one.pages))
        if request.stale:
            made = claimed(slo_set, one.layout, request.targets)
            outputs.extend(stale(folder, slo_set.name, made, one.layout.values()))
    if request.stale:
        outputs.extend(_renamed(compiled, request))
    _refuse_clashes(outputs)
    return outputs


def _refuse_clashes(outputs: Sequence[Output]) -> None:
    paths: set[Path] = set()
    for output in outputs:
        if output.path in paths and not output.page:
            message = f"two sets write the output {output.shown}"
            hint = "give each its own `outputs`, or one `set` to both files"
            raise CompileError((Diagnostic("SLO085", Place(output.spec), message, hint),))
        paths.add(output.path)


def _leftovers(compiled: Sequence[Compiled], outputs: Sequence[Output], request: BuildRequest) -> Iterator[Diagnostic]:
    """Yield warnings about files of earlier builds that this one would leave behind, or take SLOs out of."""
    if not request.stale:
        yield from about_renamed(_renamed(compiled, request))
    if any(output.state is State.CHANGED for output in outputs):
        built = _built(compiled, request)
        for one in compiled:
            spec = one.plan.set.slos[0].place.file
            yield from about_dropped(one.plan.set, [output for output in outputs if output.spec == spec], built)


def _renamed(compiled: Sequence[Compiled], request: BuildRequest) -> list[Output]:
    """Return the files of sets that have another name now."""
    built = _built(compiled, request)
    folders = ((request.output or folder_of(one.plan.set), one.layout.values()) for one in compiled)
    files = {file.path: file for folder, near in folders for file in renamed(folder, near, built)}
    return list(files.values())


def _built(compiled: Sequence[Compiled], request: BuildRequest) -> Built:
    sets = tuple(one.plan.set for one in compiled)
    return Built(sets, sure=not request.output and all(one.slos[0].place.file != "<stdin>" for one in sets))
