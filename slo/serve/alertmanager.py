"""Queries of an Alertmanager: who was notified of which alerts, and what is silenced."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec

from slo.observe.errors import ObserveError

if TYPE_CHECKING:
    from slo.observe.client import Client

T = TypeVar("T")
Labels = dict[str, str]
_OK = 200


class Receiver(msgspec.Struct, frozen=True):
    """Where notifications go."""

    name: str


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """Whether an alert is notified: `active`, or `suppressed` by these silences and alerts."""

    state: str
    silenced_by: list[str] = []
    inhibited_by: list[str] = []


class Notified(msgspec.Struct, frozen=True, rename="camel"):
    """An alert as Alertmanager has it."""

    labels: Labels
    receivers: list[Receiver]
    status: Status
    starts_at: datetime
    generator_url: str = msgspec.field(default="", name="generatorURL")


class Matcher(msgspec.Struct, frozen=True, rename="camel"):
    """A matcher of a silence."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def __str__(self) -> str:
        operator = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}
        return f'{self.name}{operator[self.is_regex, self.is_equal]}"{self.value}"'


class SilenceState(msgspec.Struct, frozen=True):
    """`active`, `pending` or `expired`."""

    state: str


class Silence(msgspec.Struct, frozen=True, rename="camel"):
    """A silence, and who made it."""

    id: str
    matchers: list[Matcher]
    status: SilenceState
    created_by: str
    comment: str
    ends_at: datetime


class Alertmanager:
    """A server that speaks version 2 of the Alertmanager API."""

    def __init__(self, web: Client) -> None:
        self._web = web
        self.where = web.where

    def alerts(self) -> list[Notified]:
        """Return all alerts that Alertmanager has now.

        Raises:
            ObserveError: no answer, or not that of an Alertmanager.
        """
        return self._get("alerts", list[Notified])

    def silences(self) -> list[Silence]:
        """Return the silences that have not expired.

        Raises:
            ObserveError: as above.
        """
        return [each for each in self._get("silences", list[Silence]) if each.status.state != "expired"]

    def _get(self, path: str, kind: type[T]) -> T:
        page = self._web.get(f"/api/v2/{path}")
        if page.status != _OK:
            raise ObserveError(self.where, f"/api/v2/{path} answers with status {page.status}")
        try:
            return msgspec.json.decode(page.text, type=kind)
        except msgspec.MsgspecError:
            raise ObserveError(self.where, f"the answer of /api/v2/{path} is not that of Alertmanager") from None
