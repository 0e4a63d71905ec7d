"""Parse PromQL into a tree; the first thing that Prometheus would refuse is an error with its place and the fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.promql.calls import aggregation, call
from slo.promql.cursor import Parser
from slo.promql.functions import AGGREGATES
from slo.promql.operators import PRECEDENCE, combined, read_operator
from slo.promql.parsed import Parsed
from slo.promql.plain import selector_of
from slo.promql.selector_parser import check_number, modifiers, range_, selector
from slo.promql.spelling import PromqlError
from slo.promql.tokens import on_one_line, unquoted
from slo.promql.tree import Aggregation, Binary, Call, Literal, Subquery, Unary, VectorSelector

if TYPE_CHECKING:
    from slo.promql.ranges import Range
    from slo.promql.tokens import Line, Token
    from slo.promql.tree import Node

_UNARY = 6
_DEEPEST = 100
_LONGEST = 100
_SIGNS = frozenset({"+", "-"})
_BEHIND_OPERANDS = frozenset({")", ",", "+", "-", "*", "/", ""})
_MEANT = {"=": "==", "=~": "", "!~": ""}


def parsed(text: str) -> Parsed:
    """Parse a query.

    Raises:
        PromqlError: Prometheus would refuse it; with the place and the fix.
    """
    line = on_one_line(text)
    try:
        return _parsed(line, selectors=True)
    except PromqlError:  # messages need each token
        try:
            return _parsed(line, selectors=False)
        except PromqlError as error:
            raise line.located(error) from None


def _parsed(line: Line, *, selectors: bool) -> Parsed:
    parser = _Parser(line, selectors=selectors)
    tree = parser.expression()
    parser.finish()
    alone = (tree.first, tree.end) == (0, len(line.text))
    whole = (
        tree.selector if alone and isinstance(tree, VectorSelector) and not tree.range and not tree.modifiers else None
    )
    return Parsed(
        line=line.text,
        kind=tree.kind,
        selectors=tuple(parser.selectors),
        ranges=tuple(parser.ranges),
        whole=whole,
        closed=alone and isinstance(tree, Call | Aggregation),
        tree=tree,
    )


class _Parser(Parser):
    """A parser of expressions by the precedence of their operators."""

    def __init__(self, line: Line, *, selectors: bool) -> None:
        super().__init__(line, selectors=selectors)
        self._depth = 0
        self._operators = 0

    def expression(self, least: int = 1) -> Node:
        """Parse an expression whose operators bind at least that strongly."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.word.error("expression nested too deeply")
        first = self.word.start
        node = self._operand()
        while PRECEDENCE.get(self.word.text.lower(), 0) >= least:
            node = self._binary(first, node)
        if self.word.text in _MEANT:
            raise self._no_operator()
        self._depth -= 1
        return node

    def _binary(self, first: int, left: Node) -> Binary:
        self._operators += 1
        if self._operators > _LONGEST:
            raise self.word.error(f"more than {_LONGEST} operators in one query; record a part of it by a rule")
        before = self.end
        operator = read_operator(self)
        start = self.word.start
        right = self.expression(PRECEDENCE[operator.text] + (operator.text != "^"))
        kind = combined(operator, (left.kind, first, before), (right.kind, start, self.end))
        text, is_bool, matching = operator.text, operator.is_bool, operator.matching
        return Binary(self.line, first, self.end, kind, text, left, right, is_bool, matching)

    def _no_operator(self) -> PromqlError:
        word = self.word
        if word.text == "=":
            return word.error('expressions are compared with "=="; a single "=" belongs into braces')
        return word.error(f'"{word.text}" belongs into braces: {{code{word.text}"5.."}}')

    def _operand(self) -> Node:
        if self.word.text not in _SIGNS:
            return self._ranged()
        sign = self.advance()
        first, inner = sign.start, self.word.start
        node = self.expression(_UNARY)
        if node.kind not in {"scalar", "vector"}:
            raise self.error(inner, f"{_NOUNS[node.kind]} has no sign")
        return Unary(self.line, first, self.end, node.kind, sign.text, node)

    def _ranged(self) -> Node:
        """Parse an operand with its range, `offset` and `@`."""
        first = self.word.start
        node, plain = self._primary()
        if self.word.text in _BEHIND_OPERANDS:  # the usual case
            return node
        modified = self._modified(plain=plain)
        while self.word.text == "[":
            here, before = self.word.start, self.end
            found = range_(self)
            if found.subquery and node.kind != "vector":
                message = f"a subquery needs an instant vector, and this is {_NOUNS[node.kind]}"
                raise PromqlError(message, first, before - first)
            if not found.subquery and (not plain or modified or node.kind != "vector"):
                raise self.error(here, "the range belongs before offset and @" if modified else _NO_RANGE)
            node = self._over(first, node, found, modified, before)
            plain, modified = True, self._modified(plain=True)
        return self._moved(first, node, modified, self.end)

    def _over(self, first: int, node: Node, found: Range, modified: tuple[str, ...], before: int) -> Node:
        """Return a selector with its range, or the subquery of an expression."""
        if isinstance(node, VectorSelector) and not found.subquery:
            return VectorSelector(self.line, first, self.end, "matrix", node.selector, found)
        return Subquery(self.line, first, self.end, "matrix", self._moved(first, node, modified, before), found)

    def _moved(self, first: int, node: Node, by: tuple[str, ...], end: int) -> Node:
        """Return the node with `offset` and `@` behind it."""
        if not by or not isinstance(node, VectorSelector | Subquery):
            return node
        return msgspec.structs.replace(node, first=first, end=end, modifiers=by)

    def _modified(self, *, plain: bool) -> tuple[str, ...]:
        word = self.word
        if word.text.lower() not in {"offset", "@"}:
            return ()
        if not plain:
            raise word.error(f'"{word.text}" follows a selector or a range; move it inside')
        return modifiers(self)

    def _primary(self) -> tuple[Node, bool]:
        """Return the node, and whether it is a selector."""
        word = self.word
        if word.kind == "selector":
            return self._plain(word), True
        if word.text == "{" or (word.kind == "name" and not self._calls(word)):
            return self._metric(word)
        if self.opened("("):
            node = self.expression()
            self.close("an operator")
            return node, False
        if self.take_kind("string"):
            return self._literal(word, "string", unquoted(word)), False
        if self.take_kind("number"):
            check_number(word)
            return self._literal(word, "scalar", word.text), False
        if word.kind != "name":
            raise self._no_operand()
        return (aggregation(self) if word.text.lower() in AGGREGATES else call(self)), False

    def _literal(self, word: Token, kind: str, value: str) -> Literal:
        return Literal(self.line, word.start, word.end, kind, value)

    def _plain(self, word: Token) -> Node:
        name, brace, rest = word.text.partition("{")
        found = selector_of(name, brace + rest)
        if found is None:
            raise word.error("its name is a keyword")
        self.advance()
        self.selectors[found] = None
        return VectorSelector(self.line, word.start, word.end, "vector", found)

    def _metric(self, word: Token) -> tuple[Node, bool]:
        lower, following = word.text.lower(), self.after
        if lower in _RESERVED:
            raise self._no_operand()
        if lower in {"inf", "nan"}:
            self.advance()
            return self._literal(word, "scalar", word.text), False
        if following.text.lower() in {"by", "without"}:
            raise following.error(f'only aggregations such as sum are grouped, not "{word.shown}"')
        if lower in AGGREGATES and following.kind == "name" and following.text.lower() not in _RESERVED:
            raise following.error(f"aggregations need round brackets: {word.text}({following.shown})")
        found = selector(self)
        return VectorSelector(self.line, word.start, self.end, "vector", found), True

    def _no_operand(self) -> PromqlError:
        """Return why no operand can begin with the next token."""
        word, before = self.word, self.before
        if word.text.lower() == "bool":
            return word.error('"bool" follows the comparison directly, before on(...)')
        if word.kind == "operator" and before.kind == "operator" and before.end == word.start:
            both = before.text + word.text
            if both in _OPERATORS_ELSEWHERE:
                return PromqlError(_OPERATORS_ELSEWHERE[both], before.start, len(both))
        return self.unexpected("a metric, a function, a number or (")

    def _calls(self, word: Token) -> bool:
        following = self.after.text
        if following == "(":
            return True
        return following.lower() in {"by", "without"} and word.text.lower() in AGGREGATES


_NOUNS = {"scalar": "a single number", "string": "a string", "matrix": "a range", "vector": "an instant vector"}
_RESERVED = frozenset(
    {"and", "or", "unless", "by", "without", "on", "ignoring", "bool", "atan2", "offset", "group_left", "group_right"}
)
_OPERATORS_ELSEWHERE = {
    "<>": "PromQL writes != for <>",
    "===": "PromQL writes == for ===",
    "**": "PromQL writes ^ for **",
}
_NO_RANGE = (
    "only a selector has a range; take the rate first, then aggregate, or write a subquery such as [1h:1m] for the "
    "values of an expression over time"
)
