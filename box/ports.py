"""Ports: whether one is taken, its holder, and the next free one."""

import socket
from collections.abc import Collection, Mapping
from contextlib import suppress

import psutil

from box.errors import BoxError
from box.services import PORT_VARIABLES
from box.settings import HIGHEST_PORT, Settings


def is_taken(port: int) -> bool:
    """Return whether something listens on the port on this machine, or the port cannot be used at all."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        # macOS lets two sockets share a port when one of them listens on all addresses, so ask first.
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def holder(port: int) -> str:
    """Return the process that listens on the port, as far as this user may see it."""
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections(kind="tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.pid
            if listens and getattr(connection.laddr, "port", None) == port:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another program"


def listens(process: int, port: int) -> bool:
    """Return whether this process, or one that it started, listens on the port; 0 is no process."""
    if not process:
        return False
    try:
        parent = psutil.Process(process)
        sockets = [each for one in (parent, *parent.children(recursive=True)) for each in one.net_connections("tcp")]
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OSError):
        # Not known on this system: rely on the answer on the port.
        return True
    return any(each.status == psutil.CONN_LISTEN and getattr(each.laddr, "port", None) == port for each in sockets)


def next_free(port: int, avoid: Collection[int]) -> int:
    """Return the first free port above `port` that is not in `avoid`.

    Raises:
        BoxError: there is none.
    """
    for candidate in range(port + 1, HIGHEST_PORT + 1):
        if candidate not in avoid and not is_taken(candidate):
            return candidate
    raise BoxError(f"no free port above {port}")


def taken_ports(settings: Settings) -> dict[str, int]:
    """Return the services whose port is taken."""
    return {name: port for name, port in settings.ports.items() if is_taken(port)}


def refuse(taken: Mapping[str, int]) -> None:
    """Raise an error with one line per taken port: its holder and the variable to change.

    Raises:
        BoxError: at least one port is taken.
    """
    if not taken:
        return
    lines = [
        f"port {port} ({name}) is taken by {holder(port)}: stop it, or change {PORT_VARIABLES[name]}={port} in .env"
        for name, port in taken.items()
    ]
    raise BoxError("\n".join(lines))


def moved(settings: Settings) -> dict[str, int]:
    """Return a free port for every service whose port is taken."""
    avoid = set(settings.ports.values())
    found: dict[str, int] = {}
    for name, port in taken_ports(settings).items():
        found[name] = next_free(port, avoid)
        avoid.add(found[name])
    return found
