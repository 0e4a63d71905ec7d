"""Finds what is wrong inside of a selector: its matchers, its range, `offset` and `@`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.promql.operators import label_of, missing_comma
from slo.promql.regex import regex_problem
from slo.promql.result import Range
from slo.promql.selector import Matcher, Selector
from slo.promql.spelling import WINDOW, short
from slo.promql.tokens import unquoted

if TYPE_CHECKING:
    from slo.promql.cursor import Cursor, Reading
    from slo.promql.tokens import Token

_OPERATORS = ("=", "!=", "=~", "!~")
_DURATION = re.compile(
    r"(?=\d)(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?|\d+(?:\.\d*)?", re.ASCII
)
_PART = re.compile(r"(\d+)(ms|[ywdhms])", re.ASCII)
_SECONDS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 0}
_LONGEST = 2**63 // 10**9


def selector(reading: Reading) -> Selector:
    """Read a metric name, or matchers in braces, or both."""
    first = reading.index
    name = reading.take_kind("name")
    matchers: list[Matcher] = []
    metric = name.text if name else ""
    if reading.opened("{"):
        metric = _braces(reading, metric, matchers)
    if not metric and not any(_narrows(m.op, m.value) for m in matchers):
        msg = 'this would read every series there is; name a metric, or give a label a value: {job="api"}'
        raise reading.stretch(first, reading.index, msg)
    found = plain(metric, tuple(matchers))
    reading.selectors[found] = None
    return found


def _braces(reading: Reading, name: str, matchers: list[Matcher]) -> str:
    """Read what stands in braces into `matchers`; the name of the metric, which may stand there, too."""
    before = name
    while reading.word.text != "}":
        word = reading.word
        matcher = _matcher(reading)
        named = matcher.label == "__name__"
        if named and (before or (name and matcher.op == "=")):
            msg = f'the metric has two names, "{short(name)}" and "{short(matcher.value)}"'
            raise word.error(msg)
        if named and matcher.op == "=":
            name = matcher.value
        else:
            matchers.append(matcher)
        if not reading.take(","):
            _no_more(reading)
            break
    reading.close('","' if matchers or name else "a label name")
    return name


def plain(name: str, matchers: tuple[Matcher, ...]) -> Selector:
    """The same for `{__name__="x"}`, `{"x"}` and `x`, so that they compare equal."""
    if not name or not any(m.label == "__name__" for m in matchers):
        return Selector(name, matchers)
    return Selector("", (Matcher("__name__", "=", name), *matchers))


def _no_more(cursor: Cursor) -> None:
    word = cursor.word
    if word.text == "or":
        msg = 'matchers cannot be joined by "or"; use a regular expression: status=~"500|503"'
        raise word.error(msg)
    missing_comma(cursor)


def _matcher(reading: Reading) -> Matcher:
    """One condition; a name in quotes alone is that of the metric."""
    word = reading.take_kind("name", "string")
    if word is None:
        too_many = reading.word.text == ","
        raise reading.word.error('a "," too many') if too_many else reading.unexpected("a label name")
    if word.kind == "string" and reading.word.text in {",", "}"}:
        return Matcher("__name__", "=", unquoted(word))
    label = label_of(word)
    operator = _operator(reading)
    return Matcher(label, operator, _value(reading, operator))


def _operator(cursor: Cursor) -> str:
    operator = cursor.take(*_OPERATORS)
    if operator is None and cursor.word.text == "==":
        msg = 'matchers are written with one "=": code="200"'
        raise cursor.word.error(msg)
    if operator is None:
        raise cursor.unexpected("one of =, !=, =~ and !~")
    return operator.text


def _value(cursor: Cursor, operator: str) -> str:
    word = cursor.take_kind("string")
    if word is None and cursor.word.kind in {"name", "number"}:
        msg = f'values of labels stand in quotes: "{cursor.word.shown}"'
        raise cursor.word.error(msg)
    if word is None:
        raise cursor.unexpected("a value in quotes")
    value = unquoted(word)
    problem = regex_problem(value) if operator in {"=~", "!~"} else ""
    if problem:
        msg = f"not a regular expression that Prometheus reads: {short(problem)}"
        raise word.error(msg)
    return value


def _narrows(operator: str, value: str) -> bool:
    if operator in {"=", "!="}:
        return (operator == "=") == (value != "")
    try:
        matches_nothing = re.fullmatch(value, "") is not None
    except re.error:  # Go reads some expressions that Python does not
        return True
    return matches_nothing == (operator == "!~")


def modifiers(cursor: Cursor) -> tuple[str, ...]:
    """Read `offset` and `@`, each at most once, in any order."""
    seen: list[str] = []
    while (word := cursor.word).text.lower() in {"offset", "@"}:
        if word.text.lower() in seen:
            msg = f'"{word.text}" stands twice'
            raise word.error(msg)
        seen.append(word.text.lower())
        cursor.index += 1
        if word.text == "@":
            _moment(cursor)
        else:
            cursor.take("-", "+")
            duration(cursor)
    return tuple(seen)


def _moment(cursor: Cursor) -> None:
    if cursor.take("start", "end"):
        if not cursor.opened("("):
            raise cursor.unexpected('"("')
        cursor.close("")
        return
    cursor.take("-", "+")
    if not cursor.take_kind("number"):
        raise cursor.unexpected("a Unix time, start() or end()")


def range_(reading: Reading) -> Range:
    """Read `[5m]` or `[1h:1m]`."""
    bracket = reading.word
    first = reading.index
    reading.opened("[")
    window = reading.word.text == WINDOW
    duration(reading)
    subquery = bool(reading.take(":"))
    if subquery and reading.word.text != "]":
        duration(reading)
    if reading.word.text in {"+", "-", "*", "/"}:
        msg = "only a single duration is possible here, no calculation"
        raise reading.word.error(msg)
    if reading.word.kind in {"name", "number"}:
        msg = "a duration is a single word without spaces, such as 5m or 1h30m"
        raise reading.word.error(msg)
    reading.close('":"' if not subquery else "")
    length = len(reading.source(first, reading.index))
    found = Range(reading.calls[-1] if reading.calls else None, bracket, length, window, subquery)
    reading.ranges.append(found)
    return found


_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def check_number(word: Token) -> None:
    """Whether Prometheus reads a number, or a length of time as one."""
    if _NUMBER.fullmatch(word.text):
        if not re.match("0[xX]", word.text) and float(word.text) == float("inf"):
            msg = "this number is too large; write Inf for infinity"
            raise word.error(msg)
    elif not _DURATION.fullmatch(word.text):
        msg = f'"{word.shown}" is no number'
        raise word.error(msg)


def duration(cursor: Cursor) -> None:
    """Read a length of time."""
    word = cursor.take_kind("number") or cursor.take(WINDOW)
    if word is None:
        raise cursor.unexpected("a duration such as 5m or $window")
    if word.text == WINDOW:
        return
    if not _DURATION.fullmatch(word.text):
        msg = (
            f'"{word.shown}" is no duration; write a whole number and a unit (ms, s, m, h, d, w, y), as in 5m or 1h30m'
        )
        raise word.error(msg)
    parts = _PART.findall(word.text)
    if not float(parts[0][0] if len(parts) == 1 else "1") or not float(word.text if not parts else "1"):
        msg = "a duration must be longer than zero"
        raise word.error(msg)
    if sum(float(number) * _SECONDS[unit] for number, unit in parts) > _LONGEST:
        msg = "this duration is too long for Prometheus, which counts up to 292 years"
        raise word.error(msg)
