"""Waits until every service answers that it is ready."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import requests

from box.http import LocalSession
from box.ports import listens
from box.services import Service
from box.settings import Settings
from box.supervision.control import UNREACHABLE, Control, ProcessState

POLL_SECONDS = 0.1
ANSWER_SECONDS = 2.0
GIVEN_UP = "FATAL"


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far one service has come; `seconds` is when it was first ready, counted from the start of the wait."""

    name: str
    process: str
    ready: bool
    seconds: float | None


Show = Callable[[Sequence[Readiness]], None]


class NotReadyError(Exception):
    """The wait ended without all services ready; `names` are the ones that are not."""

    def __init__(self, names: tuple[str, ...], reason: str) -> None:
        super().__init__(reason)
        self.names = names
        self.reason = reason


def answers(session: requests.Session, service: Service, settings: Settings) -> bool:
    """Return whether the service says that it is ready."""
    try:
        return session.get(settings.url(service.name) + service.ready_path).ok
    except requests.RequestException:
        return False


def local_session() -> requests.Session:
    """Return a session that waits shortly for each answer."""
    return LocalSession(ANSWER_SECONDS)


def wait_ready(settings: Settings, control: Control, seconds: float, show: Show) -> None:
    """Wait until all services are ready, showing each step.

    Args:
        settings: where they listen.
        control: supervisord, which knows when it gave one up.
        seconds: how long to wait at most.
        show: called after each look with the readiness of every service.

    Raises:
        NotReadyError: a service was given up, supervisord went away, or the time is over.
    """
    begun = time.monotonic()
    ready_at: dict[str, float] = {}
    with local_session() as session:
        while True:
            states = _states(control)
            _look(session, settings, states, ready_at, begun)
            show([_readiness(service.name, states, ready_at) for service in settings.services])
            if len(ready_at) == len(settings.services):
                return
            _refuse_given_up(states)
            if time.monotonic() - begun > seconds:
                missing = tuple(service.name for service in settings.services if service.name not in ready_at)
                raise NotReadyError(missing, f"not ready after {seconds:.0f} s: {', '.join(missing)}")
            time.sleep(POLL_SECONDS)


def _states(control: Control) -> dict[str, ProcessState]:
    try:
        return control.states()
    except UNREACHABLE:
        raise NotReadyError((), "supervisord, which runs the services, ended meanwhile") from None


def _look(
    session: requests.Session,
    settings: Settings,
    states: Mapping[str, ProcessState],
    ready_at: dict[str, float],
    begun: float,
) -> None:
    for service in settings.services:
        if service.name in ready_at or service.name not in states:
            continue
        # A stranger that took the port a moment ago may answer as well: it must be our process that listens.
        ours = listens(states[service.name].pid, settings.ports[service.name])
        if ours and answers(session, service, settings):
            ready_at[service.name] = time.monotonic() - begun


def _readiness(name: str, states: Mapping[str, ProcessState], ready_at: Mapping[str, float]) -> Readiness:
    process = states[name].state if name in states else "UNKNOWN"
    return Readiness(name, process, name in ready_at, ready_at.get(name))


def _refuse_given_up(states: Mapping[str, ProcessState]) -> None:
    dead = tuple(name for name, state in states.items() if state.state == GIVEN_UP)
    if dead:
        raise NotReadyError(dead, f"ended again and again: {', '.join(dead)}")
