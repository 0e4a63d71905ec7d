"""Keeps two `box` commands from starting or stopping the same stack at the same time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from box.errors import BoxError
from box.layout import Layout, make_folder


@contextmanager
def locked(layout: Layout) -> Iterator[None]:
    """Hold the lock of the run folder; the system frees it when this process ends, however it ends.

    Raises:
        BoxError: another command holds it, or the run folder cannot be made.
    """
    make_folder(layout.run)
    with layout.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BoxError("another `box` command starts or stops this stack right now; wait for it") from None
        yield
