"""How PromQL is read and spelled: durations, selectors, quoting."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_UNITS_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_DURATION_UNITS = {"w": 604_800_000, **_UNITS_MS}
_DURATION = re.compile(r"(?:\d+(?:ms|[wdhms]))+")
_DURATION_PART = re.compile(r"(\d+)(ms|[wdhms])")
_PLAIN_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_PLAIN_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_NEEDS_NO_ESCAPE = re.compile(r"[ !#-\[\]-~]*")
_OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}
_RAW_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`([^`]*)`')


class PromqlError(ValueError):
    """A text is not what PromQL allows at this place; the message says why, in one line."""


def parse_duration(text: str) -> Decimal:
    """Seconds of a Prometheus duration such as `5m`, `1h30m` or `300ms`.

    Raises:
        PromqlError: the text is no duration, or names no time at all.
    """
    if not _DURATION.fullmatch(text):
        msg = f'"{text}" is not a duration; write a number and a unit (ms, s, m, h, d, w), as in 30s or 5m'
        raise PromqlError(msg)
    millis = sum(int(number) * _DURATION_UNITS[unit] for number, unit in _DURATION_PART.findall(text))
    if millis == 0:
        msg = f'"{text}" is no time at all; a duration must be longer than zero'
        raise PromqlError(msg)
    return Decimal(millis) / 1000


@lru_cache(maxsize=1024)
def duration(seconds: float | Decimal) -> str:
    """The duration as Prometheus spells it, days the largest unit: 300 is `5m`, 4.5 is `4s500ms`, 604800 is `7d`."""
    millis = int(Decimal(str(seconds)) * 1000)
    parts = []
    for unit, size in _UNITS_MS.items():
        count, millis = divmod(millis, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def quote(text: str) -> str:
    """A PromQL string literal that means exactly this text, whatever it contains."""
    if _NEEDS_NO_ESCAPE.fullmatch(text):
        return f'"{text}"'
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", _escape_control, escaped) + '"'


def _escape_control(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; `op` is one of `=`, `!=`, `=~`, `!~`."""

    label: str
    op: str
    value: str

    def __str__(self) -> str:
        """The matcher as PromQL."""
        return f"{self.label}{self.op}{quote(self.value)}"


@dataclass(frozen=True, slots=True)
class Selector:
    """An instant vector selector: a metric name, or none, and matchers."""

    name: str
    matchers: tuple[Matcher, ...] = ()

    def __str__(self) -> str:
        """The selector as PromQL, spelled the same way whatever the user's spelling was."""
        inside = ",".join(map(str, self.matchers))
        return f"{self.name}{{{inside}}}" if inside else self.name

    def renamed(self, name: str, *more: Matcher) -> Selector:
        """The same matchers, and more, on another metric."""
        return Selector(name, (*self.matchers, *more))


@lru_cache(maxsize=4096)
def parse_selector(text: str) -> Selector:
    """Read a plain vector selector.

    Raises:
        PromqlError: the text does not parse, or is more than a selector (a function, an operator, `offset`, `@`).
    """
    import promql_parser  # noqa: PLC0415 - 25 ms that commands without queries need not pay

    try:
        tree = promql_parser.parse(_without_raw_strings(text))
    except ValueError as error:
        raise PromqlError(str(error)) from None
    if not isinstance(tree, promql_parser.VectorSelector):
        msg = 'this is an expression; only a vector selector such as requests_total{job="api"} is possible here'
        raise PromqlError(msg)
    if tree.offset is not None or tree.at is not None:
        msg = "a selector with `offset` or `@` cannot be counted; leave the modifier out"
        raise PromqlError(msg)
    if tree.matchers.or_matchers:
        msg = "matchers joined by `or` are not PromQL that Prometheus reads; use a regular expression"
        raise PromqlError(msg)
    matchers = tuple(Matcher(_label(m.name), _OPERATORS[str(m.op)], m.value) for m in tree.matchers.matchers)
    return _named(tree.name or "", matchers)


def _named(name: str, matchers: tuple[Matcher, ...]) -> Selector:
    """`{__name__="x"}` is spelled `x`, so that two spellings of one selector compare equal."""
    names = [m.value for m in matchers if m.label == "__name__" and m.op == "="]
    if name or len(names) != 1 or not _PLAIN_NAME.fullmatch(names[0]):
        return Selector(name, matchers)
    return Selector(names[0], tuple(m for m in matchers if m.label != "__name__"))


def _label(name: str) -> str:
    return name if _PLAIN_LABEL.fullmatch(name) else quote(name)


def _without_raw_strings(text: str) -> str:
    """Backquoted strings turned into double-quoted ones: promql-parser 0.11 reads escapes inside of backquotes."""
    return _RAW_STRING.sub(lambda m: m.group() if m.group(1) is None else quote(m.group(1)), text)
