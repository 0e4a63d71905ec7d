"""The text of /metrics: the text format of Prometheus, or OpenMetrics."""

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
    """The metrics of one scrape."""

    complete = False

    def __init__(self, where: str, text: str) -> None:
        """Parse the text.

        Raises:
            ObserveError: it has another format.
        """
        self.where = where
        self._types: dict[str, str] = {}
        self._units: dict[str, str] = {}
        self._highest: dict[str, float] = {}
        self._series: dict[str, list[Series]] = {}
        for number, line in enumerate(text.split("\n"), 1):
            self._read(number, line.rstrip("\r"))
        if not self._series:
            raise ObserveError(where, "no metrics in it")

    def _read(self, number: int, line: str) -> None:
        if line.startswith("#"):
            for known, pattern in ((self._types, _TYPE), (self._units, _UNIT)):
                if comment := pattern.match(line):
                    known[comment.group(1).strip('"')] = comment.group(2)
            return
        if not line.strip():
            return
        sample = _SAMPLE.fullmatch(line)
        inside = (sample.group(2) or "") if sample else ""
        quoted = _QUOTED_NAME.match(inside) if sample and not sample.group(1) else None
        inside = inside[quoted.end() :] if quoted else inside
        if sample is None or not _is_number(sample.group(3)) or _LABEL.sub("", inside).strip(" ,\t"):
            shown = line.strip()[:40]
            raise ObserveError(self.where, f'line {number} is not in the Prometheus text format: "{shown}"')
        name = sample.group(1) or (_plain(quoted.group(1)) if quoted else "")
        labels = {label.strip('"'): _plain(value) for label, value in _LABEL.findall(inside)}
        self._series.setdefault(name, []).append(labels)
        value = float(sample.group(3))
        if value == value:  # noqa: PLR0124 - not NaN
            self._highest[name] = max(value, self._highest.get(name, value))

    def kind(self, name: str) -> str:
        """Return the `# TYPE` of the metric or its family; empty if unknown."""
        family = next((name.removesuffix(s) for s in _SUFFIXES if name.endswith(s)), name)
        kind = self._types.get(name) or self._types.get(family, "")
        return "" if kind in {"unknown", "untyped"} else kind

    def unit(self, name: str) -> str:
        """Return the `# UNIT` of the metric, as in OpenMetrics; empty without one."""
        return self._units.get(name, "")

    def highest(self, name: str) -> float | None:
        """Return the largest value of the metric, or None without a series."""
        return self._highest.get(name)

    def series(self, name: str, labels: Iterable[str]) -> Sequence[Series]:
        """Return the distinct values of these labels."""
        wanted = tuple(labels)
        found = {tuple(series.get(label, "") for label in wanted): None for series in self._series.get(name, ())}
        return [{label: value for label, value in zip(wanted, values, strict=True) if value} for values in found]

    def labels(self, name: str) -> Sequence[str]:
        """Return all labels of the metric's series."""
        return sorted({label for series in self._series.get(name, ()) for label in series})

    def names(self) -> Sequence[str]:
        """Return all metrics that have series."""
        return list(self._series)


def _plain(text: str) -> str:
    """Return a label value without its escapes."""
    return _ESCAPE.sub(lambda m: "\n" if m.group(1) == "n" else m.group(1), text) if "\\" in text else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
