"""Reads the text that a program shows under /metrics: the text format of Prometheus, or OpenMetrics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.observe.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slo.observe.metrics import Series

_TYPE = re.compile(r"#[ \t]+TYPE[ \t]+(\S+)[ \t]+(\w+)")
_UNIT = re.compile(r"#[ \t]+UNIT[ \t]+(\S+)[ \t]+(\S+)")
_SAMPLE = re.compile(
    r"[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)?[ \t]*(?:\{((?:[^\"}]|\"(?:[^\"\\]|\\.)*\")*)\})?[ \t]+([-+.\w]+)(?:[ \t].*)?"
)
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*|"(?:[^"\\]|\\.)*")[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"')
_QUOTED_NAME = re.compile(r'[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(?:,|$)')
_ESCAPE = re.compile(r"\\(.)")
_SUFFIXES = ("_bucket", "_count", "_sum", "_total", "_created")


class Exposition:
    """The metrics of one program at one moment."""

    complete = False

    def __init__(self, where: str, text: str) -> None:
        """Read the text.

        Raises:
            ObserveError: it is not in one of the formats.
        """
        self.where = where
        self._types: dict[str, str] = {}
        self._units: dict[str, str] = {}
        self._highest: dict[str, float] = {}
        self._series: dict[str, list[Series]] = {}
        for number, line in enumerate(text.split("\n"), 1):
            self._read(number, line.rstrip("\r"))
        if not self._series:
            raise ObserveError(where, "it holds no metrics")

    def _read(self, number: int, line: str) -> None:
        if line.startswith("#"):
            for known, pattern in ((self._types, _TYPE), (self._units, _UNIT)):
                if said := pattern.match(line):
                    known[said.group(1).strip('"')] = said.group(2)
            return
        if not line.strip():
            return
        sample = _SAMPLE.fullmatch(line)
        inside = (sample.group(2) or "") if sample else ""
        quoted = _QUOTED_NAME.match(inside) if sample and not sample.group(1) else None
        inside = inside[quoted.end() :] if quoted else inside
        if sample is None or not _is_number(sample.group(3)) or _LABEL.sub("", inside).strip(" ,\t"):
            shown = line.strip()[:40]
            raise ObserveError(self.where, f'line {number} is not in the text format of Prometheus: "{shown}"')
        name = sample.group(1) or (_plain(quoted.group(1)) if quoted else "")
        labels = {label.strip('"'): _plain(value) for label, value in _LABEL.findall(inside)}
        self._series.setdefault(name, []).append(labels)
        value = float(sample.group(3))
        if value == value:  # noqa: PLR0124 - not NaN
            self._highest[name] = max(value, self._highest.get(name, value))

    def kind(self, name: str) -> str:
        """The type that stands above the metric, or above the family that it belongs to."""
        family = next((name.removesuffix(s) for s in _SUFFIXES if name.endswith(s)), name)
        said = self._types.get(name) or self._types.get(family, "")
        return "" if said in {"unknown", "untyped"} else said

    def unit(self, name: str) -> str:
        """The unit that stands above the metric, as OpenMetrics has it."""
        return self._units.get(name, "")

    def highest(self, name: str) -> float | None:
        """The largest value of the metric."""
        return self._highest.get(name)

    def series(self, name: str, labels: Iterable[str]) -> Sequence[Series]:
        """The different values of these labels."""
        wanted = tuple(labels)
        found = {tuple(series.get(label, "") for label in wanted): None for series in self._series.get(name, ())}
        return [{label: value for label, value in zip(wanted, values, strict=True) if value} for values in found]

    def labels(self, name: str) -> Sequence[str]:
        """All labels of the metric's series."""
        return sorted({label for series in self._series.get(name, ()) for label in series})

    def names(self) -> Sequence[str]:
        """All metrics that have series."""
        return list(self._series)


def _plain(text: str) -> str:
    """A label value without its escapes."""
    return _ESCAPE.sub(lambda m: "\n" if m.group(1) == "n" else m.group(1), text) if "\\" in text else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
