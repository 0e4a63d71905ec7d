"""Talks to a running supervisord over its socket."""

import http.client
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

ANSWER_SECONDS = 15

UNREACHABLE = (OSError, xmlrpc.client.Error, http.client.HTTPException)
"""Raised by a call when supervisord does not answer, or something else does."""


def _transport(path: Path) -> SupervisorTransport:
    """Return supervisor's own transport, with a timeout, which it lacks."""
    transport = SupervisorTransport(serverurl=f"unix://{path}")
    make = transport._get_connection  # noqa: SLF001 - the one place where the socket can be reached

    def connect() -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection = make()
        connection.connect()
        connection.sock.settimeout(ANSWER_SECONDS)
        return connection

    transport._get_connection = connect  # noqa: SLF001 - as above
    return transport


@dataclass(frozen=True, slots=True)
class ProcessState:
    """The state of one service; `pid` is 0 when it does not run, `started` in seconds since epoch."""

    name: str
    state: str
    pid: int
    started: int
    reason: str


class Control:
    """Calls to supervisord; each raises one of UNREACHABLE without an answer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _call(self, method: str, *arguments: str | bool) -> Any:  # noqa: ANN401 -- XML-RPC answers anything
        with xmlrpc.client.ServerProxy("http://localhost", transport=_transport(self._path)) as server:
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
        """Start a service, unless it runs."""
        try:
            self._call("startProcess", name, False)  # noqa: FBT003 -- XML-RPC has no keywords: do not wait
        except xmlrpc.client.Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def stop(self, name: str) -> None:
        """Stop a service, and keep it stopped; do not wait for its end."""
        self._call("stopProcess", name, False)  # noqa: FBT003 -- as above

    def signal(self, name: str, pid: int, signal: str) -> None:
        """Send a signal, such as TERM, to a service if this is still its process."""
        if self.states()[name].pid != pid:
            return
        try:
            self._call("signalProcess", name, signal)
        except xmlrpc.client.Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise

    def restart(self, name: str) -> None:
        """Stop a service, with SIGKILL if needed, and start it again."""
        try:
            self._call("stopProcess", name)
        except xmlrpc.client.Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise
        self.start(name)

    def shutdown(self) -> None:
        """Stop all services and supervisord itself; do not wait for their end.

        supervisord alone would stop one service after the other.
        """
        self._call("stopAllProcesses", False)  # noqa: FBT003 -- as above
        self._call("shutdown")
