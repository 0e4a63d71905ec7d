"""Answers that viewers share: each is asked for once, however many wait for it, and kept for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")
_FAILED = 3.0
"""Seconds for which a failure is shared, too: a server that is down is not asked by each viewer."""


@dataclass(frozen=True, slots=True)
class _Flight(Generic[T]):
    """A question under way, or its answer."""

    begun: float
    answer: Future[T] = field(default_factory=Future)

    def serves(self, now: float, age: float) -> bool:
        """Return whether a viewer waits for this answer, or takes it, instead of asking again."""
        if not self.answer.done():
            return True
        return now - self.begun < (_FAILED if self.answer.exception() else age)


class Shared(Generic[T]):
    """Answers by what was asked; the ones used least recently are dropped."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._lock = Lock()
        self._flights: OrderedDict[Hashable, _Flight[T]] = OrderedDict()

    def get(self, key: Hashable, age: float, ask: Callable[[], T]) -> T:
        """Return an answer of at most `age` seconds; what `ask` raises is raised for all who wait."""
        now = time.monotonic()
        with self._lock:
            flight = self._flights.get(key)
            mine = flight is None or not flight.serves(now, age)
            if flight is None or mine:
                flight = self._flights[key] = _Flight(now)
            self._flights.move_to_end(key)
            while len(self._flights) > self._most:
                self._flights.popitem(last=False)
        if mine:
            try:
                flight.answer.set_result(ask())
            except BaseException as error:  # noqa: BLE001 - raised below, for everyone who waits
                flight.answer.set_exception(error)
        return flight.answer.result()

    def forget(self, key: Hashable) -> None:
        """Drop an answer."""
        with self._lock:
            self._flights.pop(key, None)
