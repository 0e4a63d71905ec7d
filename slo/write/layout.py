"""Decides where each target's file goes, before any is made."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from slo.diagnostics import CompileError, Diagnostic, Place
from slo.emit import FILE_NAMES
from slo.schema.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slo.model import SloSet

BUILD_FOLDER = "build/slo"


def chosen_targets(slo_set: SloSet, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The targets to make: those asked for, else those that `outputs` names, else all."""
    named = dict(slo_set.outputs)
    return tuple(t for t in FILE_NAMES if (t in wanted if wanted else not named or t in named))


def layout(slo_set: SloSet, place: Place, *, into: bool, alone: bool) -> dict[str, PurePosixPath]:
    """Target -> path of its file, for every target.

    Args:
        slo_set: its `outputs` count unless `into`.
        place: the file of the set, for messages.
        into: the user names a folder: `<target>/<name>` below it.
        alone: no other set is built with it.

    Raises:
        CompileError: `outputs` names an unknown target, or paths that cannot be.
    """
    problems = tuple(_problems(slo_set.outputs, place.at("outputs")))
    if problems:
        raise CompileError(problems)
    given: Mapping[str, str] = {} if into else dict(slo_set.outputs)
    folder = "" if into else BUILD_FOLDER
    return {
        target: PurePosixPath(given.get(target) or PurePosixPath(folder, target, _file_name(name, slo_set.name, alone)))
        for target, name in FILE_NAMES.items()
    }


def _file_name(pattern: str, set_name: str, alone: bool) -> str:  # noqa: FBT001 - the only caller names it
    """A name without the set in it would be the same for two sets."""
    name = pattern.replace("{set}", set_name)
    return name if alone or "{set}" in pattern else f"{set_name}.{name}"


def _problems(outputs: Sequence[tuple[str, str]], place: Place) -> Iterator[Diagnostic]:
    seen: dict[PurePosixPath, str] = {}
    for target, text in outputs:
        path = PurePosixPath(text)
        if target not in FILE_NAMES:
            hint = did_you_mean(target, FILE_NAMES) or f"known: {', '.join(FILE_NAMES)}"
            yield Diagnostic("SLO082", place.key(target), f'there is no target "{target}"', hint)
        elif not path.name or text.endswith("/") or "\0" in text:
            yield Diagnostic("SLO083", place.at(target), f'"{text}" is not the path of a file', "write a file name")
        elif PureWindowsPath(text).anchor or ".." in path.parts or "\\" in text:
            message = f'the output "{text}" leaves the folder of this file'
            yield Diagnostic("SLO083", place.at(target), message, "write a path below it, with /, or build with -o DIR")
        elif seen.setdefault(path, target) != target:
            message = f'"{text}" is the output of {seen[path]} too'
            yield Diagnostic("SLO085", place.at(target), message, "each target has a file of its own")
