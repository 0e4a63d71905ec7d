"""Finds what is wrong with operators: `bool`, the labels that they match, and the types of both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slo.promql.tokens import unquoted
from slo.promql.tree import Matching

if TYPE_CHECKING:
    from slo.promql.cursor import Cursor
    from slo.promql.spelling import PromqlError
    from slo.promql.tokens import Token

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_SETS = frozenset({"and", "or", "unless"})
_SIDES = frozenset({"group_left", "group_right"})
PRECEDENCE = (
    {"or": 1, "and": 2, "unless": 2, "+": 4, "-": 4, "^": 6}
    | dict.fromkeys(COMPARISONS, 3)
    | dict.fromkeys(("*", "/", "%", "atan2"), 5)
)


class Operator(NamedTuple):
    """An operator, what is written behind it, and the indices of the words where its two sides begin."""

    word: Token
    text: str
    is_bool: bool
    matching: Matching | None
    left: int
    right: int


def read_operator(cursor: Cursor, left: int) -> Operator:
    """Read an operator with all that may follow it; `left`: where its left side begins."""
    word = cursor.word
    text = word.text.lower()
    cursor.index += 1
    is_bool = _bool(cursor, text)
    matching = _matching(cursor, text)
    return Operator(word, text, is_bool, matching, left, cursor.index)


def _bool(cursor: Cursor, text: str) -> bool:
    word = cursor.word
    if word.text.lower() != "bool":
        return False
    if text not in COMPARISONS:
        msg = '"bool" follows only comparisons such as == and >'
        raise word.error(msg)
    cursor.index += 1
    return True


def _matching(cursor: Cursor, text: str) -> Matching | None:
    """Read on, ignoring, group_left and group_right, if any of them is there."""
    word = cursor.word
    if word.text.lower() in _SIDES:
        msg = f'"{word.text}" needs on(...) or ignoring(...) before it'
        raise word.error(msg)
    if word.text.lower() not in {"on", "ignoring"}:
        return None
    cursor.index += 1
    matched = labels(cursor)
    side = cursor.word
    grouped = side.text.lower() if side.text.lower() in _SIDES else ""
    if grouped:
        if text in _SETS:
            msg = f'"{text}" compares sets of labels and takes no {side.text}'
            raise side.error(msg)
        cursor.index += 1
        _joined(cursor, {label.text for label in matched} if word.text.lower() == "on" else set())
    return Matching(word.text.lower(), tuple(map(label_of, matched)), grouped)


def _joined(cursor: Cursor, matched: set[str]) -> None:
    """Read the labels that group_left or group_right takes over."""
    if cursor.word.text != "(":
        return
    for label in labels(cursor):
        if label.text in matched:
            msg = f'"{label.shown}" already stands in on(...), so both sides share it'
            raise label.error(msg)


def labels(cursor: Cursor) -> list[Token]:
    """Read label names in round brackets."""
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
    return label


def label_of(word: Token) -> str:
    """The name of the label, without the quotes it may stand in."""
    name = unquoted(word) if word.kind == "string" else word.text
    if not name:
        msg = "a label needs a name"
        raise word.error(msg)
    if word.kind == "name" and ":" in name:
        msg = "names of labels have no colon; only those of metrics may have one"
        raise word.error(msg)
    return name


def missing_comma(cursor: Cursor) -> None:
    """Say so where one word follows another in a list."""
    if cursor.word.kind in {"name", "string"}:
        msg = 'a "," is missing before this'
        raise cursor.word.error(msg)


def combined(cursor: Cursor, operator: Operator, left: str, right: str) -> str:
    """The type of two operands together."""
    _no_ranges(cursor, operator, left, right)
    scalars = (left, right).count("scalar")
    word, text = operator.word, operator.text
    if scalars and text in _SETS:
        msg = f'"{text}" joins instant vectors, and one side is a single number'
        raise word.error(msg)
    if scalars and operator.matching:
        msg = "labels are matched only between two instant vectors, and one side is a single number"
        raise word.error(msg)
    if "vector" in (left, right):
        return "vector"
    if text in COMPARISONS and not operator.is_bool:
        msg = f'two numbers are compared with "{text} bool"'
        raise word.error(msg)
    return "scalar"


def _no_ranges(cursor: Cursor, operator: Operator, left: str, right: str) -> None:
    sides = ((left, operator.left, cursor.index_of(operator.word)), (right, operator.right, cursor.index))
    for kind, first, end in sides:
        if kind not in {"scalar", "vector"}:
            raise _no_operand(cursor, operator.text, kind, (first, end))


def _no_operand(cursor: Cursor, operator: str, kind: str, words: tuple[int, int]) -> PromqlError:
    what = "range; turn it into values first, as in rate(requests_total[$window])" if kind == "matrix" else "text"
    return cursor.stretch(*words, f'"{operator}" takes no {what}')
