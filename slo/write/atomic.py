"""Replaces several files at once: either all have their new text, or all are as they were."""

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
    """Give each path its text; None removes the file.

    New texts are first written completely beside their places, then renamed; when a later step fails, what was renamed
    already is put back. Where anything that exists is replaced or removed, all new texts are waited for until they are
    on the disk, since what it held may have moved there, and a power failure could cost both. Those that are `hasty`
    hold nothing of it, and are not waited for: a thousand of them would take the disk ten seconds.

    Raises:
        OSError: it could not be done; then everything is as it was, new folders excepted.
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
            with suppress(OSError):  # what cannot be put back must not keep the others from it
                _restore(path, before[path])
        raise
    finally:
        for new in prepared.values():
            new.unlink(missing_ok=True)


def _encoded(text: str) -> Iterator[bytes]:
    """The text as bytes, a piece at a time: a second copy of ten megabytes costs more than writing them."""
    return (text[start : start + _PIECE].encode() for start in range(0, len(text), _PIECE))


def _prepare(path: Path, content: Iterable[bytes], *, wait: bool = True) -> Path:
    """Write the content beside its place, with the access rights of the file that it will replace.

    The name is random, so that a file of a killed build does not collide.
    """
    try:
        return _beside(path, content, wait=wait)
    except OSError as error:  # a full disk has no name, and the random one is meaningless to a reader
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
    """Put the old content back."""
    if content is None:
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_bytes() != content:
        _prepare(path, [content]).replace(path)
