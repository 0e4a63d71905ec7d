"""One row of the table: an action on the stack, and the alerts that it must raise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bench.fullbox import FullBox
    from tests.e2e.redis_server import RedisServer


class AlertKey(NamedTuple):
    """An alert by name and severity: some alerts page in one case and are a ticket in another."""

    name: str
    severity: str


def pages(*names: str) -> tuple[AlertKey, ...]:
    """Return these alerts as pages."""
    return tuple(AlertKey(name, "page") for name in names)


def tickets(*names: str) -> tuple[AlertKey, ...]:
    """Return these alerts as tickets."""
    return tuple(AlertKey(name, "ticket") for name in names)


@dataclass(frozen=True, slots=True)
class Stage:
    """What the rows act on."""

    box: FullBox
    redis: RedisServer | None


Action = Callable[[Stage], AbstractContextManager[None]]
"""Changes the stack until the block ends."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        name: what is done, as the table shows it.
        action: how.
        expected: what must fire while it lasts.
        after: what must fire once it has ended.
        may_page: pages that may come and need not; any other page is a failure.
        least: how long it lasts at least, in seconds, so that what must not fire has its time.
        most: how long it lasts at most, and how long `after` is waited for.
    """

    name: str
    action: Action
    expected: tuple[AlertKey, ...] = ()
    after: tuple[AlertKey, ...] = ()
    may_page: tuple[str, ...] = ()
    least: float = 5.0
    most: float = 120.0

    @property
    def wanted(self) -> tuple[AlertKey, ...]:
        """Return all alerts that the row must raise."""
        return (*self.expected, *self.after)
