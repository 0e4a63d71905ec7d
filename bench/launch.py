"""Starts one program and prints what it took: wall seconds, CPU seconds, peak memory in bytes, exit code.

Run as a script of its own: on Linux a child inherits the peak memory of the process that starts it, so the starter
must be small. It imports nothing that a bare interpreter has not loaded.
"""

from __future__ import annotations

import os
import sys
from time import perf_counter

_UNIT = 1 if sys.platform == "darwin" else 1024
_ARGUMENTS = sys.argv[1:]


def main() -> int:
    """Run the command line in the arguments; discard its output, pass its errors to standard error."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = perf_counter()
    process = os.posix_spawn(_ARGUMENTS[0], _ARGUMENTS, os.environ, file_actions=quiet)
    _, status, used = os.wait4(process, 0)
    wall = perf_counter() - start
    print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _UNIT, os.waitstatus_to_exitcode(status))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
