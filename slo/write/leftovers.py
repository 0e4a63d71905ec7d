"""Find files of earlier builds: of renamed sets, and from specifications that this build does not read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place, Severity
from slo.write import Output, State, generated_in, origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import PurePosixPath

    from slo.model import SloSet

_IDENTITY = re.compile(rb'service: "?([\w-]+)"?\r?\n\s+slo: "?([\w-]+)"?\r?\n')


class Built(msgspec.Struct, frozen=True):
    """The sets of a build.

    Attributes:
        sets: all of them.
        sure: outputs are beside their specifications, so a source of the same name is the same file.
    """

    sets: tuple[SloSet, ...]
    sure: bool

    @property
    def words(self) -> set[str]:
        """The words of the names of all sources."""
        return {word for one in self.sets for source in one.sources for word in source.split(" ")}

    def replaces(self, files: Iterable[Output]) -> bool:
        """Whether a set with these files is one of ours under an older name: from our sources, with our SLOs.

        Headers name sources without folders. Where several teams build into one folder, each from a `slos.yaml`, an SLO
        has to be in both.
        """
        if self.sure:
            return True
        ours = {(slo.service.encode(), slo.name.encode()) for one in self.sets for slo in one.slos}
        return any(not ours.isdisjoint(_IDENTITY.findall(file.before or b"")) for file in files)


def renamed(folder: Path, near: Iterable[PurePosixPath], built: Built) -> tuple[Output, ...]:
    """Return the files of sets that this build does not make although it reads all their sources."""
    names = {one.name for one in built.sets}
    by_set: dict[str, list[Output]] = {}
    for path in generated_in(folder, near):
        set_name, sources = origin(path)
        if set_name and set_name not in names and built.words.issuperset(sources):
            by_set.setdefault(set_name, []).append(Output(path.resolve(), str(path), "", None, path.read_bytes()))
    return tuple(file for files in by_set.values() if built.replaces(files) for file in files)


def about_renamed(files: Sequence[Output]) -> Iterator[Diagnostic]:
    """Yield one warning for all files of renamed sets."""
    if files:
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        message = (
            f"this file{more} has another set name and the same sources as this build; its rules run twice if loaded"
        )
        yield Diagnostic("SLO087", Place(files[0].shown), message, "`slo build --prune` removes them", Severity.WARNING)


def about_dropped(slo_set: SloSet, outputs: Iterable[Output], built: Built) -> Iterator[Diagnostic]:
    """Yield a warning for an output with a source that exists and that this build does not read."""
    folders = list(dict.fromkeys(Path(slo.place.file).parent for slo in slo_set.slos))
    for output in outputs:
        if output.state is not State.CHANGED:
            continue
        others = [name for name in origin(output.path)[1] if name not in built.words]
        left = [str(d / name) for d in folders for name in others if (d / name).is_file()]
        if left:
            message = f"output {output.shown} loses the SLOs of {left[0]}, which is not in this build"
            hint = f'build all files of the set "{slo_set.name}" together'
            yield Diagnostic("SLO088", Place(slo_set.slos[0].place.file), message, hint, Severity.WARNING)
            return
