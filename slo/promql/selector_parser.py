"""Parse selectors: matchers, range, `offset` and `@`; and durations and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.promql.operators import label_of, missing_comma
from slo.promql.ranges import Range
from slo.promql.selector import Matcher, Selector
from slo.promql.spelling import WINDOW, short
from slo.promql.tokens import unquoted

if TYPE_CHECKING:
    from slo.promql.cursor import Cursor, Parser
    from slo.promql.tokens import Token

_OPERATORS = ("=", "!=", "=~", "!~")
_DURATION = re.compile(
    r"(?=\d)(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?|\d+(?:\.\d*)?", re.ASCII
)
_PART = re.compile(r"(\d+)(ms|[ywdhms])", re.ASCII)
_SECONDS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 0.001}
_LONGEST = 2**63 // 10**9
_LAST_SECOND = 2**63 // 10**3


def selector(parser: Parser) -> Selector:
    """Parse a metric name, or matchers in braces, or both."""
    first = parser.word.start
    name = parser.take_kind("name")
    matchers: list[Matcher] = []
    metric = name.text if name else ""
    if parser.opened("{"):
        metric = _braces(parser, metric, matchers)
    if not metric and not any(_narrows(m.op, m.value) for m in matchers):
        raise parser.error(first, 'selects every series there is; name a metric, or give a label a value: {job="api"}')
    found = plain(metric, tuple(matchers))
    parser.selectors[found] = None
    return found


def _braces(parser: Parser, name: str, matchers: list[Matcher]) -> str:
    """Parse matchers in braces into `matchers`; return the metric name, which may be among them."""
    before = name
    while parser.word.text != "}":
        word = parser.word
        matcher = _matcher(parser)
        named = matcher.label == "__name__"
        if named and (before or (name and matcher.op == "=")):
            raise word.error(f'the metric has two names, "{short(name)}" and "{short(matcher.value)}"')
        if named and matcher.op == "=":
            name = matcher.value
        else:
            matchers.append(matcher)
        if not parser.take(","):
            _no_more(parser)
            break
    parser.close('","' if matchers or name else "a label name")
    return name


def plain(name: str, matchers: tuple[Matcher, ...]) -> Selector:
    """Return the same for `{__name__="x"}`, `{"x"}` and `x`, so that they compare equal."""
    if not name or not any(m.label == "__name__" for m in matchers):
        return Selector(name, matchers)
    return Selector("", (Matcher("__name__", "=", name), *matchers))


def _no_more(cursor: Cursor) -> None:
    word = cursor.word
    if word.text == "or":
        raise word.error('matchers cannot be joined by "or"; use a regular expression: status=~"500|503"')
    missing_comma(cursor)


def _matcher(parser: Parser) -> Matcher:
    """Parse one matcher; a string alone is the metric name."""
    word = parser.take_kind("name", "string")
    if word is None:
        too_many = parser.word.text == ","
        raise parser.word.error('a "," too many') if too_many else parser.unexpected("a label name")
    if word.kind == "string" and parser.word.text in {",", "}"}:
        return Matcher("__name__", "=", unquoted(word))
    label = label_of(word)
    operator = _operator(parser)
    return Matcher(label, operator, _value(parser, operator))


def _operator(cursor: Cursor) -> str:
    operator = cursor.take(*_OPERATORS)
    if operator is None and cursor.word.text == "==":
        raise cursor.word.error('matchers are written with one "=": code="200"')
    if operator is None:
        raise cursor.unexpected("one of =, !=, =~ and !~")
    return operator.text


def _value(cursor: Cursor, operator: str) -> str:
    word = cursor.take_kind("string")
    if word is None and cursor.word.kind in {"name", "number"}:
        raise cursor.word.error(f'label values need quotes: "{cursor.word.shown}"')
    if word is None:
        raise cursor.unexpected("a value in quotes")
    value = unquoted(word)
    if operator in {"=~", "!~"} and (problem := _regex_problem(value)):
        raise word.error(f"invalid regular expression: {short(problem)}")
    return value


def _regex_problem(value: str) -> str:
    from slo.promql.regex.check import regex_problem  # noqa: PLC0415 - few selectors need it, and it takes 6 ms

    return regex_problem(value)


def _narrows(operator: str, value: str) -> bool:
    """Whether a matcher refuses series without the label."""
    if operator in {"=", "!="}:
        return (operator == "=") == (value != "")
    from slo.promql.regex.match import matches  # noqa: PLC0415 - as above
    from slo.promql.regex.syntax import PatternError, parse_pattern  # noqa: PLC0415 - few selectors have no name

    try:
        return matches(parse_pattern(value), "") == (operator == "!~")
    except PatternError:
        return True


def modifiers(cursor: Cursor) -> tuple[str, ...]:
    """Parse `offset` and `@`, each at most once, in any order."""
    seen: list[str] = []
    while (word := cursor.word).text.lower() in {"offset", "@"}:
        if word.text.lower() in seen:
            raise word.error(f'duplicate "{word.text}"')
        seen.append(word.text.lower())
        cursor.advance()
        if word.text == "@":
            _timestamp(cursor)
        else:
            cursor.take("-", "+")
            duration(cursor)
    return tuple(seen)


def _timestamp(cursor: Cursor) -> None:
    if cursor.take("start", "end"):
        if not cursor.opened("("):
            raise cursor.unexpected('"("')
        cursor.close("")
        return
    cursor.take("-", "+")
    number = cursor.take_kind("number")
    if not number:
        raise cursor.unexpected("a Unix time, start() or end()")
    check_number(number)
    if _NUMBER.fullmatch(number.text) and number.text[1:2] not in "xX" and float(number.text) >= _LAST_SECOND:
        raise number.error("this Unix time is too late for Prometheus")


def range_(parser: Parser) -> Range:
    """Parse `[5m]` or `[1h:1m]`."""
    bracket = parser.word
    parser.opened("[")
    window = parser.word.text == WINDOW
    duration(parser)
    subquery = bool(parser.take(":"))
    if subquery and parser.word.text != "]":
        duration(parser)
    if parser.word.text in {"+", "-", "*", "/"}:
        raise parser.word.error("expected a single duration, not a calculation")
    if parser.word.kind in {"name", "number"}:
        raise parser.word.error("a duration is a single word without spaces, such as 5m or 1h30m")
    parser.close('":"' if not subquery else "")
    function = parser.calls[-1] if parser.calls else None
    found = Range(parser.line, bracket.start, parser.end, function, window, subquery)
    parser.ranges.append(found)
    return found


_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def check_number(word: Token) -> None:
    """Check a number; Prometheus also takes a duration for one."""
    if _NUMBER.fullmatch(word.text):
        if not re.match("0[xX]", word.text) and float(word.text) == float("inf"):
            raise word.error("this number is too large; write Inf for infinity")
    elif not _DURATION.fullmatch(word.text):
        raise word.error(f'invalid number "{word.shown}"')
    else:
        _seconds(word)


def duration(cursor: Cursor) -> None:
    """Parse a duration."""
    word = cursor.take_kind("number") or cursor.take(WINDOW)
    if word is None:
        raise cursor.unexpected("a duration such as 5m or $window")
    if word.text == WINDOW:
        return
    if not _DURATION.fullmatch(word.text):
        hint = "write a whole number and a unit (ms, s, m, h, d, w, y), as in 5m or 1h30m"
        raise word.error(f'invalid duration "{word.shown}"; {hint}')
    if not _seconds(word):
        raise word.error("a duration must be longer than zero")


def _seconds(word: Token) -> float:
    """Return the seconds of a duration; of a number without a unit, too."""
    parts = _PART.findall(word.text)
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts) if parts else float(word.text)
    if seconds > _LONGEST:
        raise word.error("this duration is too long for Prometheus, which counts up to 292 years")
    return seconds
