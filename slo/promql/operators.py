"""Parse operators, `bool` and vector matching, and check the types of both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slo.promql.functions import COMPARISONS
from slo.promql.naming import KEYWORDS
from slo.promql.spelling import PromqlError
from slo.promql.tokens import unquoted
from slo.promql.tree import VectorMatching

if TYPE_CHECKING:
    from slo.promql.cursor import Cursor
    from slo.promql.tokens import Token

_SETS = frozenset({"and", "or", "unless"})
_SIDES = frozenset({"group_left", "group_right"})
PRECEDENCE = (
    {"or": 1, "and": 2, "unless": 2, "+": 4, "-": 4, "^": 6}
    | dict.fromkeys(COMPARISONS, 3)
    | dict.fromkeys(("*", "/", "%", "atan2"), 5)
)


class Operator(NamedTuple):
    """An operator, and what is written behind it."""

    word: Token
    text: str
    is_bool: bool
    matching: VectorMatching | None


Side = tuple[str, int, int]
"""The type of an operand, and where its text begins and ends, brackets included."""


def read_operator(cursor: Cursor) -> Operator:
    """Parse an operator with all that may follow it."""
    word = cursor.advance()
    text = word.text.lower()
    return Operator(word, text, _bool(cursor, text), _matching(cursor, text))


def _bool(cursor: Cursor, text: str) -> bool:
    word = cursor.word
    if word.text.lower() != "bool":
        return False
    if text not in COMPARISONS:
        raise word.error('"bool" follows only comparisons such as == and >')
    cursor.advance()
    return True


def _matching(cursor: Cursor, text: str) -> VectorMatching | None:
    """Parse on, ignoring, group_left and group_right, if any of them is there."""
    word = cursor.word.text.lower()
    if word in _SIDES:
        raise cursor.word.error(f'"{cursor.word.text}" needs on(...) or ignoring(...) before it')
    if word not in {"on", "ignoring"}:
        return None
    cursor.advance()
    matched = tuple(map(label_of, labels(cursor)))
    side = cursor.word
    if side.text.lower() not in _SIDES:
        return VectorMatching(word, matched)
    if text in _SETS:
        raise side.error(f'"{text}" compares sets of labels and takes no {side.text}')
    cursor.advance()
    return VectorMatching(word, matched, side.text.lower(), _included(cursor, matched if word == "on" else ()))


def _included(cursor: Cursor, matched: tuple[str, ...]) -> tuple[str, ...]:
    """Parse the labels behind group_left or group_right."""
    if cursor.word.text != "(":
        return ()
    found = labels(cursor)
    for label in found:
        if label_of(label) in matched:
            raise label.error(f'"{label.shown}" is in on(...) already, so both sides share it')
    return tuple(map(label_of, found))


def labels(cursor: Cursor) -> list[Token]:
    """Parse label names in round brackets."""
    if not cursor.opened("("):
        raise cursor.unexpected("a list of labels in round brackets")
    found = []
    while cursor.word.text != ")":
        found.append(_label(cursor))
        if not cursor.take(","):
            missing_comma(cursor)
            break
    cursor.close("a label name" if not found else '","')
    return found


def _label(cursor: Cursor) -> Token:
    label = cursor.take_kind("name", "string")
    if label is None:
        too_many = cursor.word.text == ","
        raise cursor.word.error('a "," too many') if too_many else cursor.unexpected("a label name")
    label_of(label)
    if label.kind == "name" and label.text.lower() in KEYWORDS:
        raise label.error(f'"{label.text}" is a keyword; PromQL has no list of labels with it')
    return label


def label_of(word: Token) -> str:
    """Return the name of a label, without quotes."""
    name = unquoted(word) if word.kind == "string" else word.text
    if not name:
        raise word.error("a label needs a name")
    if word.kind == "name" and ":" in name:
        raise word.error("label names have no colon; only metric names may have one")
    return name


def missing_comma(cursor: Cursor) -> None:
    """Raise an error where one token follows another in a list."""
    if cursor.word.kind in {"name", "string"}:
        raise cursor.word.error('a "," is missing before this')


def combined(operator: Operator, left: Side, right: Side) -> str:
    """Return the type of two operands together."""
    kinds = (left[0], right[0])
    for kind, first, end in (left, right):
        if kind not in {"scalar", "vector"}:
            raise PromqlError(f'"{operator.text}" takes no {_NO_OPERANDS[kind]}', first, end - first)
    if "scalar" in kinds:
        _check_scalar(operator)
    if "vector" in kinds:
        return "vector"
    if operator.text in COMPARISONS and not operator.is_bool:
        raise operator.word.error(f'two numbers are compared with "{operator.text} bool"')
    return "scalar"


_NO_OPERANDS = {
    "matrix": "range; turn it into values first, as in rate(requests_total[$window])",
    "string": "string",
}


def _check_scalar(operator: Operator) -> None:
    """Check an operator with a number on one side."""
    if operator.text in _SETS:
        raise operator.word.error(f'"{operator.text}" joins instant vectors, and one side is a single number')
    if operator.matching and (operator.matching.labels or operator.matching.grouped):
        raise operator.word.error("labels are matched only between two instant vectors; one side is a single number")
