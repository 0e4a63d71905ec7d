"""Turns a row of the service table into a program of supervisord."""

import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from box.layout import Layout
from box.services import Service
from box.settings import Settings

# Paths and programs reach supervisord as its own environment, never as text of its config: there a `%`, a `;` or
# a `#` in the path of a checkout would be read as syntax.
FOLDERS = ("root", "run", "data")


@dataclass(frozen=True, slots=True)
class Program:
    """One program section: texts in supervisord's own spelling."""

    name: str
    command: str
    directory: str
    environment: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: ports, programs, time scale, and the profile of its data (`up` or `demo`)."""

    settings: Settings
    programs: Mapping[str, Path]
    time_scale: int
    profile: str


# How far an instant query looks back for a sample: scaled time must not see one from five nominal hours ago.
LOOKBACK = {False: "5m", True: "10s"}

# Prometheus sends an alert again at the first evaluation after this time. A resolved alert has to come again within
# each group_interval: a notification that lacks it would report it as new when it comes back, for 15 minutes. An alert
# not sent for four times this long (or four evaluations) ends: the dead man's switch needs that soon.
RESEND_DELAY = {False: "10s", True: "3s"}


def program(service: Service, run: Run, given: Collection[str] = ()) -> Program:
    """Return the section of one service; variables in `given` come from the user's environment instead of the table."""
    fields = {
        "python": _reference("python"),
        "bin": {name: _reference(name) for name in run.programs},
        "root": _reference("root"),
        "run": _reference("run"),
        "data": f"{_reference('data')}/{data_name(service.name, run.time_scale)}",
        "folder": f"data/{run.profile}/{data_name(service.name, run.time_scale)}",
        "database": f"sqlite:///{_reference('data')}/shop/shop.db",
        "port": run.settings.ports,
        "url": {name: run.settings.url(name) for name in run.settings.ports},
        "traces": run.settings.ports.get(f"{run.settings.trace_store}/otlp-grpc"),
        "jaeger": run.settings.url("jaeger") if "jaeger" in run.settings.ports else "",
        "lookback": LOOKBACK[run.time_scale > 1],
        "resend_delay": RESEND_DELAY[run.time_scale > 1],
    }
    variables = (*service.environment, *(service.with_collector if run.settings.full else ()))
    return Program(
        name=service.name,
        command=" ".join(_argument(part.format_map(fields)) for part in service.command),
        directory=service.directory.format_map(fields),
        environment=tuple((key, value.format_map(fields)) for key, value in variables if key not in given),
    )


def data_name(service: str, time_scale: int) -> str:
    """Return the data folder of a service: scaled and real time share none, or a series would mean two things."""
    return service if time_scale == 1 else f"{service}-x{time_scale}"


def _argument(text: str) -> str:
    # Programs are quoted where their variable is set; a folder inside an argument is quoted here.
    return f'"{text}"' if any(_reference(folder) in text for folder in FOLDERS) else text


def _reference(name: str) -> str:
    return f"%(ENV_{variable(name)})s"


def variable(name: str) -> str:
    """Return the environment variable that carries a path to supervisord."""
    return "SLOBOX_" + name.upper().replace("-", "_")


def supervisor_environment(layout: Layout, run: Run, python: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of supervisord: what it inherits, and the paths that its config refers to."""
    folders = {"root": layout.root, "run": layout.run, "data": layout.run / "data" / run.profile}
    programs = {"python": python, **run.programs}
    # Without compiled modules a start takes ten seconds longer.
    kept = {key: value for key, value in inherited.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        **{variable(name): str(path) for name, path in folders.items()},
        **{variable(name): shlex.quote(str(path)) for name, path in programs.items()},
        # All addresses are of this machine; a proxy must never see them.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(layout.root),
    }
