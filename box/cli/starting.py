"""Starts the stack for `box up` and `box demo`, and prints its addresses."""

from collections.abc import Sequence

from rich.console import Console

from box import stack
from box.errors import BoxError
from box.layout import Layout
from box.pages import PAGES, Page, addresses
from box.settings import Settings
from box.startup_view import startup_view
from box.state import State

DEMO_SCALE = 60
DEMO_PROFILE = "demo"
STOP_LINE = "Stop it with: make down"


def begin(console: Console, layout: Layout, settings: Settings, time_scale: int, profile: str = "up") -> State:
    """Start the stack, show the progress, and print the addresses."""
    wanted, found = stack.make_run(layout, settings, time_scale, profile)
    try:
        for binary in found.values():
            console.print(f"Using {binary}", highlight=False, soft_wrap=True)
        console.print(_scale_sentence(time_scale), highlight=False)
        with startup_view(console) as show:
            begun = stack.start(layout, wanted, show)
    except BrokenPipeError:
        raise BoxError(
            "standard output is closed, as behind `| head`: everything that was started is stopped"
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
    """Print the addresses of pages."""
    for title, address in addresses(settings, pages):
        console.print(f"  {title:<30} {address}", highlight=False, soft_wrap=True)
