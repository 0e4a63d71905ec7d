"""Reads PromQL word by word, so that the first thing that Prometheus would refuse has a place and a repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.promql.calls import aggregation, call
from slo.promql.cursor import Reading
from slo.promql.functions import AGGREGATES
from slo.promql.matching import check_number, modifiers, range_, selector
from slo.promql.operators import PRECEDENCE, Operator, combined, read_operator
from slo.promql.result import Parsed
from slo.promql.spelling import PromqlError
from slo.promql.tokens import unquoted
from slo.promql.tree import Aggregation, Binary, Call, Literal, Read, Signed, Subquery

if TYPE_CHECKING:
    from slo.promql.result import Range
    from slo.promql.tokens import Token
    from slo.promql.tree import Node

_UNARY = 6
_DEEPEST = 100
_LONGEST = 100
_MEANT = {"=": "==", "=~": "", "!~": ""}


def parsed(text: str) -> Parsed:
    """Read a query.

    Raises:
        PromqlError: Prometheus would refuse it; with the place, and the repair.
    """
    reader = _Reader(text)
    tree = reader.expression()
    reader.finish()
    everything = reader.words(0)
    alone = (tree.at.first, tree.at.end) == (everything.first, everything.end)
    whole = tree.selector if alone and isinstance(tree, Read) and not tree.range and not tree.modifiers else None
    return Parsed(
        line=reader.line(),
        kind=tree.kind,
        selectors=tuple(reader.selectors),
        ranges=tuple(reader.ranges),
        whole=whole,
        closed=alone and isinstance(tree, Call | Aggregation),
        tree=tree,
    )


class _Reader(Reading):
    """Reads expressions into a tree."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._operators = 0

    def expression(self, least: int = 1) -> Node:
        """Read an expression whose operators bind at least that strongly."""
        self._depth += 1
        if self._depth > _DEEPEST:
            msg = "this is nested too deeply"
            raise self.word.error(msg)
        first = self.index
        node = self._operand()
        while PRECEDENCE.get(self.word.text.lower(), 0) >= least:
            operator = self._next_operator(first)
            other = self.expression(PRECEDENCE[operator.text] + (operator.text != "^"))
            kind = combined(self, operator, node.kind, other.kind)
            at, is_bool = self.words(first), operator.is_bool
            node = Binary(at, kind, operator.text, node, other, is_bool, operator.matching)
        if self.word.text in _MEANT:
            raise self._no_operator()
        self._depth -= 1
        return node

    def _next_operator(self, first: int) -> Operator:
        self._operators += 1
        if self._operators > _LONGEST:
            msg = f"more than {_LONGEST} operators in one query are not read here; record a part of it by a rule"
            raise self.word.error(msg)
        return read_operator(self, first)

    def _no_operator(self) -> PromqlError:
        word = self.word
        if word.text == "=":
            return word.error('expressions are compared with "=="; a single "=" stands in braces only')
        return word.error(f'"{word.text}" stands in braces only: {{code{word.text}"5.."}}')

    def _operand(self) -> Node:
        first = self.index
        sign = self.take("+", "-")
        if sign is None:
            return self._ranged()
        node = self.expression(_UNARY)
        if node.kind not in {"scalar", "vector"}:
            raise self.stretch(first + 1, self.index, f"{_NOUNS[node.kind]} has no sign")
        return Signed(self.words(first), node.kind, sign.text, node)

    def _ranged(self) -> Node:
        """What stands between operators, with its range, `offset` and `@`."""
        first = self.index
        node, plain = self._primary()
        modified = self._modified(plain=plain)
        while self.word.text == "[":
            here = self.index
            found = range_(self)
            if found.subquery and node.kind != "vector":
                msg = f"a subquery needs an instant vector, and this is {_NOUNS[node.kind]}"
                raise self.stretch(first, here, msg)
            if not found.subquery and (not plain or modified or node.kind != "vector"):
                raise self.stretch(here, self.index, "the range stands before offset and @" if modified else _NO_RANGE)
            node = self._over(first, node, found, modified)
            plain, modified = True, self._modified(plain=True)
        return self._moved(first, node, modified)

    def _over(self, first: int, node: Node, found: Range, before: tuple[str, ...]) -> Node:
        """A selector with its range, or the subquery of an expression."""
        if isinstance(node, Read) and not found.subquery:
            return Read(self.words(first), "matrix", node.selector, found)
        return Subquery(self.words(first), "matrix", self._moved(first, node, before), found)

    def _moved(self, first: int, node: Node, by: tuple[str, ...]) -> Node:
        """The node with `offset` and `@` behind it."""
        if not by or not isinstance(node, Read | Subquery):
            return node
        return msgspec.structs.replace(node, at=self.words(first), modifiers=by)

    def _modified(self, *, plain: bool) -> tuple[str, ...]:
        word = self.word
        if word.text.lower() not in {"offset", "@"}:
            return ()
        if not plain:
            raise word.error(f'"{word.text}" follows a selector or a range; move it inside')
        return modifiers(self)

    def _primary(self) -> tuple[Node, bool]:
        """The node, and whether it is a selector."""
        first = self.index
        word = self.word
        if word.text == "{" or (word.kind == "name" and not self._calls(word)):
            return self._metric(word)
        if self.opened("("):
            node = self.expression()
            self.close("an operator")
            return node, False
        if self.take_kind("string"):
            return Literal(self.words(first), "string", unquoted(word)), False
        if self.take_kind("number"):
            check_number(word)
            return Literal(self.words(first), "scalar", word.text), False
        if word.kind != "name":
            raise self._no_operand()
        return self._call(word), False

    def _metric(self, word: Token) -> tuple[Node, bool]:
        first, lower, following = self.index, word.text.lower(), self.after
        if lower in _RESERVED:
            raise self._no_operand()
        if lower in {"inf", "nan"}:
            self.index += 1
            return Literal(self.words(first), "scalar", word.text), False
        if following.text.lower() in {"by", "without"}:
            msg = f'only aggregations such as sum are grouped, not "{word.shown}"'
            raise following.error(msg)
        if lower in AGGREGATES and following.kind == "name" and following.text.lower() not in _RESERVED:
            msg = f"what is aggregated stands in round brackets: {word.text}({following.shown})"
            raise following.error(msg)
        found = selector(self)
        return Read(self.words(first), "vector", found), True

    def _no_operand(self) -> PromqlError:
        """Why no operand can begin with the next word."""
        word, before = self.word, self.before
        if word.text.lower() == "bool":
            return word.error('"bool" stands right behind the comparison, before on(...)')
        if word.kind == "operator" and before.kind == "operator" and before.start + len(before.text) == word.start:
            both = before.text + word.text
            if both in _OPERATORS_ELSEWHERE:
                return PromqlError(_OPERATORS_ELSEWHERE[both], before.start, len(both))
        return self.unexpected("a metric, a function, a number or (")

    def _calls(self, word: Token) -> bool:
        following = self.after.text.lower()
        return following == "(" or (following in {"by", "without"} and word.text.lower() in AGGREGATES)

    def _call(self, word: Token) -> Node:
        return aggregation(self) if word.text.lower() in AGGREGATES else call(self)


_NOUNS = {"scalar": "a single number", "string": "a text", "matrix": "a range", "vector": "an instant vector"}
_RESERVED = frozenset({"and", "or", "unless", "by", "without", "on", "ignoring", "bool", "atan2", "offset"})
_OPERATORS_ELSEWHERE = {
    "<>": "PromQL writes != for <>",
    "===": "PromQL writes == for ===",
    "**": "PromQL writes ^ for **",
}
_NO_RANGE = (
    "only a selector has a range; take the rate first, then aggregate, or write a subquery such as [1h:1m] for the "
    "values of an expression over time"
)
