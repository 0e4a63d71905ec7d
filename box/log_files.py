"""Reads the ends of log files, and follows them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 64 * 1024
MOST = 16 * 1024 * 1024
"""So many bytes of a file are read at most: more than supervisord lets it grow to."""
POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Tail:
    """The last lines of a file, each of them whole; `cut` when more was asked for and the file has more."""

    lines: list[str]
    cut: bool


def last_lines(path: Path, count: int) -> list[str]:
    """Return the last lines of a file, none when it does not exist."""
    return tail(path, count).lines


def tail(path: Path, count: int, most: int = MOST) -> Tail:
    """Return the last lines of a file, none when it does not exist; reads its end alone, `most` bytes of it."""
    length = min(BLOCK, most)
    while True:
        lines, is_all = _whole_lines(path, length)
        if is_all or len(lines) >= count or length >= most:
            return Tail(lines[-count:] if count else [], cut=not is_all and len(lines) < count)
        length = min(2 * length, most)


def _whole_lines(path: Path, length: int) -> tuple[list[str], bool]:
    """Return the lines that begin in the last bytes of a file, and whether these are all that it has."""
    try:
        with path.open("rb") as file:
            begin = max(0, file.seek(0, 2) - length)
            file.seek(begin)
            lines = file.read(length).decode("utf-8", errors="replace").split("\n")
    except OSError:
        return [], True
    # What is behind the last line end is a line when it is not empty; what is before the first may be half of one.
    return lines[1 if begin else 0 : None if lines[-1] else -1], not begin


def follow(paths: dict[str, Path]) -> Iterator[tuple[str, str]]:
    """Yield (name, line) for every line that is added to the files from now on, also after they were rotated."""
    positions = {name: _size(path) for name, path in paths.items()}
    while True:
        for name, path in paths.items():
            size = _size(path)
            if size < positions[name]:
                positions[name] = 0
            if size > positions[name]:
                lines, positions[name] = _read_lines(path, positions[name])
                yield from ((name, line) for line in lines)
        time.sleep(POLL_SECONDS)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read_lines(path: Path, position: int) -> tuple[list[str], int]:
    """Return the complete lines after a position, and the position after them."""
    try:
        with path.open("rb") as file:
            file.seek(position)
            data = file.read(BLOCK)
    except OSError:
        return [], position
    complete = data.rfind(b"\n") + 1
    if not complete and len(data) == BLOCK:
        complete = len(data)
    return data[:complete].decode("utf-8", errors="replace").splitlines(), position + complete
