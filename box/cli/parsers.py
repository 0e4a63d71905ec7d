"""Shared by the parsers of the subcommands."""

import argparse
import re
from collections.abc import Callable
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


def period(longest: float) -> Callable[[str], float]:
    """Return a parser of times such as `30s` or `2m`, in seconds, up to `longest`."""

    def parse(text: str) -> float:
        match = re.fullmatch(r"(\d{1,6})(s|m)", text, re.ASCII)
        seconds = float(match[1]) * {"s": 1, "m": 60}[match[2]] if match else 0.0
        if not 0 < seconds <= longest:
            raise argparse.ArgumentTypeError(f"invalid time {text!r}; write 30s or 2m, at most {longest:.0f}s")
        return seconds

    return parse
