"""Finds and reads the specification files that a command was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.errors import CompileError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from slo.load import Source
    from slo.model import SloSet

T = TypeVar("T")
DEFAULT_FILE = "slos.yaml"


class Inputs(msgspec.Struct, frozen=True):
    """The files that a command was given.

    Attributes:
        sources: those that could be read.
        unread: why others could not.
        texts: what each file says, in the order in which they were given; nothing for those that could not be read.
    """

    sources: tuple[Source, ...]
    unread: tuple[Diagnostic, ...]
    texts: dict[str, str]


def add_files(parser: argparse.ArgumentParser) -> None:
    """The argument FILE..."""
    text = f"specification files, directories of them, or - for standard input (default: {DEFAULT_FILE})"
    parser.add_argument("files", nargs="*", metavar="FILE", help=text)


def read_sources(files: Sequence[str]) -> tuple[Source, ...]:
    """Read all files; the problems of all of them are told at once.

    Raises:
        CompileError: a file cannot be read, or none was given and there is no default.
    """
    inputs = read_inputs(files)
    if inputs.unread:
        raise CompileError(inputs.unread)
    return inputs.sources


def read_inputs(files: Sequence[str]) -> Inputs:
    """Read all files that can be read."""
    from slo.load import expand, read  # noqa: PLC0415 - keeps the start of other commands fast

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
    """The folder of the set's first file, which its `outputs` are relative to; the current one for standard input."""
    return Path(slo_set.slos[0].place.file).parent


def read_base(slo_set: SloSet) -> str | None:
    """The text of the base Alertmanager configuration, or None when the set names none.

    Raises:
        CompileError: it cannot be read.
    """
    from slo.load import read  # noqa: PLC0415 - as above

    if slo_set.alerting_base is None:
        return None
    try:
        return read(str(folder_of(slo_set) / slo_set.alerting_base)).text
    except CompileError as error:
        why = error.diagnostics[0]
        place = Place(slo_set.slos[0].place.file, ("alerting", "base"))
        message = f"the base configuration {why.place.file} cannot be used: {why.message}"
        raise CompileError((Diagnostic("SLO080", place, message, "the path is relative to this file"),)) from None
