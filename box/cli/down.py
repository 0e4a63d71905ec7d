"""`box down`: stop everything, including processes that a crash left behind."""

import argparse
import os
import sys

from box import stack
from box.breaking import breaks
from box.cli import parsers
from box.layout import find_layout


def register(subparsers: parsers.Subparsers) -> None:
    """Add the subcommand."""
    parser = parsers.add(subparsers, "down", "stop everything that runs here", "  box down")
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Stop the stack; return the exit code."""
    layout = find_layout(os.environ)
    breaks.undo(layout)
    stopped = stack.stop(layout, lambda text: print(text, file=sys.stderr))
    print("Everything is stopped." if stopped else "Nothing was running.")
    return 0
