"""The help of the commands: texts keep their lines, and the width of the terminal costs nothing to find out."""

from __future__ import annotations

import argparse
import os
import sys

_WIDTH = 80


class Wrapped(argparse.HelpFormatter):
    """Made anew for each argument of a command; argparse's own imports `shutil`, and with it three compressors."""

    def __init__(self, prog: str) -> None:
        """Take the width from COLUMNS, or from the terminal."""
        super().__init__(prog, width=_columns() - 2)


class Lines(Wrapped, argparse.RawDescriptionHelpFormatter):
    """The same for descriptions and examples whose lines are to stay as they are."""


def _columns() -> int:
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _WIDTH if sys.__stdout__ else _WIDTH
    except (OSError, ValueError):
        return _WIDTH
