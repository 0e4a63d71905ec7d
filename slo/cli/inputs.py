"""Finds and reads the specification files that a command was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slo.diagnostics import Diagnostic, Place
from slo.errors import CompileError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.load import Source
    from slo.model import SloSet

DEFAULT_FILE = "slos.yaml"


def add_files(parser: argparse.ArgumentParser) -> None:
    """The argument FILE..."""
    text = f"specification files, directories of them, or - for standard input (default: {DEFAULT_FILE})"
    parser.add_argument("files", nargs="*", metavar="FILE", help=text)


def read_sources(files: Sequence[str]) -> tuple[Source, ...]:
    """Read all files; the problems of all of them are told at once.

    Raises:
        CompileError: a file cannot be read, or none was given and there is no default.
    """
    from slo.load import expand, read  # noqa: PLC0415 - keeps the start of other commands fast

    if not files and not Path(DEFAULT_FILE).exists():
        hint = "`slo init` writes one, or name a file"
        raise CompileError((Diagnostic("SLO001", Place(DEFAULT_FILE), "there is no such file", hint),))
    sources: list[Source] = []
    found: list[Diagnostic] = []
    for name in expand(files or [DEFAULT_FILE]):
        try:
            sources.append(read(name))
        except CompileError as error:
            found.extend(error.diagnostics)
    if found:
        raise CompileError(tuple(found))
    return tuple(sources)


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
