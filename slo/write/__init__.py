"""Write outputs: the only part of the compiler that changes files. All are replaced, or none."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.emit.header import MARK, STARTS
from slo.errors import CompileError
from slo.write.atomic import replace_all

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from pathlib import Path, PurePosixPath

_START = re.compile(f"(?:{'|'.join(map(re.escape, STARTS))}){re.escape(MARK)}")
_HEADER = re.compile(_START.pattern + r" \(\S+ of set ([^\s;)]+)[;)](?:[^\n]*?from ([^\n]*?)\. Do not edit\.)?")
_HEADER_BYTES = 1000
_SOURCES_BYTES = 100_000


class State(StrEnum):
    """How a file on disk compares with the compiled one."""

    MISSING = "missing"
    CHANGED = "changed"
    CURRENT = "unchanged"
    STALE = "no longer made"
    KEPT = "kept"


class Output(msgspec.Struct, frozen=True):
    """An output file.

    Attributes:
        path: where it is, symbolic links resolved.
        shown: its name in messages.
        spec: its specification.
        text: its compiled text; None if it must not exist.
        before: its content on disk; None if it is missing.
        page: it belongs to the user as soon as it exists.
    """

    path: Path
    shown: str
    spec: str
    text: str | None
    before: bytes | None
    page: bool = False

    @property
    def state(self) -> State:
        """How it compares with the disk."""
        if self.text is None:
            return State.STALE
        if self.before is None:
            return State.MISSING
        if self.page:
            return State.KEPT
        return State.CURRENT if self.before == self.text.encode() else State.CHANGED


def examine(
    folder: Path,
    files: Mapping[PurePosixPath, str],
    spec: str,
    set_name: str,
    *,
    inside: bool,
    pages: Container[PurePosixPath] = (),
) -> tuple[Output, ...]:
    """Compare the outputs with the disk, without changes.

    Args:
        folder: base of the paths.
        files: path -> text.
        spec: the specification, for messages.
        set_name: the set of the outputs.
        inside: outputs outside `folder`, even through a symbolic link, are an error.
        pages: the paths that are never changed if they are not empty.

    Raises:
        CompileError: an output is outside the folder, or would replace a foreign file or one of another set.
        OSError: a file or folder cannot be read.
    """
    outputs = []
    problems = []
    for relative, text in files.items():
        path = (folder / relative).resolve()
        shown = str(folder / relative)
        if inside and not path.is_relative_to(folder.resolve()):
            message = f"output {shown} is outside the folder of this file: {path}"
            problems.append(Diagnostic("SLO083", Place(spec), message, "build with -o DIR"))
            continue
        if relative in pages:
            written = path.exists() and path.stat().st_size > 0
            outputs.append(Output(path, shown, spec, text, b"" if written else None, page=True))
            continue
        if path.is_dir():
            message = f"output {shown} is a folder"
            problems.append(Diagnostic("SLO084", Place(spec), message, "move it away, or choose another output"))
            continue
        output = Output(path, shown, spec, text, path.read_bytes() if path.exists() else None)
        if output.before is not None and not is_ours(output.before):
            message = f"output {shown} exists and was not written by slo"
            problems.append(Diagnostic("SLO084", Place(spec), message, "move it away, or choose another output"))
        elif (owner := _set_of(output.before or b"")) not in {"", set_name}:
            message = f'output {shown} belongs to the set "{owner}"'
            hint = "build both with --set NAME, choose another output, or remove the file if that set is gone"
            problems.append(Diagnostic("SLO085", Place(spec), message, hint))
        outputs.append(output)
    if problems:
        raise CompileError(tuple(problems))
    return tuple(outputs)


def stale(
    folder: Path, set_name: str, made: Iterable[PurePosixPath], near: Iterable[PurePosixPath]
) -> tuple[Output, ...]:
    """Return files with the header of this set that are no longer made, in the folders of the paths `near`.

    Symbolic links are left alone: the user made them.
    """
    wanted = {(folder / path).resolve() for path in made}
    return tuple(
        Output(path.resolve(), str(path), "", None, path.read_bytes())
        for path in generated_in(folder, near)
        if path.resolve() not in wanted and origin(path)[0] == set_name
    )


def generated_in(folder: Path, near: Iterable[PurePosixPath]) -> Iterator[Path]:
    """Return files that may be outputs, without links, in the folders of the paths `near`."""
    folders = sorted({(folder / path).parent for path in near})
    kinds = ("*.y*ml", "*.json")
    there = (path for d in folders if d.is_dir() for path in sorted(found for kind in kinds for found in d.glob(kind)))
    return (path for path in there if path.is_file() and not path.is_symlink())


def origin(path: Path) -> tuple[str, list[str]]:
    """Return the set in the header of a generated file, or nothing, and the words of its sources.

    Names of files may contain blanks: split both sides to compare them.
    """
    with path.open("rb") as file:
        found = _read_header(file.readline(_SOURCES_BYTES) + file.readline(_SOURCES_BYTES))  # JSON begins with a brace
    return (found.group(1), (found.group(2) or "").split(" ")) if found else ("", [])


def write(outputs: Iterable[Output]) -> None:
    """Write the outputs that are not current.

    Raises:
        OSError: it failed, and nothing has changed.
    """
    changed = [o for o in outputs if o.state not in {State.CURRENT, State.KEPT}]
    replace_all({o.path: o.text for o in changed}, hasty={o.path for o in changed if o.page})


def is_ours(content: bytes) -> bool:
    """Whether the file starts with our mark, or is empty and may be filled."""
    start = content[:_HEADER_BYTES].removeprefix(b"\xef\xbb\xbf").decode(errors="replace").replace("\r\n", "\n")
    return _START.match(start) is not None or not content.strip()


def _set_of(content: bytes) -> str:
    """Return the set in the header of a generated file, or nothing."""
    found = _read_header(content[:_HEADER_BYTES])
    return found.group(1) if found else ""


def _read_header(start: bytes) -> re.Match[str] | None:
    return _HEADER.match(start.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").replace("\r\n", "\n"))
