"""A Prometheus server, or another with its API: Mimir, Thanos, VictoriaMetrics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

import msgspec

from slo.observe.access import ANONYMOUS, Access
from slo.observe.client import Client
from slo.observe.errors import ObserveError, TooLargeError
from slo.observe.response import error_message, refusal
from slo.promql import naming, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.observe.metrics import Series
    from slo.observe.response import Response

T = TypeVar("T")
_LAST_SLASHES = re.compile(r"(?<![:/])/+$")
_FINE = 200


class _Answer(msgspec.Struct):
    status: str
    data: object = None


class _Row(msgspec.Struct):
    metric: dict[str, str]


class _Vector(msgspec.Struct):
    result: list[_Row]


class _Sample(msgspec.Struct):
    value: tuple[float, str]


class _Samples(msgspec.Struct):
    result: list[_Sample]


class _Metadata(msgspec.Struct):
    type: str = ""
    unit: str = ""


class Server:
    """One server, by its base URL."""

    complete = True

    def __init__(self, url: str, access: Access = ANONYMOUS) -> None:
        """Request nothing yet.

        Raises:
            ObserveError: the address or a certificate cannot be used.
        """
        self._client = Client(_LAST_SLASHES.sub("", url), access)
        self.where = self._client.where
        self._responses: dict[str, object] = {}

    def refusal(self) -> str:
        """Return why this is no Prometheus API; empty if it is one."""
        response = self._get("query", {"query": "1"})
        try:
            right = response.status == _FINE and msgspec.json.decode(response.text, type=_Answer).status == "success"
        except msgspec.MsgspecError:
            right = False
        return "" if right else refusal(response, credentials=response.authenticated)

    def query(self, expression: str) -> list[Series]:
        """Return the labels of the result of an instant query."""
        return [row.metric for row in self.get("query", {"query": expression}, _Vector).result]

    def series(self, name: str, labels: Iterable[str]) -> Sequence[Series] | None:
        """Return the distinct values of these labels among the series of the last minutes; None if too many."""
        try:
            return self.query(f"group by ({naming.labels(labels)}) ({{__name__={quote(name)}}})")
        except TooLargeError:
            return None

    def labels(self, name: str) -> Sequence[str]:
        """Return all labels that the metric had recently."""
        found = self.optional("labels", {"match[]": f"{{__name__={quote(name)}}}"}, list[str])
        return [label for label in found or () if label != "__name__"]

    def kind(self, name: str) -> str:
        """Return the type from the metadata of targets; empty if unknown."""
        families = [name.removesuffix(s) for s in ("_bucket", "_count", "_sum", "_total") if name.endswith(s)]
        for known in (name, *families):
            kinds = {entry.type for entry in self._metadata(known)} - {"", "unknown", "untyped"}
            if kinds:
                return kinds.pop() if len(kinds) == 1 else ""
        return ""

    def unit(self, name: str) -> str:
        """Return the unit from the metadata of targets; empty if they differ or give none."""
        units = {entry.unit for entry in self._metadata(name)} - {""}
        return units.pop() if len(units) == 1 else ""

    def highest(self, name: str) -> float | None:
        """Return the largest value of the last minutes, or None without a series."""
        found = self.optional("query", {"query": f"max({{__name__={quote(name)}}})"}, _Samples)
        return float(found.result[0].value[1]) if found and found.result else None

    def _metadata(self, name: str) -> Sequence[_Metadata]:
        data = self.optional("metadata", {"metric": name}, dict[str, list[_Metadata]]) or {}
        return data.get(name, ())

    def names(self) -> Sequence[str]:
        """Return all metric names; none if they are too many."""
        return self.optional("label/__name__/values", {}, list[str]) or []

    def optional(self, path: str, parameters: dict[str, str], kind: type[T]) -> T | None:
        """Return the data of an endpoint, or None if the server has no such endpoint or the data is too large."""
        try:
            return self.get(path, parameters, kind)
        except ObserveError:
            return None

    def get(self, path: str, parameters: dict[str, str], kind: type[T]) -> T:
        """Return the data of an endpoint; each request is sent once.

        Raises:
            ObserveError: no response, or one of another kind.
        """
        key = f"{path}?{urlencode(parameters)}"
        if key not in self._responses:
            self._responses[key] = self._data(path, self._get(path, parameters))
        try:
            return msgspec.convert(self._responses[key], kind)
        except msgspec.ValidationError:
            raise ObserveError(self.where, f"/api/v1/{path} is not a response of the Prometheus API") from None

    def _data(self, path: str, response: Response) -> object:
        if response.status != _FINE:
            own = error_message(response)
            message = f"/api/v1/{path} answers with status {response.status}"
            raise ObserveError(self.where, f"{message}: {own}" if own else message)
        try:
            return msgspec.json.decode(response.text, type=_Answer).data
        except msgspec.MsgspecError:
            raise ObserveError(self.where, f"/api/v1/{path} is not a response of the Prometheus API") from None

    def _get(self, path: str, parameters: dict[str, str]) -> Response:
        return self._client.get(f"/api/v1/{path}", parameters)
