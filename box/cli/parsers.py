"""Shared by the parsers of the subcommands."""

import argparse
from typing import TypeAlias

# argparse gives the type no public name.
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

LARGEST_SCALE = 100


def add(subparsers: Subparsers, name: str, summary: str, example: str) -> argparse.ArgumentParser:
    """Add a subcommand whose help ends with an example."""
    return subparsers.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"example:\n{example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_full(parser: argparse.ArgumentParser) -> None:
    """Add the option of all commands that start the stack."""
    parser.add_argument(
        "--full", action="store_true", help="with logs and traces: the Collector, VictoriaLogs, and Jaeger or Tempo"
    )


def time_scale(text: str) -> int:
    """Return a time scale whose subwindows are at least three scrapes, in whole seconds.

    Raises:
        argparse.ArgumentTypeError: it does not.
    """
    fitting = [scale for scale in range(1, LARGEST_SCALE + 1) if 300 % scale == 0]
    if text.isascii() and text.isdigit() and int(text) in fitting:
        return int(text)
    raise argparse.ArgumentTypeError(f"must be one of {', '.join(map(str, fitting))}")
