"""`box demo`: break the shop, watch the page come and go, compare with theory."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from box import ports, stack
from box.cli import parsers
from box.cli.starting import DEMO_PROFILE, DEMO_SCALE, STOP_LINE, begin, print_pages
from box.demo.objective import Objective, read_objective
from box.demo.observer import Observer
from box.demo.report import as_json, print_report, write_json
from box.demo.runner import Runner
from box.demo.script import DEMO
from box.demo.shop import Faults, Load
from box.demo.timeline import Timeline
from box.errors import BoxError
from box.layout import Layout, find_layout
from box.pages import BUDGET, PAGES, Page
from box.settings import Settings
from box.state import State
from box.terminal import make_console

# The slow page looks back over 30 minutes at least, and so ends last.
SLOW_PAGE_SHORT = 1800


def register(subparsers: parsers.Subparsers) -> None:
    """Add the subcommand."""
    summary = "break the shop and watch an alert fire, page and resolve"
    parser = parsers.add(subparsers, "demo", summary, "  box demo\n  box demo --no-keep --json run.json")
    parser.add_argument(
        "--keep",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="leave everything running at the end (default: yes on a terminal, no elsewhere)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the record of the run to FILE")
    parsers.add_full(parser)
    parser.set_defaults(run=lambda arguments: run(arguments.json, keep=arguments.keep, full=arguments.full))


def run(json_file: Path | None, *, keep: bool | None, full: bool = False) -> int:
    """Run the demo; return 0 only if the page arrived and resolved."""
    console = make_console()
    layout = find_layout(os.environ)
    joined = stack.running(layout)
    keep = bool(joined) or (sys.stdout.isatty() if keep is None else keep)
    try:
        known = _join(console, joined, full=full) if joined else _begin(console, layout, full=full)
        objective = read_objective(layout.run / "slos.yaml", known.time_scale)
        arrived = _run(console, layout, known, objective, json_file)
    except BaseException:
        if not joined:
            stack.stop(layout)
        raise
    if keep:
        _print_where_to_look(console, known, objective)
    else:
        stack.stop(layout)
        console.print("Everything is stopped. `.venv/bin/box demo --keep` leaves it running, to look at it.")
    return 0 if arrived else 1


def _join(console: Console, joined: State, *, full: bool) -> State:
    if joined.time_scale == 1:
        raise BoxError("the stack runs in real time, the demo needs scaled time; stop it first: make down")
    if full and not joined.settings.full:
        raise BoxError("the stack runs without logs and traces; stop it first: make down")
    console.print("Using the stack that runs already; it stays up afterwards.")
    return joined


def _begin(console: Console, layout: Layout, *, full: bool) -> State:
    settings = stack.read_settings(layout, full=full)
    free = ports.moved(settings)
    for name, port in free.items():
        console.print(f"Port {settings.ports[name]} is taken: {name} listens on {port} instead.")
    stack.forget_data(layout, DEMO_PROFILE)
    return begin(console, layout, settings.with_ports(free), DEMO_SCALE, DEMO_PROFILE)


def _run(console: Console, layout: Layout, known: State, objective: Objective, json_file: Path | None) -> bool:
    slow_window = SLOW_PAGE_SHORT / known.time_scale
    console.print(introduction(objective), soft_wrap=True)
    timeline = Timeline(console, objective)
    runner = _runner(layout, known.settings, objective, timeline)
    with timeline.shown():
        record = runner.run()
    print_report(console, record, objective, slow_window)
    if json_file:
        write_json(json_file, as_json(record, objective, slow_window))
    return record.arrived_and_resolved


def introduction(objective: Objective) -> str:
    """Return the introduction: the SLO, and when its page fires."""
    return (
        f'\nThe SLO: "{objective.title}", {1 - objective.budget:.1%} over {objective.window_text}.'.replace("%", " %")
        + f" The fast page fires when the budget burns {objective.burn:g} times too fast.\n"
        "Its rule has no `for:`, so Prometheus goes straight from inactive to firing; "
        "below, the condition is seen building.\n"
    )


def _runner(layout: Layout, settings: Settings, objective: Objective, timeline: Timeline) -> Runner:
    token = layout.admin_token(DEMO.fault_tier).read_text(encoding="utf-8").strip()
    return Runner(
        script=DEMO,
        objective=objective,
        faults=Faults(settings.url(DEMO.fault_tier), token),
        load=Load(settings.url("locust"), settings.url("web")),
        observer=Observer(settings, objective),
        timeline=timeline,
    )


def _print_where_to_look(console: Console, known: State, objective: Objective) -> None:
    console.print("\nStill running, with steady load. Look at it:")
    runbook = Page("the runbook of the alert", "pager", f"/runbooks/{objective.alert}")
    print_pages(console, known.settings, [*PAGES, BUDGET, runbook])
    console.print(STOP_LINE)
