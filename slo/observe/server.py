"""Asks a Prometheus server, or what speaks its API: Mimir, Thanos, VictoriaMetrics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

import msgspec

from slo.observe.access import ANONYMOUS, Access
from slo.observe.errors import ObserveError, TooLargeError
from slo.observe.refusing import own_words, refusal
from slo.observe.web import Web
from slo.promql import naming, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.observe.metrics import Series
    from slo.observe.web import Page

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
        """Nothing is requested yet.

        Raises:
            ObserveError: the address or a certificate cannot be used.
        """
        self._web = Web(_LAST_SLASHES.sub("", url), access)
        self.where = self._web.where
        self._asked: dict[str, object] = {}

    def refusal(self) -> str:
        """Return why nothing can be asked here; empty where the API answers."""
        page = self._page("query", {"query": "1"})
        try:
            right = page.status == _FINE and msgspec.json.decode(page.text, type=_Answer).status == "success"
        except msgspec.MsgspecError:
            right = False
        return "" if right else refusal(page, credentials=page.authenticated)

    def query(self, expression: str) -> list[Series]:
        """The labels of what an instant query gives."""
        return [row.metric for row in self.get("query", {"query": expression}, _Vector).result]

    def series(self, name: str, labels: Iterable[str]) -> Sequence[Series] | None:
        """The different values of these labels among the series of the last minutes."""
        try:
            return self.query(f"group by ({naming.labels(labels)}) ({{__name__={quote(name)}}})")
        except TooLargeError:
            return None

    def labels(self, name: str) -> Sequence[str]:
        """All labels that the metric had lately."""
        found = self.optional("labels", {"match[]": f"{{__name__={quote(name)}}}"}, list[str])
        return [label for label in found or () if label != "__name__"]

    def kind(self, name: str) -> str:
        """What targets say about the metric; empty where the server does not keep it."""
        families = [name.removesuffix(s) for s in ("_bucket", "_count", "_sum", "_total") if name.endswith(s)]
        for known in (name, *families):
            kinds = {entry.type for entry in self._metadata(known)} - {"", "unknown", "untyped"}
            if kinds:
                return kinds.pop() if len(kinds) == 1 else ""
        return ""

    def unit(self, name: str) -> str:
        """What targets say about the metric; empty where they differ, or say nothing."""
        units = {entry.unit for entry in self._metadata(name)} - {""}
        return units.pop() if len(units) == 1 else ""

    def highest(self, name: str) -> float | None:
        """The largest value of the last minutes."""
        found = self.optional("query", {"query": f"max({{__name__={quote(name)}}})"}, _Samples)
        return float(found.result[0].value[1]) if found and found.result else None

    def _metadata(self, name: str) -> Sequence[_Metadata]:
        data = self.optional("metadata", {"metric": name}, dict[str, list[_Metadata]]) or {}
        return data.get(name, ())

    def names(self) -> Sequence[str]:
        """All metrics; none where they are too many."""
        return self.optional("label/__name__/values", {}, list[str]) or []

    def optional(self, path: str, parameters: dict[str, str], kind: type[T]) -> T | None:
        """What an endpoint answers, or None where the server has no such thing or it is too large."""
        try:
            return self.get(path, parameters, kind)
        except ObserveError:
            return None

    def get(self, path: str, parameters: dict[str, str], kind: type[T]) -> T:
        """The data of an answer; each question is asked once.

        Raises:
            ObserveError: there is no answer, or not of this kind.
        """
        key = f"{path}?{urlencode(parameters)}"
        if key not in self._asked:
            self._asked[key] = self._data(path, self._page(path, parameters))
        try:
            return msgspec.convert(self._asked[key], kind)
        except msgspec.ValidationError:
            raise ObserveError(self.where, f"/api/v1/{path} answers otherwise than Prometheus does") from None

    def _data(self, path: str, page: Page) -> object:
        if page.status != _FINE:
            own = own_words(page)
            said = f"/api/v1/{path} answers with status {page.status}"
            raise ObserveError(self.where, f"{said}: {own}" if own else said)
        try:
            return msgspec.json.decode(page.text, type=_Answer).data
        except msgspec.MsgspecError:
            raise ObserveError(self.where, f"/api/v1/{path} answers otherwise than Prometheus does") from None

    def _page(self, path: str, parameters: dict[str, str]) -> Page:
        return self._web.get(f"/api/v1/{path}", parameters)
