"""How commands are called: exit statuses, errors of one line, and help as wide as the terminal."""

from __future__ import annotations

import argparse
import os
import sys
from textwrap import fill
from typing import NoReturn

FINE, FINDINGS, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit statuses."""

_WIDTH = 80


class UsageError(Exception):
    """The options of a command contradict each other: exit status 2."""


class CommandError(Exception):
    """A command cannot do what was asked: exit status 1."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, without the usage of all options before it."""

    def error(self, message: str) -> NoReturn:
        """Print the error and exit."""
        self.exit(USAGE, f"{self.prog}: error: {message}; see `{self.prog} --help`\n")


class Lines(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of descriptions and examples.

    argparse makes one for each argument of a command, and its own imports `shutil`, and with it three compressors.
    """

    def __init__(self, prog: str) -> None:
        """Take the width from COLUMNS, or from the terminal."""
        super().__init__(prog, width=_columns() - 2)


def wrapped(text: str) -> str:
    """Return a text in lines as wide as the terminal."""
    return fill(text, _columns() - 2)


def _columns() -> int:
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _WIDTH if sys.__stdout__ else _WIDTH
    except (OSError, ValueError):
        return _WIDTH
