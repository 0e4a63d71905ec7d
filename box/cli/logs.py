"""`box logs`: the last lines of one or all services, and what follows."""

import os

from box.cli import parsers
from box.errors import BoxError
from box.layout import Layout, find_layout
from box.log_tail import follow, last_lines
from box.services import BY_NAME

LINES = 20


def register(subparsers: parsers.Subparsers) -> None:
    """Add the subcommand."""
    example = "  box logs web --lines 50\n  box logs --follow"
    parser = parsers.add(subparsers, "logs", "print what the services wrote", example)
    parser.add_argument("service", nargs="?", choices=tuple(BY_NAME), help="which one (default: all)")
    parser.add_argument("-f", "--follow", action="store_true", help="go on printing, until Ctrl-C")
    parser.add_argument("-n", "--lines", type=int, default=LINES, help=f"how many lines of each (default {LINES})")
    parser.set_defaults(run=lambda arguments: run(arguments.service, arguments.lines, follows=arguments.follow))


def run(service: str | None, lines: int, *, follows: bool) -> int:
    """Print the logs; return the exit code."""
    layout = find_layout(os.environ)
    names = [service] if service else list(BY_NAME)
    paths = {name: layout.logs / f"{name}.log" for name in names}
    _refuse_missing(layout, names)
    for name, path in paths.items():
        for line in last_lines(path, max(lines, 0)):
            _print(name, line, alone=bool(service))
    if follows:
        for name, line in follow(paths):
            _print(name, line, alone=bool(service))
    return 0


def _refuse_missing(layout: Layout, names: list[str]) -> None:
    if not any((layout.logs / f"{name}.log").exists() for name in names):
        raise BoxError("there are no logs yet; start the stack with: make up")


def _print(name: str, line: str, *, alone: bool) -> None:
    print(line if alone else f"{name:<12} | {line}", flush=True)
