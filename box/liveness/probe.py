"""Asks services whether they are alive."""

import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

import requests

from box.http import LocalSession
from box.liveness.watch import Seen
from box.services import Service
from box.settings import Settings
from box.supervision.control import ProcessState

ANSWER_SECONDS = 4.0
"""Less than the five seconds between two passes."""


def probe(services: Collection[Service], settings: Settings, states: Mapping[str, ProcessState]) -> dict[str, Seen]:
    """Return one probe of each service; all are asked at the same time."""
    with ThreadPoolExecutor(len(services)) as pool:
        seen = pool.map(lambda service: _probe(service, settings, states[service.name]), services)
        return {service.name: each for service, each in zip(services, seen, strict=True)}


def _probe(service: Service, settings: Settings, state: ProcessState) -> Seen:
    asked = time.time()
    answered = bool(state.pid) and _answers(settings.url(service.name) + service.alive_path)
    return Seen(state.pid, state.started, asked, time.time(), answered)


def _answers(url: str) -> bool:
    """Return whether an HTTP response comes; any status will do, for a process that refuses is alive."""
    try:
        with LocalSession(ANSWER_SECONDS) as session:
            session.get(url, allow_redirects=False, stream=True)
    except requests.RequestException:
        return False
    return True
