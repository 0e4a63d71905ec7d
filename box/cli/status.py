"""`box status`: what runs, whether it is ready, and how much memory it takes."""

import json
import os
import time
from dataclasses import asdict

from rich.table import Table

from box import processes, stack
from box.cli import parsers
from box.layout import find_layout
from box.status import Status, look
from box.terminal import make_console

NOT_RUNNING = 1


def register(subparsers: parsers.Subparsers) -> None:
    """Add the subcommand."""
    summary = "show what runs; exit code 0 when everything is ready, 1 otherwise"
    parser = parsers.add(subparsers, "status", summary, "  box status\n  box status --format json")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="how to print it")
    parser.set_defaults(run=lambda arguments: run(arguments.format))


def run(output: str) -> int:
    """Print the state of every service; return the exit code."""
    layout = find_layout(os.environ)
    known = stack.running(layout)
    rows = look(layout, known) if known else []
    if output == "json":
        print(json.dumps([asdict(row) for row in rows], indent=2))
    elif known:
        make_console().print(_table(rows, known.time_scale))
    elif left := processes.find(layout.run):
        print(f"The supervisor is gone, but {len(left)} processes of the box still run. Stop them with: make down")
    else:
        print("Nothing is running. Start it with: make up")
    return 0 if rows and all(row.ready for row in rows) else NOT_RUNNING


def _table(rows: list[Status], time_scale: int) -> Table:
    table = Table(title=f"time scale {time_scale}", title_justify="left")
    for heading in ("service", "state", "pid", "port", "ready", "memory MiB", "restarts"):
        table.add_column(heading, justify="right" if heading in {"pid", "port", "memory MiB"} else "left")
    for row in rows:
        ready = "[green]yes[/]" if row.ready else "[red]no[/]"
        table.add_row(
            row.name, row.state.lower(), str(row.pid or ""), str(row.port), ready, _memory(row), _restarts(row)
        )
    return table


def _restarts(row: Status) -> str:
    if not row.restarts:
        return ""
    last = row.restarts[-1]
    given_up = "[red]left alone; restart it with .venv/bin/box up[/]; " if row.given_up else ""
    return f"{given_up}{len(row.restarts)}, {time.time() - last.at:.0f} s ago: {last.why}"


def _memory(row: Status) -> str:
    if row.memory_mib is None:
        return ""
    text = f"{row.memory_mib:.0f} of {row.limit_mib}"
    return f"[red]{text}[/]" if row.memory_mib > row.limit_mib else text
