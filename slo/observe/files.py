"""Files that an option or a variable names; errors say both."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from slo.observe.errors import ObserveError

_MOST_BYTES = 65_536


def unusable(file: str, why: str, named_by: str) -> ObserveError:
    """Return the error."""
    return ObserveError(file, f"{why}; named by {named_by}" if named_by else why)


def failed(file: str, error: OSError | ValueError, named_by: str) -> ObserveError:
    """Return the error of the operating system as one line."""
    if isinstance(error, FileNotFoundError):
        return unusable(file, "no such file", named_by)
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return unusable(file, why[:1].lower() + why[1:], named_by)


def read_small(file: str, named_by: str) -> bytes:
    """Return the content of a file or a pipe, such as that of `<(command)`.

    Raises:
        ObserveError: it is missing, too large, or not a file, such as a device.
    """
    try:
        # Without O_NONBLOCK, opening a pipe without a writer would block.
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:  # noqa: PTH123 - a descriptor
            mode = os.fstat(opened.fileno()).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
                raise unusable(file, "not a regular file", named_by)
            os.set_blocking(opened.fileno(), True)
            content = opened.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        if Path(file).is_dir():
            raise unusable(file, "not a regular file", named_by) from None
        raise failed(file, error, named_by) from None
    if len(content) > _MOST_BYTES:
        raise unusable(file, f"larger than {_MOST_BYTES // 1024} KiB", named_by)
    return content


def check_regular(file: str, named_by: str) -> None:
    """Check that the file can be read more than once.

    Raises:
        ObserveError: it cannot.
    """
    try:
        regular = stat.S_ISREG(os.stat(file).st_mode)  # noqa: PTH116 - Path.stat is the same
        if regular:
            with Path(file).open("rb"):
                return
    except (OSError, ValueError) as error:
        raise failed(file, error, named_by) from None
    raise unusable(file, "not a regular file", named_by)
