"""Talks to a running supervisord over its socket."""

import http.client
import socket
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANSWER_SECONDS = 15

UNREACHABLE = (OSError, xmlrpc.client.Error, http.client.HTTPException)
"""What a call raises when nobody answers, or not as supervisord does."""


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.connect(str(self._path))


class _SocketTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:  # noqa: ANN401 -- as it is in the base class
        # Kept, for what is not kept is not closed either.
        connection = _SocketConnection(self._path)
        self._connection = (host, connection)
        return connection


@dataclass(frozen=True, slots=True)
class ProcessState:
    """What supervisord says about one service; `pid` is 0 when it does not run, `started` seconds since epoch."""

    name: str
    state: str
    pid: int
    started: int
    reason: str


class Control:
    """The calls we make; each raises one of UNREACHABLE when nobody answers."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _call(self, method: str, *arguments: str | bool) -> Any:  # noqa: ANN401 -- XML-RPC answers anything
        transport = _SocketTransport(self._path)
        with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as server:
            return getattr(server.supervisor, method)(*arguments)

    def answers(self) -> bool:
        """Return whether a supervisord listens on the socket and is not about to stop."""
        try:
            return bool(self._call("getState")["statename"] == "RUNNING")
        except UNREACHABLE:
            return False

    def states(self) -> dict[str, ProcessState]:
        """Return the state of every service by name."""
        rows = self._call("getAllProcessInfo")
        return {
            row["name"]: ProcessState(row["name"], row["statename"], row["pid"], row["start"], row["spawnerr"])
            for row in rows
        }

    def start(self, name: str) -> None:
        """Start a service that stopped; one that runs already is left alone."""
        try:
            self._call("startProcess", name, False)  # noqa: FBT003 -- XML-RPC has no keywords: do not wait
        except xmlrpc.client.Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def stop(self, name: str) -> None:
        """Stop a service, and keep it stopped; returns before it is gone."""
        self._call("stopProcess", name, False)  # noqa: FBT003 -- as above

    def signal(self, name: str, pid: int, signal: str) -> None:
        """Send a signal, such as TERM, to a service as long as this is its process."""
        if self.states()[name].pid != pid:
            return
        try:
            self._call("signalProcess", name, signal)
        except xmlrpc.client.Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise

    def restart(self, name: str) -> None:
        """Stop a service, with force when it does not listen, and start it again."""
        try:
            self._call("stopProcess", name)
        except xmlrpc.client.Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise
        self.start(name)

    def shutdown(self) -> None:
        """Stop all services and supervisord itself; returns before they are gone."""
        self._call("shutdown")
