"""Looks at every service of a running stack."""

from dataclasses import dataclass

import requests

from box.errors import BoxError
from box.layout import Layout
from box.liveness import record
from box.liveness.record import Restart
from box.memory import used_mib
from box.ports import listens
from box.readiness import answers, local_session
from box.services import Service
from box.state import State
from box.supervision.control import UNREACHABLE, Control, ProcessState


@dataclass(frozen=True, slots=True)
class Status:
    """One service.

    Attributes:
        memory_mib: memory of its processes without pages of files, None when it does not run.
        restarts: when and why it was restarted since the box was started, other than by a command; the newest last.
        given_up: it was restarted too often and is left alone.
    """

    name: str
    state: str
    pid: int
    port: int
    ready: bool
    memory_mib: float | None
    limit_mib: int
    restarts: tuple[Restart, ...] = ()
    given_up: bool = False


def look(layout: Layout, known: State) -> list[Status]:
    """Return every service in the order of the table.

    Raises:
        BoxError: supervisord went away meanwhile.
    """
    try:
        states = Control(layout.socket).states()
    except UNREACHABLE as error:
        raise BoxError("the stack stopped just now") from error
    restarted = record.load(layout.liveness)
    with local_session() as session:
        return [
            Status(
                name=service.name,
                state=states[service.name].state,
                pid=states[service.name].pid,
                port=known.ports[service.name],
                ready=_is_ready(session, service, known, states[service.name]),
                memory_mib=used_mib(states[service.name].pid),
                limit_mib=service.memory_mib,
                restarts=restarted.of(service.name),
                given_up=service.name in restarted.given_up,
            )
            for service in known.settings.services
        ]


def _is_ready(session: requests.Session, service: Service, known: State, process: ProcessState) -> bool:
    return listens(process.pid, known.ports[service.name]) and answers(session, service, known.settings)
