"""Queries of a Prometheus for the pages: instant vectors, ranges, and the rules of an SLO."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import TYPE_CHECKING, TypeVar

import msgspec

from slo.observe.errors import ObserveError
from slo.observe.response import error_message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slo.observe.client import Client
    from slo.observe.response import Response

T = TypeVar("T")
Labels = dict[str, str]
_OK = 200
_TIMEOUT = "5s"
_AT_ONCE = 8
_PATIENCE = 5.0
"""Queries at a time: viewers wait rather than take all threads, and all of the server."""


class Sample(msgspec.Struct, frozen=True):
    """One series of an instant vector."""

    metric: Labels
    value: tuple[float, str] = (0.0, "NaN")

    @property
    def number(self) -> float:
        """Return the value; `NaN` and infinities are floats, too."""
        return float(self.value[1])


class Line(msgspec.Struct, frozen=True):
    """One series of a range: its labels, and pairs of time and value."""

    metric: Labels
    values: list[tuple[float, str]] = []


class Rule(msgspec.Struct, frozen=True):
    """An alerting or recording rule as the server runs it."""

    name: str
    query: str
    type: str = ""
    labels: Labels = {}
    annotations: Labels = {}
    state: str = ""


class Exemplar(msgspec.Struct, frozen=True):
    """A single observation, and labels that lead to it."""

    labels: Labels
    value: str
    timestamp: float


class Exemplified(msgspec.Struct, frozen=True, rename={"labels": "seriesLabels"}):
    """A series with its exemplars."""

    labels: Labels
    exemplars: list[Exemplar]


class _Group(msgspec.Struct, frozen=True):
    rules: list[Rule]


class _Groups(msgspec.Struct, frozen=True):
    groups: list[_Group]


class _Result(msgspec.Struct, frozen=True, rename={"kind": "resultType"}):
    kind: str
    result: msgspec.Raw


class _Matrix(msgspec.Struct, frozen=True):
    result: list[Line]


def _samples(found: _Result) -> list[Sample]:
    """Return an instant answer as samples: a number without labels, the last value of a range."""
    if found.kind == "vector":
        return msgspec.json.decode(found.result, type=list[Sample])
    if found.kind == "matrix":
        lines = msgspec.json.decode(found.result, type=list[Line])
        return [Sample(line.metric, line.values[-1]) for line in lines if line.values]
    return [Sample({}, msgspec.json.decode(found.result, type=tuple[float, str]))]


class Prometheus:
    """A server that speaks the Prometheus API, asked with limits on time and size."""

    def __init__(self, web: Client) -> None:
        self._web = web
        self.where = web.where
        self._free = BoundedSemaphore(_AT_ONCE)

    def instant(self, expression: str) -> list[Sample]:
        """Return the samples of an instant query.

        Raises:
            ObserveError: no answer, or an error.
        """
        found = self._data("query", {"query": expression, "timeout": _TIMEOUT}, _Result)
        try:
            return _samples(found)
        except msgspec.MsgspecError:
            raise ObserveError(self.where, "the answer of /api/v1/query is not that of Prometheus") from None

    def range(self, expression: str, start: float, end: float, step: float) -> list[Line]:
        """Return the series of a range query.

        Raises:
            ObserveError: no answer, or an error.
        """
        times = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:.3f}", "timeout": _TIMEOUT}
        return self._data("query_range", {"query": expression, **times}, _Matrix).result

    def rules(self, group: str) -> list[Rule]:
        """Return the rules of the groups of this name; of all groups where the server cannot filter.

        Raises:
            ObserveError: no answer, or an error.
        """
        parameters = {"rule_group[]": group, "exclude_alerts": "true"}
        return [rule for each in self._data("rules", parameters, _Groups).groups for rule in each.rules]

    def exemplars(self, selector: str, start: float, end: float) -> list[Exemplified]:
        """Return the exemplars of series.

        Raises:
            ObserveError: no answer, or an error.
        """
        given = {"query": selector, "start": f"{start:.3f}", "end": f"{end:.3f}"}
        return self._data("query_exemplars", given, list[Exemplified])

    def values(self, label: str, selector: str) -> list[str]:
        """Return the values of a label on series.

        Raises:
            ObserveError: no answer, or an error.
        """
        return self._data(f"label/{label}/values", {"match[]": selector, "limit": "500"}, list[str])

    def forward(self, path: str, parameters: Mapping[str, str | Sequence[str]]) -> Response:
        """Return the answer as it is, whatever its status.

        Raises:
            ObserveError: no answer in time, or one that is too large.
        """
        if not self._free.acquire(timeout=_PATIENCE):
            raise ObserveError(self.where, "too many queries at once; try again")
        try:
            return self._web.get(f"/api/v1/{path}", parameters)
        finally:
            self._free.release()

    def _data(self, path: str, parameters: Mapping[str, str | Sequence[str]], kind: type[T]) -> T:
        page = self.forward(path, parameters)
        if page.status != _OK:
            said = error_message(page)
            raise ObserveError(self.where, said or f"/api/v1/{path} answers with status {page.status}")
        try:
            return msgspec.json.decode(page.text, type=_answer(kind)).data
        except msgspec.MsgspecError:
            raise ObserveError(self.where, f"the answer of /api/v1/{path} is not that of Prometheus") from None


_ANSWERS: dict[type, type] = {}


def _answer(kind: type) -> type:
    """Return the type of an answer whose data has this type."""
    if kind not in _ANSWERS:
        _ANSWERS[kind] = msgspec.defstruct("Answer", [("status", str), ("data", kind)])
    return _ANSWERS[kind]
