"""The console that all commands print to: colour and movement on a terminal, plain lines elsewhere."""

import sys

from rich.console import Console

PLAIN_WIDTH = 120


def make_console() -> Console:
    """Return the console; rich itself obeys NO_COLOR, and a pipe gets neither colour nor a guessed width."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
