"""Finds the log store that runs, natively or in docker compose, and searches it."""

import time
from collections.abc import Mapping
from dataclasses import replace

from box import addresses, stack
from box.errors import BoxError, BrokenError
from box.layout import Layout
from box.logs import store as logs
from box.logs.store import LogStore, Record, Wanted
from box.servers import LOG_STORES, READY_PATHS, Servers
from box.settings import read_ports

PORT_VARIABLES = {"loki": "LOKI_PORT", "victoria-logs": "VICTORIALOGS_PORT"}
START = "start one: make up FULL=1, or docker compose up"


def search(
    layout: Layout, environment: Mapping[str, str], wanted: Wanted, seconds: float, limit: int
) -> tuple[LogStore, list[Record]]:
    """Return the store and its newest records of the last `seconds`, the oldest first.

    Raises:
        BoxError: no log store runs, or it does not answer.
    """
    servers = find(layout, environment)
    store = logs.store(servers)
    if store is None:
        raise BoxError("the stack runs without logs and traces; start it with them: make down && make up FULL=1")
    now = time.time()
    try:
        with servers.session:
            return store, list(reversed(store.records(wanted, now - seconds, now + 1, limit)))
    except BrokenError as error:
        raise BoxError(str(error)) from None


def find(layout: Layout, environment: Mapping[str, str]) -> Servers:
    """Return the servers of this container, of the native box, or of compose's published ports, in this order.

    Raises:
        BoxError: none runs, or a port is missing.
    """
    if inside := addresses.from_environment(environment):
        return inside
    if known := stack.running(layout):
        return addresses.from_state(known)
    return _published(layout, environment)


def _published(layout: Layout, environment: Mapping[str, str]) -> Servers:
    ports = read_ports(layout.root / ".env", environment, PORT_VARIABLES)
    urls = {name: f"http://127.0.0.1:{ports[name]}" for name in LOG_STORES}
    servers = Servers(urls, "compose", "docker compose up -d {name}")
    for name, url in urls.items():
        if _answers(servers, name):
            return replace(servers, urls={name: url})
    servers.session.close()
    tried = " nor ".join(f"{name} at {url}" for name, url in urls.items())
    raise BoxError(f"no log store answers, neither {tried}; {START}")


def _answers(servers: Servers, name: str) -> bool:
    try:
        return servers.send("GET", name, READY_PATHS[name]).status_code < logs.FAILED
    except BrokenError:
        return False
