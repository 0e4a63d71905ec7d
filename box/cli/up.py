"""`box up`: start the stack and wait until it is ready."""

import os
from collections.abc import Sequence

from rich.console import Console

from box import stack
from box.cli import parsers
from box.errors import BoxError
from box.layout import find_layout
from box.pages import PAGES, Page, addresses
from box.settings import Settings
from box.startup_view import startup_view
from box.state import State
from box.terminal import make_console

DEMO_SCALE = 60
DEMO_PROFILE = "demo"
STOP_LINE = "Stop it with: make down"
EXAMPLE = """\
  box up                    an hour of alerting passes in a minute
  box up --full             with logs and traces
  box up --time-scale 1     real time
  WEB_PORT=8080 box up      another port for the shop"""


def register(subparsers: parsers.Subparsers) -> None:
    """Add the subcommand."""
    parser = parsers.add(subparsers, "up", "start the shop and all that watches it", EXAMPLE)
    parser.add_argument(
        "--time-scale",
        type=parsers.time_scale,
        default=DEMO_SCALE,
        metavar="K",
        help=f"divide all alerting windows by K (default {DEMO_SCALE}: a 30-day budget lasts 12 hours)",
    )
    parsers.add_full(parser)
    parser.set_defaults(run=lambda arguments: run(arguments.time_scale, full=arguments.full))


def run(time_scale: int, *, full: bool) -> int:
    """Start the stack unless it runs already as asked; return the exit code."""
    console = make_console()
    layout = find_layout(os.environ)
    settings = stack.read_settings(layout, full=full)
    known = stack.running(layout)
    if known:
        # The demo may have moved ports that were taken; otherwise another port than asked for is a change.
        moved = (known.profile, known.time_scale, known.settings.full) == (DEMO_PROFILE, time_scale, full)
        settings = known.settings if moved else settings
        wanted, _ = stack.make_run(layout, settings, time_scale, known.profile)
        if known.fingerprint == stack.fingerprint(layout, wanted):
            started = stack.ensure(layout, known, console.print)
            console.print(
                f"The stack runs already; started {', '.join(started)}." if started else "The stack runs already."
            )
            print_pages(console, settings, PAGES)
            console.print(STOP_LINE)
            return 0
        console.print("Something changed since the stack was started: starting it again.")
        if known.settings.full and not full:
            console.print("Logs and traces end with it. Keep them with: make up FULL=1")
        stack.stop(layout)
    begin(console, settings, time_scale)
    console.print(STOP_LINE)
    return 0


def begin(console: Console, settings: Settings, time_scale: int, profile: str = "up") -> State:
    """Start the stack, showing how far it is, and say where to look."""
    layout = find_layout(os.environ)
    wanted, found = stack.make_run(layout, settings, time_scale, profile)
    try:
        for binary in found.values():
            console.print(f"Using {binary}", highlight=False, soft_wrap=True)
        console.print(_scale_sentence(time_scale), highlight=False)
        with startup_view(console) as show:
            begun = stack.start(layout, wanted, show)
    except BrokenPipeError:
        raise BoxError(
            "nobody reads what it prints any more, as behind `| head`: what was started is stopped"
        ) from None
    print_pages(console, settings, PAGES)
    return begun


def _scale_sentence(time_scale: int) -> str:
    if time_scale == 1:
        return "Alerting runs in real time: a page comes about a minute after a total outage."
    budget_hours = 30 * 24 / time_scale
    return (
        f"Time scale {time_scale}: an alerting window of 1h lasts {3600 / time_scale:.0f} s, "
        f"a 30-day budget {budget_hours:g} hours."
    )


def print_pages(console: Console, settings: Settings, pages: Sequence[Page]) -> None:
    """Say where to look."""
    for title, address in addresses(settings, pages):
        console.print(f"  {title:<30} {address}", highlight=False, soft_wrap=True)
