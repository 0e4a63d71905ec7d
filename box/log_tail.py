"""Reads the ends of log files, and follows them."""

import time
from collections.abc import Iterator
from pathlib import Path

BLOCK = 64 * 1024
POLL_SECONDS = 0.2


def last_lines(path: Path, count: int) -> list[str]:
    """Return the last lines of a file, none when it does not exist; reads only its end."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - BLOCK))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return text.splitlines()[-count:]


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
