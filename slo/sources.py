"""Find and read the files that a command was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.errors import CompileError
from slo.load import expand, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slo.load import Source
    from slo.model import SloSet

T = TypeVar("T")
DEFAULT_FILE = "slos.yaml"


class Inputs(msgspec.Struct, frozen=True):
    """The files that a command was given.

    Attributes:
        sources: the files that could be read.
        unread: why the others could not.
        texts: the text of each file, in the order given; empty for those that could not be read.
    """

    sources: tuple[Source, ...]
    unread: tuple[Diagnostic, ...]
    texts: dict[str, str]


def read_sources(files: Sequence[str]) -> tuple[Source, ...]:
    """Read all files.

    Raises:
        CompileError: with each file that cannot be read; or none was given and there is no default.
    """
    inputs = read_inputs(files)
    if inputs.unread:
        raise CompileError(inputs.unread)
    return inputs.sources


def read_inputs(files: Sequence[str]) -> Inputs:
    """Read all files that can be read."""
    if not files and not Path(DEFAULT_FILE).exists():
        hint = "`slo init` writes one, or name a file"
        return Inputs((), (Diagnostic("SLO001", Place(DEFAULT_FILE), "there is no such file", hint),), {})
    found: list[Diagnostic] = []
    given = files or [DEFAULT_FILE]
    parts = [_tried(lambda n: expand([n]), name, found) or () for name in given]
    sources = [s for name in expand(n for part in parts for n in part) if (s := _tried(read, name, found))]
    order = [n for name, part in zip(given, parts, strict=True) for n in part or (name,)]
    texts = dict.fromkeys(order, "") | {source.file: source.text for source in sources}
    return Inputs(tuple(sources), tuple(found), texts)


def _tried(step: Callable[[str], T], name: str, found: list[Diagnostic]) -> T | None:
    try:
        return step(name)
    except CompileError as error:
        found += error.diagnostics
        return None


def folder_of(slo_set: SloSet) -> Path:
    """Return the folder of the set's first file, which its `outputs` are relative to; `.` for standard input."""
    return Path(slo_set.slos[0].place.file).parent


def read_base(slo_set: SloSet) -> str | None:
    """Return the text of the base Alertmanager configuration, or None when the set names none.

    Raises:
        CompileError: it cannot be read.
    """
    if slo_set.alerting_base is None:
        return None
    try:
        return read(str(folder_of(slo_set) / slo_set.alerting_base)).text
    except CompileError as error:
        why = error.diagnostics[0]
        place = Place(slo_set.slos[0].place.file, ("alerting", "base"))
        message = f"the base configuration {why.place.file} cannot be used: {why.message}"
        raise CompileError((Diagnostic("SLO080", place, message, "the path is relative to this file"),)) from None
