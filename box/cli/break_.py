"""`box break`: kill or pause processes of the box, with an end."""

import argparse
import json
import os
from collections.abc import Sequence

from box.breaking import breaks, record
from box.breaking.record import Break
from box.cli import parsers
from box.layout import find_layout
from box.services import BY_NAME

EXAMPLE = """\
  box break kill catalog --for 30s     dead for 30 seconds: its port refuses connections
  box break kill catalog               dead once: supervisord starts it again
  box break pause orders --for 6s      stopped with SIGSTOP: its port accepts and does not answer
  box break list
  box break undo                       end all of them now"""
LONGEST_SECONDS = 600.0


def register(subparsers: parsers.Subparsers) -> None:
    """Add the subcommand."""
    parser = parsers.add(subparsers, "break", "kill or pause a process, until an end", EXAMPLE)
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    kill = _breaking(actions, "kill", "kill a process (SIGKILL); with --for it stays dead, without it starts again")
    kill.set_defaults(run=_kill)
    pause = _breaking(actions, "pause", "pause a process (SIGSTOP); after 8 s without an answer a tier is restarted")
    pause.set_defaults(run=lambda arguments: _begin("pause", arguments))
    _format(listing := actions.add_parser("list", help="show what is broken"))
    listing.set_defaults(run=lambda arguments: _show(record.load(find_layout(os.environ)), arguments.format))
    _format(undo := actions.add_parser("undo", help="restore now"))
    undo.add_argument("id", nargs="*", type=int, help="numbers of `box break list`; default: all")
    undo.set_defaults(run=_undo)


def _breaking(actions: parsers.Subparsers, name: str, summary: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=summary)
    parser.add_argument("service", choices=tuple(BY_NAME), metavar="SERVICE", help="a name of `box status`")
    parser.add_argument(
        "--for",
        dest="seconds",
        type=parsers.period(LONGEST_SECONDS),
        required=name != "kill",
        metavar="TIME",
        help="such as 30s or 2m, at most 10m",
    )
    _format(parser)
    return parser


def _format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("table", "json"), default="table", help="how to print it")


def _kill(arguments: argparse.Namespace) -> int:
    if arguments.seconds is not None:
        return _begin("kill", arguments)
    pid = breaks.kill_once(find_layout(os.environ), arguments.service)
    if arguments.format == "json":
        return _show([], "json")
    print(f"Killed {arguments.service} (process {pid}); supervisord starts it again.")
    return 0


def _begin(kind: str, arguments: argparse.Namespace) -> int:
    broken = breaks.begin(find_layout(os.environ), kind, arguments.service, arguments.seconds)
    return _show([broken], arguments.format)


def _undo(arguments: argparse.Namespace) -> int:
    ended = breaks.undo(find_layout(os.environ), set(arguments.id) or None)
    if arguments.format == "json":
        return _show(ended, "json")
    print("\n".join(f"Restored: {each.kind} of {each.service}" for each in ended) or "Nothing is broken.")
    return 0


def _show(shown: Sequence[Break], output: str) -> int:
    if output == "json":
        print(json.dumps([each.as_json() for each in shown], indent=2))
        return 0
    lines = [_line(each) for each in shown]
    print("\n".join(lines) or "Nothing is broken.")
    return 0


def _line(broken: Break) -> str:
    what = f"{broken.kind} {broken.service} (process {broken.pid})"
    return f"{broken.id}  {what}, {broken.as_json()['seconds_left']:g} s left; end it: box break undo {broken.id}"
