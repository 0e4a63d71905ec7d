"""Replace several files at once: all have their new text, or nothing has changed."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from pathlib import Path

_NEW = ".slo-new"
_PIECE = 1 << 16


def replace_all(texts: Mapping[Path, str | None], hasty: Container[Path] = ()) -> None:
    """Write these texts; None removes the file.

    New files are written completely beside their places, then renamed; if a later step fails, renamed files are
    restored. If any file is replaced or removed, all new files are synced to disk first: content may have moved from
    one to another, and a power failure could lose both. `hasty` files get no content from others and are not synced:
    a thousand of them would take ten seconds.

    Raises:
        OSError: it failed, and nothing has changed except new folders.
    """
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    replaces = any(content is not None for content in before.values())
    prepared: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, text in texts.items():
            if text is not None:
                prepared[path] = _prepare(path, _encoded(text), wait=replaces and path not in hasty)
        for path in texts:
            done.append(path)
            _put(path, prepared.get(path))
    except BaseException:
        for path in done:
            with suppress(OSError):  # restore as many as possible
                _restore(path, before[path])
        raise
    finally:
        for new in prepared.values():
            new.unlink(missing_ok=True)


def _encoded(text: str) -> Iterator[bytes]:
    """Return the text as bytes, piece by piece: a copy of ten megabytes costs more than writing them."""
    return (text[start : start + _PIECE].encode() for start in range(0, len(text), _PIECE))


def _prepare(path: Path, content: Iterable[bytes], *, wait: bool = True) -> Path:
    """Write the content beside its place, with the mode of the file to replace.

    The name is random, so that a file left by a killed build does no harm.
    """
    try:
        return _beside(path, content, wait=wait)
    except OSError as error:  # a full disk has no name, and a random one would not help
        error.filename = str(path)
        raise


def _beside(path: Path, content: Iterable[bytes], *, wait: bool) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.urandom(4).hex()}{_NEW}")
    try:
        with new.open("xb") as file:
            file.writelines(content)
            file.flush()
            if wait:
                os.fsync(file.fileno())
        if path.exists():
            new.chmod(path.stat().st_mode & 0o7777)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    return new


def _put(path: Path, new: Path | None) -> None:
    if new is None:
        path.unlink(missing_ok=True)
    else:
        new.replace(path)


def _restore(path: Path, content: bytes | None) -> None:
    """Restore the old content."""
    if content is None:
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_bytes() != content:
        _prepare(path, [content]).replace(path)
