"""Visitors of the shop: requests one after the other over connections that stay open."""

from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import chain
from typing import TYPE_CHECKING

from bench.cost import CommandFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

_VISITORS = 2
_IN_A_ROW = 25
_OK = 300


@dataclass(frozen=True, slots=True)
class Page:
    """What visitors do: the name for the table, and the tiers that a request passes."""

    name: str
    method: str
    path: str
    tiers: tuple[str, ...]


CATALOGUE = Page("catalogue page", "GET", "/products", ("web", "catalog"))
ORDER = Page("order", "POST", "/api/checkout", ("web", "orders"))
_ORDER = json.dumps({"items": [{"sku": "mug", "quantity": 1}], "email": "customer@example.org"})


def visit(ports: Mapping[str, int], page: Page, requests: int) -> dict[str, list[float]]:
    """Seconds that the requests to each shop took, so many to each.

    The shops take turns every few requests, so that all of them meet the same machine.

    Raises:
        CommandFailedError: a request failed.
    """
    taken: dict[str, list[float]] = {name: [] for name in ports}
    visitors = [
        {name: HTTPConnection("127.0.0.1", port, timeout=30) for name, port in ports.items()} for _ in range(_VISITORS)
    ]
    order = list(ports)
    with ThreadPoolExecutor(_VISITORS) as pool:
        for _ in range(requests // (_VISITORS * _IN_A_ROW)):
            order.append(order.pop(0))  # nobody is always the one who comes after the dearest
            for name in order:
                turns = [pool.submit(_in_a_row, visitor[name], page) for visitor in visitors]
                taken[name] += chain.from_iterable(turn.result() for turn in turns)
    return taken


def _in_a_row(connection: HTTPConnection, page: Page) -> list[float]:
    taken = []
    for _ in range(_IN_A_ROW):
        start = time.perf_counter()
        _request(connection, page)
        taken.append(time.perf_counter() - start)
    return taken


def _request(connection: HTTPConnection, page: Page) -> None:
    if page.method == "GET":
        connection.request("GET", page.path)
    else:
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        connection.request("POST", page.path, _ORDER, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status >= _OK:
        raise CommandFailedError(f"{page.method} {page.path} answered {answer.status}")
