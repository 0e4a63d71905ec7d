"""`box fault`: switch faults of the shop on and off."""

import argparse
import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from box import stack
from box.cli import parsers
from box.errors import BoxError
from box.faults import ActiveFault, Switches
from box.layout import find_layout
from box.services import TIERS

EXAMPLE = """\
  box fault on errors --tier orders --for 2m
  box fault on latency --tier catalog --set delay_ms=300 --set p99_ms=1500
  box fault on bad_deploy --tier web --rate 0.5 --set version=1.4.0
  box fault list
  box fault off                        all of them, now"""
LONGEST_SECONDS = 3600.0
DEFAULT_SECONDS = 60.0
OF_ONE_TIER = {"cache_stampede": "catalog"}
DEFAULT_TIER = "orders"


def _flag(text: str) -> bool:
    return {"true": True, "false": False}[text]


SETTINGS: Mapping[str, Callable[[str], object]] = {
    "delay_ms": int,
    "p99_ms": int,
    "mib_per_minute": float,
    "version": str,
    "dependency": str,
    "routes": lambda text: text.split(","),
    "bypass": _flag,
}


def setting(text: str) -> tuple[str, object]:
    """Return the name and value of `name=value`.

    Raises:
        argparse.ArgumentTypeError: the name is unknown, or the value is not of its type.
    """
    name, _, value = text.partition("=")
    if name not in SETTINGS:
        raise argparse.ArgumentTypeError(f"unknown setting {name!r}; known: {', '.join(SETTINGS)}")
    try:
        return name, SETTINGS[name](value)
    except (ValueError, KeyError):
        raise argparse.ArgumentTypeError(f"invalid value {value!r} of {name}") from None


def register(subparsers: parsers.Subparsers) -> None:
    """Add the subcommand."""
    parser = parsers.add(subparsers, "fault", "switch faults of the shop on and off", EXAMPLE)
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_on(actions.add_parser("on", help="switch a fault on, until its end"))
    off = actions.add_parser("off", help="switch a fault off, or all of them")
    off.add_argument("name", nargs="?", metavar="NAME", help="default: all")
    off.add_argument("--tier", choices=TIERS, help="default: all that have it on")
    off.set_defaults(run=_off)
    listing = actions.add_parser("list", help="show what is on")
    listing.set_defaults(run=lambda arguments: _show(_switches().active(), arguments.format))
    for each in (off, listing):
        each.add_argument("--format", choices=("table", "json"), default="table", help="how to print it")


def _add_on(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a fault of docs/faults.md")
    parser.add_argument("--tier", choices=TIERS, help=f"default: {DEFAULT_TIER}, or the only one that can have it")
    period = parsers.period(LONGEST_SECONDS)
    parser.add_argument(
        "--for", dest="seconds", type=period, default=DEFAULT_SECONDS, metavar="TIME", help="default 60s, at most 60m"
    )
    parser.add_argument("--rate", type=float, default=1.0, help="share of requests or calls, 0 to 1; default 1")
    parser.add_argument("--set", dest="settings", type=setting, action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="how to print it")
    parser.set_defaults(run=_on)


def _switches() -> Switches:
    layout = find_layout(os.environ)
    known = stack.running(layout)
    if known is None:
        raise BoxError("nothing runs; start it: box up")
    return Switches(layout, known.settings)


def _on(arguments: argparse.Namespace) -> int:
    switches = _switches()
    tier = arguments.tier or OF_ONE_TIER.get(arguments.name, DEFAULT_TIER)
    body: dict[str, Any] = {"rate": arguments.rate, "seconds": arguments.seconds, **dict(arguments.settings)}
    switches.switch_on(tier, arguments.name, body)
    return _show(switches.active(), arguments.format)


def _off(arguments: argparse.Namespace) -> int:
    switches = _switches()
    for each in switches.active():
        if arguments.name in {None, each.fault} and arguments.tier in {None, each.tier}:
            switches.switch_off(each.tier, each.fault)
    return _show(switches.active(), arguments.format)


def _show(active: Sequence[ActiveFault], output: str) -> int:
    if output == "json":
        print(json.dumps([each.as_json() for each in active], indent=2))
        return 0
    print("\n".join(_line(each) for each in active) or "No fault is on.")
    return 0


def _line(active: ActiveFault) -> str:
    settings = " ".join(f"{name}={value}" for name, value in active.settings.items())
    command = f"box fault off {active.fault} --tier {active.tier}"
    return f"{active.tier}: {active.fault} rate={active.rate:g} {settings}, {active.seconds_left:g} s left; {command}"
