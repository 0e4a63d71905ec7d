"""`box up`: start the stack and wait until it is ready."""

import os

from rich.console import Console

from box import stack
from box.cli import parsers
from box.cli.starting import DEMO_PROFILE, DEMO_SCALE, STOP_LINE, begin, print_pages
from box.layout import Layout, find_layout
from box.pages import PAGES
from box.settings import Settings
from box.state import State
from box.terminal import make_console

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
    if known and (running := _as_asked(layout, known, settings, time_scale)):
        _keep(console, layout, known, running)
    else:
        if known:
            _stop(console, layout, known, full=full)
        begin(console, layout, settings, time_scale)
    console.print(STOP_LINE)
    return 0


def _as_asked(layout: Layout, known: State, settings: Settings, time_scale: int) -> Settings | None:
    """Return the settings of the running stack if it is what was asked for.

    The demo may have moved ports that were taken; otherwise another port than asked for is a change.
    """
    moved = (known.profile, known.time_scale, known.settings.full) == (DEMO_PROFILE, time_scale, settings.full)
    settings = known.settings if moved else settings
    wanted, _ = stack.make_run(layout, settings, time_scale, known.profile)
    return settings if known.fingerprint == stack.fingerprint(layout, wanted) else None


def _keep(console: Console, layout: Layout, known: State, settings: Settings) -> None:
    started = stack.ensure(layout, known, console.print)
    console.print(f"The stack runs already; started {', '.join(started)}." if started else "The stack runs already.")
    print_pages(console, settings, PAGES)


def _stop(console: Console, layout: Layout, known: State, *, full: bool) -> None:
    console.print("Something changed since the stack was started: starting it again.")
    if known.settings.full and not full:
        console.print("Logs and traces end with it. Keep them with: make up FULL=1")
    stack.stop(layout)
