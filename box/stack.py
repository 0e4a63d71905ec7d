"""Brings the whole stack up and takes it down."""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from box import binaries, ports, state
from box.binaries import Binary
from box.errors import BoxError
from box.layout import Layout, make_private_folder
from box.liveness import record
from box.lock import locked
from box.log_files import last_lines
from box.readiness import NotReadyError, Show, wait_ready
from box.render.tree import sources, write_configs
from box.services import selection
from box.settings import Settings, load_settings
from box.state import State
from box.supervision import daemon
from box.supervision.config import LIVENESS, supervisor_config
from box.supervision.control import UNREACHABLE, Control
from box.supervision.program import Run, program, supervisor_environment, variable

READY_SECONDS = 60
HUNG_SECONDS = 15
"""A service that was ready and does not answer for this long hangs."""

# A database of the user replaces ours.
OWN_DATABASE = "SHOP_DATABASE_URL"


def running(layout: Layout) -> State | None:
    """Return what runs, None when nothing does."""
    known = state.load(layout.state)
    return known if known and Control(layout.socket).answers() else None


def start(layout: Layout, run: Run, show: Show) -> State:
    """Start the stack and wait until it is ready; when that fails, or is interrupted, nothing is left running.

    Raises:
        BoxError: a config is broken, a port taken, or a service does not come up (with its last log lines).
    """
    with locked(layout):
        daemon.stop(layout)
        ports.refuse(ports.taken_ports(run.settings))
        try:
            return _start(layout, run, show)
        except NotReadyError as error:
            daemon.stop(layout)
            raise BoxError(f"{_failure(layout, error)}\nEverything that was started has been stopped.") from None
        except BaseException:
            daemon.stop(layout)
            raise


def _start(layout: Layout, run: Run, show: Show) -> State:
    write_configs(layout, run.settings, run.time_scale)
    _make_data_folders(layout, run)
    layout.config.write_text(_config(run), encoding="utf-8")
    layout.liveness.unlink(missing_ok=True)
    environment = supervisor_environment(layout, run, Path(sys.executable), os.environ)
    begun = State(dict(run.settings.ports), run.time_scale, run.profile, fingerprint(layout, run))
    state.save(layout.state, begun)
    process = daemon.launch(layout, Path(sys.executable), {**environment, variable("socket"): str(layout.socket)})
    daemon.wait_for(layout, process)
    wait_ready(run.settings, Control(layout.socket), READY_SECONDS, show)
    return begun


def _config(run: Run) -> str:
    given = {OWN_DATABASE} & set(os.environ)
    return supervisor_config(program(service, run, given) for service in run.settings.services)


def _make_data_folders(layout: Layout, run: Run) -> None:
    # SQLite makes its file but no folder; the servers make their own.
    make_private_folder(layout.run / "data" / run.profile / "shop")


def _failure(layout: Layout, error: NotReadyError) -> str:
    parts = [error.reason]
    for name in error.names:
        parts += [f"--- last lines of {layout.logs / name}.log", *last_lines(layout.logs / f"{name}.log", 20)]
    return "\n".join(parts)


def fingerprint(layout: Layout, run: Run) -> str:
    """Return a digest of everything that a running stack depends on.

    Raises:
        BoxError: the spec is missing or broken.
    """
    digest = hashlib.sha256(_config(run).encode())
    digest.update(repr((sorted(run.settings.ports.items()), run.time_scale, run.profile)).encode())
    configs = (layout.root / config for service in run.settings.services for config in service.configs)
    for source in (*sources(layout.root), *configs):
        content = source.read_bytes()
        # With names and lengths: a new, removed or renamed rule file is a change.
        digest.update(f"{source.relative_to(layout.root)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def ensure(layout: Layout, known: State, say: Callable[[str], None]) -> list[str]:
    """Start what is missing in a running stack, restart what hangs, and wait until all services are ready.

    `say` is called before something takes long.

    Returns:
        The names of what was started.

    Raises:
        BoxError: a service does not come up.
    """
    control = Control(layout.socket)
    try:
        states = control.states()
        started = [service.name for service in known.settings.services if not states[service.name].pid]
        for name in started:
            control.start(name)
        _restart_liveness(layout, control)
        started += _restart_hung(known.settings, control, started, say)
        wait_ready(known.settings, control, READY_SECONDS, lambda _rows: None)
    except NotReadyError as error:
        raise BoxError(_failure(layout, error)) from None
    except UNREACHABLE as error:
        raise BoxError(
            f"supervisord does not start what is missing: {error}; stop all of it first: make down"
        ) from None
    return started


def _restart_liveness(layout: Layout, control: Control) -> None:
    """Restart the liveness probes if they have stopped."""
    if record.is_stale(record.load(layout.liveness), control.states()):
        control.restart(LIVENESS)


def _restart_hung(
    settings: Settings, control: Control, started: Sequence[str], say: Callable[[str], None]
) -> list[str]:
    """Restart services that run and do not answer for a while, other than those just `started`."""
    try:
        wait_ready(settings, control, HUNG_SECONDS, lambda _rows: None)
    except NotReadyError as error:
        hung = [name for name in error.names if name not in started]
        for name in hung:
            say(f"{name} runs and does not answer: restarting it.")
            control.restart(name)
        return hung
    return []


def stop(layout: Layout, say: Callable[[str], None] = lambda _text: None) -> bool:
    """Stop everything, which takes some seconds, and say so; return whether anything ran.

    Raises:
        BoxError: another command is starting or stopping this stack.
    """
    with locked(layout):
        if known := running(layout):
            say(f"stopping {len(known.settings.services)} services")
        return daemon.stop(layout)


def read_settings(layout: Layout, *, full: bool) -> Settings:
    """Return the ports of what is to run; with `full` that is what keeps logs and traces, too.

    Raises:
        BoxError: a port is missing, no port number, or given twice.
    """
    store = binaries.trace_store(os.environ.get("PATH", "")) if full else ""
    return load_settings(layout.root / ".env", os.environ, selection(store))


def find_binaries(layout: Layout, *, full: bool) -> dict[str, Binary]:
    """Return the servers to run, by name.

    Raises:
        BoxError: one is missing.
    """
    return binaries.find_all(layout.root, os.environ.get("PATH", ""), full=full)


def forget_data(layout: Layout, profile: str) -> None:
    """Remove the data of one profile, so that its budget starts full."""
    shutil.rmtree(layout.run / "data" / profile, ignore_errors=True)


def make_run(layout: Layout, settings: Settings, time_scale: int, profile: str) -> tuple[Run, dict[str, Binary]]:
    """Return the run, and the servers it uses.

    Raises:
        BoxError: a server is missing.
    """
    found = find_binaries(layout, full=settings.full)
    return Run(settings, {name: binary.path for name, binary in found.items()}, time_scale, profile), found
