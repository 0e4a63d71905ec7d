"""`box logs`: output of the services, and log records of the shop in the log store."""

import argparse
import json
import os
import re
import sys

from box.cli import parsers
from box.errors import BoxError
from box.layout import Layout, find_layout
from box.log_files import follow, tail
from box.logs import search as log_search
from box.logs import view as log_view
from box.logs.store import Wanted
from box.render import durations
from box.servers import TRACE_STORES
from box.services import BY_NAME, TIERS
from box.supervision.config import LIVENESS
from box.terminal import make_console

PRINTED = (*BY_NAME, LIVENESS)
"""Processes with a log: the services, and the one that restarts them."""
LINES = 20
SINCE = "1h"
LIMIT = 100
MOST = 5000
"""Most records in one response of Loki."""
LONGEST_SINCE = "720h"
"""Longest range of Loki; VictoriaLogs of the box keeps three days."""
KEPT = "72h"
LONGEST_TEXT = 4000
EXAMPLE = """\
  box logs web --lines 50
  box logs --follow
  box logs --order 6f2c9d1e-0d0c-4c55-9a52-2f1d6a0b7c11 --since 72h
  box logs --trace 0af7651916cd43dd8448eb211c80319c
  box logs orders --query "circuit open" --since 15m --format json

The first two read the output of the processes, without containers. The others search the running log store:
VictoriaLogs of this box, or VictoriaLogs or Loki of docker compose."""


def register(subparsers: parsers.Subparsers) -> None:
    """Add the subcommand."""
    summary = "print the output of the services, or search the log store"
    parser = parsers.add(subparsers, "logs", summary, EXAMPLE)
    parser.add_argument("service", nargs="?", choices=PRINTED, help="which one (default: all)")
    parser.add_argument("-f", "--follow", action="store_true", help="go on printing, until Ctrl-C")
    parser.add_argument("-n", "--lines", type=_lines, help=f"how many lines of each (default {LINES})")
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--query", type=_text, metavar="TEXT", help="search: records with this text in any field")
    wanted.add_argument("--trace", type=_trace_id, metavar="ID", help="search: records of a trace")
    wanted.add_argument("--order", type=_order_id, metavar="ID", help="search: records of an order")
    parser.add_argument(
        "--since",
        type=_since,
        metavar="DURATION",
        help=f"search back this far (default {SINCE}, at most {LONGEST_SINCE})",
    )
    parser.add_argument("--limit", type=_limit, metavar="N", help=f"the newest N records at most (default {LIMIT})")
    parser.add_argument("--format", choices=("text", "json"), help="how to print what was found (default text)")
    parser.set_defaults(run=lambda arguments: run(arguments, parser))


def _text(text: str) -> str:
    if not text.isprintable():
        raise argparse.ArgumentTypeError("must be printable text in UTF-8")
    if len(text) > LONGEST_TEXT:
        raise argparse.ArgumentTypeError(f"must have at most {LONGEST_TEXT:,} characters, it has {len(text):,}")
    return text


def _trace_id(text: str) -> str:
    if re.fullmatch(r"[0-9a-fA-F]{32}", text.strip()):
        return text.strip().lower()
    raise argparse.ArgumentTypeError(f"{text!r} is not a trace id; write 32 hexadecimal digits")


def _order_id(text: str) -> str:
    if text.strip():
        return _text(text.strip().lower())
    raise argparse.ArgumentTypeError("must not be empty")


def _since(text: str) -> str:
    try:
        found = durations.seconds(text)
    except BoxError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    except OverflowError:
        found = 0
    if 0 < found <= durations.seconds(LONGEST_SINCE):
        return text
    raise argparse.ArgumentTypeError(f"must be longer than 0 and at most {LONGEST_SINCE} (30 days)")


def _lines(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of lines; write 0 or more")


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST:
        return int(text)
    raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {MOST}")


def run(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Print the logs; return the exit code."""
    given = [f"--{name}" for name in ("query", "trace", "order") if getattr(arguments, name) is not None]
    _refuse_mixed(arguments, parser, searches=bool(given))
    if not given:
        count = LINES if arguments.lines is None else arguments.lines
        return print_files(arguments.service, count, follows=arguments.follow)
    if arguments.service and arguments.service not in TIERS:
        parser.error(f"the log store keeps records of {', '.join(TIERS)}; leave out {given[0]} for {arguments.service}")
    wanted = Wanted(arguments.service or "", arguments.trace or "", arguments.order or "", arguments.query or "")
    return print_records(wanted, arguments.since or SINCE, arguments.limit or LIMIT, arguments.format or "text")


def _refuse_mixed(arguments: argparse.Namespace, parser: argparse.ArgumentParser, *, searches: bool) -> None:
    """Refuse options for reading together with options for searching."""
    reading = [name for name, on in (("--follow", arguments.follow), ("--lines", arguments.lines is not None)) if on]
    searching = [f"--{name}" for name in ("since", "limit", "format") if getattr(arguments, name) is not None]
    if searches and reading:
        parser.error(f"{reading[0]} reads what a process printed; a search takes --since and --limit")
    if searching and not searches:
        parser.error(f"{searching[0]} needs a search: --query, --trace or --order")


def print_records(wanted: Wanted, since: str, limit: int, output: str) -> int:
    """Print what the log store has, the oldest first; return the exit code."""
    seconds = durations.seconds(since)
    store, found = log_search.search(find_layout(os.environ), os.environ, wanted, seconds, limit)
    if not found:
        further = (
            f"; look further back: --since {KEPT}" if wanted.order_id and seconds < durations.seconds(KEPT) else ""
        )
        print(f"no records{log_view.asked(wanted)} in {store.name} within the last {since}{further}", file=sys.stderr)
    elif len(found) == limit:
        print(f"There may be more: these are the newest {limit}; see --limit and --since.", file=sys.stderr)
    if output == "json":
        print(json.dumps([log_view.as_json(record) for record in found], indent=2))
        return 0
    console = make_console()
    for each in found:
        console.print(log_view.line(each), soft_wrap=True)
    return 0


def print_files(service: str | None, lines: int, *, follows: bool) -> int:
    """Print what the processes printed; return the exit code."""
    layout = find_layout(os.environ)
    names = [service] if service else list(PRINTED)
    paths = {name: layout.logs / f"{name}.log" for name in names}
    _refuse_missing(layout, names)
    for name, path in paths.items():
        last = tail(path, lines)
        if last.cut:
            print(f"{name}: only its last {len(last.lines)} lines; all of them are in {path}", file=sys.stderr)
        for line in last.lines:
            _print(name, line, alone=bool(service))
    if follows:
        for name, line in follow(paths):
            _print(name, line, alone=bool(service))
    return 0


def _refuse_missing(layout: Layout, names: list[str]) -> None:
    there = [name for name in PRINTED if (layout.logs / f"{name}.log").exists()]
    if not there:
        raise BoxError("there are no logs yet; start the stack with: make up")
    if set(names) & set(there):
        return
    stores = [name for name in TRACE_STORES if name in there and names[0] in TRACE_STORES]
    if stores:
        raise BoxError(f"{names[0]} does not run here, {stores[0]} does; see: .venv/bin/box logs {stores[0]}")
    raise BoxError(f"{names[0]} does not run here; there are logs of {', '.join(there)}")


def _print(name: str, line: str, *, alone: bool) -> None:
    print(line if alone else f"{name:<12} | {line}", flush=True)
