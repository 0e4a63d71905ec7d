"""Read specification files: bytes to text to plain data. Nothing else in the compiler opens a file to read it."""

from __future__ import annotations

import re
import sys
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place, Span
from slo.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES = 5_000_000
STDIN = "-"
_BRACKETS = re.compile(r"[][{}]")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_SHALLOW = 20
"""Brackets that nest less deeply need no second look."""


class Source(msgspec.Struct, frozen=True):
    """The text of one file, and its name in messages."""

    file: str
    text: str


class Document(msgspec.Struct, frozen=True):
    """A file as plain data: dicts, lists, text, numbers. Nothing is checked yet."""

    file: str
    data: object


def read(name: str) -> Source:
    """Read one specification file; `-` is standard input.

    Raises:
        CompileError: the file is missing, a directory, unreadable, larger than 5 MB or not UTF-8.
    """
    if name == STDIN:
        return decoded("<stdin>", sys.stdin.buffer.read(MAX_BYTES + 1))
    try:
        with Path(name).open("rb") as file:
            return decoded(name, file.read(MAX_BYTES + 1))
    except (OSError, ValueError) as error:
        raise CompileError((_unreadable(name, error),)) from None


def expand(names: Iterable[str]) -> tuple[str, ...]:
    """Return the files, each once, and for a directory its YAML files in alphabetical order.

    Raises:
        CompileError: a directory has no YAML file.
    """
    files: list[str] = []
    for name in names:
        path = Path(name)
        if name == STDIN or not path.is_dir():
            files.append(name)
            continue
        found = sorted(str(p) for p in path.iterdir() if p.suffix in {".yaml", ".yml"} and p.is_file())
        if not found:
            raise CompileError((_finding("SLO001", name, "no .yaml or .yml file in this directory"),))
        files.extend(found)
    first: dict[Path | str, str] = {}
    for name in files:
        first.setdefault(name if name == STDIN else Path(name).absolute(), name)
    return tuple(first.values())


def parse(source: Source) -> Document:
    """Turn YAML into plain data.

    Raises:
        CompileError: the text is not a single YAML document, or expands to more than memory can hold.
    """
    import ryaml  # noqa: PLC0415 - commands that read no file need not load it

    _guard_depth(source)
    try:
        data = ryaml.loads(source.text)  # type: ignore[attr-defined]
    except ValueError as error:
        from slo.load.yaml_errors import explain_yaml_error  # noqa: PLC0415 - only needed when there is an error to explain

        raise CompileError(explain_yaml_error(source.file, source.text, str(error))) from None
    if data is None:
        empty = Diagnostic(
            "SLO010", Place(source.file), "the file is empty", "`slo init` writes an example", span=Span(1, 1)
        )
        raise CompileError((empty,))
    return Document(source.file, data)


def _guard_depth(source: Source) -> None:
    """Refuse deep nesting, for which the native parser needs quadratic time."""
    brackets = _BRACKETS.findall(source.text)
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) < _SHALLOW:
        return
    from slo.load.tree import TooDeepError, events_to_tree  # noqa: PLC0415 - as above
    from slo.load.yaml_errors import TOO_DEEP, explain_yaml_error  # noqa: PLC0415 - hardly any file nests so deeply

    try:
        events_to_tree(source.text)
    except TooDeepError:
        raise CompileError(explain_yaml_error(source.file, source.text, TOO_DEEP)) from None
    except ValueError:
        return  # not YAML: the native parser reports it


def decoded(name: str, data: bytes) -> Source:
    """Return the text of a file with this content.

    Raises:
        CompileError: it is larger than 5 MB or not UTF-8.
    """
    if len(data) > MAX_BYTES:
        raise CompileError((_finding("SLO003", name, f"the file is larger than {MAX_BYTES // 1_000_000} MB"),))
    try:
        return Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        span = Span(before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"the file is not UTF-8 text: invalid byte 0x{data[error.start]:02x}"
        raise CompileError((Diagnostic("SLO002", Place(name), message, "save it as UTF-8", span=span),)) from None


def _unreadable(name: str, error: Exception) -> Diagnostic:
    if isinstance(error, FileNotFoundError):
        return _finding("SLO001", name, "no such file")
    if Path(name).is_dir():
        return _finding("SLO001", name, "a directory, not a file")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return _finding("SLO001", name, f"cannot read the file: {reason}")


def _finding(code: str, file: str, message: str) -> Diagnostic:
    return Diagnostic(code, Place(file), message)
