"""Writes outputs: the only part of the compiler that changes files. All of them are replaced, or none is."""

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
    """How a file on disk relates to what was compiled."""

    MISSING = "missing"
    CHANGED = "changed"
    CURRENT = "unchanged"
    STALE = "no longer made"
    KEPT = "kept"


class Output(msgspec.Struct, frozen=True):
    """One output file.

    Attributes:
        path: where it is, symbolic links resolved.
        shown: how messages call it.
        spec: the specification that it comes from.
        text: what it must say; None when nothing must be there any more.
        before: what it says now; None when it is missing.
        page: it belongs to the user as soon as it exists, whatever it says then.
    """

    path: Path
    shown: str
    spec: str
    text: str | None
    before: bytes | None
    page: bool = False

    @property
    def state(self) -> State:
        """What would have to be done about it."""
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
    """Compare the outputs with what is on disk; changes nothing.

    Args:
        folder: what the paths are relative to.
        files: path -> text.
        spec: file that the outputs come from, for messages.
        set_name: set that the outputs belong to.
        inside: the outputs must not leave `folder`, not even through a symbolic link.
        pages: those of the paths that are never changed once there is anything in them.

    Raises:
        CompileError: an output would leave the folder, or replace a file that is not ours or belongs to another set.
        OSError: a file or folder cannot be read.
    """
    outputs = []
    problems = []
    for relative, text in files.items():
        path = (folder / relative).resolve()
        shown = str(folder / relative)
        if inside and not path.is_relative_to(folder.resolve()):
            message = f"the output {shown} leaves the folder of this file: it is at {path}"
            problems.append(Diagnostic("SLO083", Place(spec), message, "build with -o DIR"))
            continue
        if relative in pages:
            written = path.exists() and path.stat().st_size > 0
            outputs.append(Output(path, shown, spec, text, b"" if written else None, page=True))
            continue
        if path.is_dir():
            message = f"{shown} is a folder, and has to become a file"
            problems.append(Diagnostic("SLO084", Place(spec), message, "move it away, or choose another output"))
            continue
        output = Output(path, shown, spec, text, path.read_bytes() if path.exists() else None)
        if output.before is not None and not is_ours(output.before):
            message = f"{shown} was not written by slo, so it stays as it is"
            problems.append(Diagnostic("SLO084", Place(spec), message, "move it away, or choose another output"))
        elif (owner := _set_of(output.before or b"")) not in {"", set_name}:
            message = f'{shown} is an output of the set "{owner}", which would lose it'
            hint = "build the files of both with --set NAME, choose another output, or remove it if that set is no more"
            problems.append(Diagnostic("SLO085", Place(spec), message, hint))
        outputs.append(output)
    if problems:
        raise CompileError(tuple(problems))
    return tuple(outputs)


def stale(
    folder: Path, set_name: str, made: Iterable[PurePosixPath], near: Iterable[PurePosixPath]
) -> tuple[Output, ...]:
    """Files with our header and the name of the set that are no longer made, in the folders of the paths `near`.

    Symbolic links do not count: they are the user's, and may lead anywhere.
    """
    wanted = {(folder / path).resolve() for path in made}
    return tuple(
        Output(path.resolve(), str(path), "", None, path.read_bytes())
        for path in generated_in(folder, near)
        if path.resolve() not in wanted and origin(path)[0] == set_name
    )


def generated_in(folder: Path, near: Iterable[PurePosixPath]) -> Iterator[Path]:
    """Files that may be outputs, in the folders of the paths `near`; no links."""
    folders = sorted({(folder / path).parent for path in near})
    kinds = ("*.y*ml", "*.json")
    there = (path for d in folders if d.is_dir() for path in sorted(found for kind in kinds for found in d.glob(kind)))
    return (path for path in there if path.is_file() and not path.is_symlink())


def origin(path: Path) -> tuple[str, list[str]]:
    """The set that the header of a generated file names, or nothing, and the words of its sources.

    File names may contain blanks; split both sides to compare.
    """
    with path.open("rb") as file:
        found = _read_header(file.readline(_SOURCES_BYTES) + file.readline(_SOURCES_BYTES))  # JSON begins with a brace
    return (found.group(1), (found.group(2) or "").split(" ")) if found else ("", [])


def write(outputs: Iterable[Output]) -> None:
    """Bring the disk in line with the outputs; what is current is not touched.

    Raises:
        OSError: it could not be done; then everything is as it was.
    """
    changed = [o for o in outputs if o.state not in {State.CURRENT, State.KEPT}]
    replace_all({o.path: o.text for o in changed}, hasty={o.path for o in changed if o.page})


def is_ours(content: bytes) -> bool:
    """Return whether slo wrote this file: it starts with our mark. An empty file may be filled."""
    start = content[:_HEADER_BYTES].removeprefix(b"\xef\xbb\xbf").decode(errors="replace").replace("\r\n", "\n")
    return _START.match(start) is not None or not content.strip()


def _set_of(content: bytes) -> str:
    """The set that the header of a generated file names, or nothing."""
    found = _read_header(content[:_HEADER_BYTES])
    return found.group(1) if found else ""


def _read_header(start: bytes) -> re.Match[str] | None:
    return _HEADER.match(start.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").replace("\r\n", "\n"))
