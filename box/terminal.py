"""The console that all commands print to: colour and movement on a terminal, plain lines elsewhere."""

import os
import sys

from rich.console import Console

PLAIN_WIDTH = 120


class _Console(Console):
    """One that says when its reader went away, where rich would end the program without a word."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise BrokenPipeError


def make_console() -> Console:
    """Return the console; rich itself obeys NO_COLOR, and a pipe gets neither colour nor a guessed width."""
    return _Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
