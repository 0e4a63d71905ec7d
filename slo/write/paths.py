"""The path of each output."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from slo.diagnostics import Diagnostic, Place, Severity
from slo.diagnostics.suggest import did_you_mean
from slo.emit import DEFAULT_TARGETS, FILE_NAMES, PAGES
from slo.errors import CompileError
from slo.promql.spelling import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slo.model import SloSet

BUILD_FOLDER = "build/slo"
FOLDERS = frozenset({"grafana"})
"""Targets whose output may be a folder; the file in it has its default name."""


def chosen_targets(slo_set: SloSet, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the targets to make: the wanted ones, else those of `outputs`, else `DEFAULT_TARGETS`."""
    chosen = wanted or dict(slo_set.outputs) or DEFAULT_TARGETS
    return tuple(target for target in FILE_NAMES if target in chosen)


def claimed(slo_set: SloSet, paths: Mapping[str, PurePosixPath], wanted: Sequence[str]) -> list[PurePosixPath]:
    """Return the paths whose files are not stale.

    Files of a target that is only built with `--target` now and then are kept.
    """
    chosen = {*chosen_targets(slo_set), *chosen_targets(slo_set, wanted)}
    return [path for target, path in paths.items() if target in chosen or target not in DEFAULT_TARGETS]


def several_configurations(sets: Sequence[tuple[SloSet, Mapping[str, PurePosixPath]]]) -> tuple[Diagnostic, ...]:
    """Return a warning if several sets write an Alertmanager configuration each without asking for it."""
    if len(sets) <= 1:
        return ()
    names = ", ".join(str(paths["alertmanager"]) for _, paths in sets)
    message = f"{len(sets)} Alertmanager configurations, each with the routes of one set: {names}"
    hint = "an Alertmanager loads one; build them together with --set NAME"
    return (Diagnostic("SLO086", Place(sets[0][0].slos[0].place.file), message, hint, Severity.WARNING),)


def layout(slo_set: SloSet, place: Place, *, into: bool, alone: bool) -> dict[str, PurePosixPath]:
    """Return the path of each target's file; that of runbooks is `{alert}.md`, a placeholder.

    Args:
        slo_set: its `outputs` count unless `into`.
        place: the file of the set, for messages.
        into: paths are `<target>/<name>` in a folder of the user.
        alone: the build has one set.

    Raises:
        CompileError: `outputs` has an unknown target or an invalid path.
    """
    problems = tuple(_problems(slo_set.outputs, place.at("outputs")))
    if problems:
        raise CompileError(problems)
    given: Mapping[str, str] = {} if into else dict(slo_set.outputs)
    folder = "" if into else f"{BUILD_FOLDER}/"
    return {
        target: _path(given.get(target, f"{folder}{target}/"), _file_name(target, slo_set.name, alone=alone))
        for target in FILE_NAMES
    }


def _path(said: str, name: str) -> PurePosixPath:
    """Return the path as given, or a file in it if it is a folder."""
    return PurePosixPath(said, name) if said.endswith("/") else PurePosixPath(said)


def _file_name(target: str, set_name: str, *, alone: bool) -> str:
    """Return the default name, which contains the set if the build has several."""
    pattern = FILE_NAMES[target]
    return pattern.replace("{set}", set_name) if alone or "{" in pattern else f"{set_name}.{pattern}"


def _wrong_kind(target: str, text: str) -> str:
    """Return what the path should be, if it is something else: runbooks are several files, rules are one."""
    if target in PAGES:
        return "" if text.endswith("/") else "folder"
    return "file" if text.endswith("/") and target not in FOLDERS else ""


_HINTS = {"file": "write a file name", "folder": "runbooks are several files: end the name of their folder with /"}


def _problems(outputs: Sequence[tuple[str, str]], place: Place) -> Iterator[Diagnostic]:
    seen: dict[PurePosixPath, str] = {}
    for target, text in outputs:
        path = PurePosixPath(text)
        if target not in FILE_NAMES:
            hint = did_you_mean(target, FILE_NAMES) or f"known: {', '.join(FILE_NAMES)}"
            yield Diagnostic("SLO082", place.key(target), f'unknown target "{short(target)}"', hint)
        elif (wrong := _wrong_kind(target, text)) or not path.name or "\0" in text:
            message = f'"{short(text)}" is not the path of a {wrong or "file"}'
            yield Diagnostic("SLO083", place.at(target), message, _HINTS[wrong or "file"])
        elif PureWindowsPath(text).anchor or ".." in path.parts or "\\" in text:
            message = f'output "{short(text)}" is outside the folder of this file'
            yield Diagnostic(
                "SLO083", place.at(target), message, "write a relative path without .., with /, or build with -o DIR"
            )
        elif (other := seen.setdefault(PurePosixPath(text.casefold()), target)) != target:
            message = f'output "{short(text)}" is also that of {other}'
            if path != PurePosixPath(dict(outputs)[other]):
                message += " on file systems that ignore case"
            yield Diagnostic("SLO085", place.at(target), message, "write a file for each target")
    yield from _files_as_folders(outputs, place)


def _files_as_folders(outputs: Sequence[tuple[str, str]], place: Place) -> Iterator[Diagnostic]:
    """Yield a finding for an output that is a file and the folder of another one."""
    files = {PurePosixPath(text.casefold()): target for target, text in outputs if not text.endswith("/")}
    for target, text in outputs:
        for other in (files[folder] for folder in PurePosixPath(text.casefold()).parents if folder in files):
            message = f'output "{short(text)}" has the file of {other} as its folder'
            yield Diagnostic("SLO085", place.at(target), message, "rename one of them")
