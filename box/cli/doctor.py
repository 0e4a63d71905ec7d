"""`box doctor`: check that all signals arrive and link to each other, and name the first failure."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from box import addresses, processes, stack
from box.cli import parsers
from box.doctor import disks, environment, liveness, ports, view
from box.doctor.examine import examine
from box.doctor.values import Check, Report
from box.errors import Broken
from box.layout import Layout, find_layout
from box.liveness import record
from box.servers import Servers
from box.settings import read_env_file
from box.supervision.control import UNREACHABLE, Control, ProcessState
from box.terminal import make_console

BROKEN = 1
EXAMPLE = """\
  box doctor
  box doctor --format json
  docker compose run --rm doctor"""
NOT_RUNNING = Broken("box", "nothing is running", "start it: make up")


def register(subparsers: parsers.Subparsers) -> None:
    """Add the subcommand."""
    summary = "follow an order through metrics, traces, logs and alerts; exit code 1 names what is broken first"
    parser = parsers.add(subparsers, "doctor", summary, EXAMPLE)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it")
    parser.set_defaults(run=lambda arguments: run(arguments.format))


def run(output: str) -> int:
    """Print the report; return the exit code."""
    report = _report(os.environ)
    if output == "json":
        json.dump(view.as_json(report), sys.stdout, indent=2)
        print()
    else:
        view.show(make_console(), report)
    return BROKEN if report.broken else 0


def _report(variables: Mapping[str, str]) -> Report:
    if servers := addresses.from_environment(variables):
        return examine(servers, _around(servers, Path.cwd(), {}), list(disks.full({"box": Path.cwd()})))
    layout = find_layout(variables)
    known = stack.running(layout)
    if known is None:
        nothing = _leftovers(layout) or NOT_RUNNING
        checks = (*environment.machine(layout.run), environment.engine(variables.get("PATH", "")))
        return Report(nothing.problem, checks, (Check("box", "broken", nothing.problem, nothing),), (), (), ())
    servers = addresses.from_state(known)
    processes_now = _processes(layout)
    restarts = liveness.look(record.load(layout.liveness), processes_now)
    checks = (ports.of_run(known, processes_now), *_around(servers, layout.run, _pinned(layout)))
    around = (*checks, *restarts, environment.engine(variables.get("PATH", "")))
    return examine(servers, around, list(disks.full(disks.folders(layout, known))))


def _leftovers(layout: Layout) -> Broken | None:
    left = processes.find(layout.run)
    problem = f"the supervisor is gone, but {len(left)} processes of the box still run"
    return Broken("box", problem, "stop them, and start again: make down") if left else None


def _around(servers: Servers, folder: Path, pinned: Mapping[str, str]) -> tuple[Check, ...]:
    checks = environment.machine(folder)
    return (*checks, environment.clock(servers), *environment.versions(servers, pinned))


def _pinned(layout: Layout) -> dict[str, str]:
    written = read_env_file(layout.root / ".env")
    return {
        name.removesuffix("_VERSION").lower(): value for name, value in written.items() if name.endswith("_VERSION")
    }


def _processes(layout: Layout) -> Mapping[str, ProcessState]:
    try:
        return Control(layout.socket).states()
    except UNREACHABLE:
        return {}
