"""Parse calls of functions and aggregations, and check their names, labels and arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slo.promql.functions import AGGREGATES, EXPERIMENTAL, FUNCTIONS, Signature
from slo.promql.operators import label_of, labels
from slo.promql.spelling import PromqlError, short
from slo.promql.tree import Aggregation, Call

if TYPE_CHECKING:
    from slo.promql.cursor import Parser
    from slo.promql.tokens import Token
    from slo.promql.tree import Node

_RENAMED = {
    "holt_winters": "Prometheus 3 has renamed it to double_exponential_smoothing, which is experimental",
    "count_distinct": "write count(count by (label) (x))",
    "mean": "write avg",
    "percentile": "write quantile",
    "histogram_percentile": "write histogram_quantile",
    "if": "PromQL has no conditions; comparisons filter, and `bool` makes 0 and 1",
}


class _Argument(NamedTuple):
    """One argument, and where its text begins and ends, brackets included."""

    node: Node
    first: int
    end: int


def call(parser: Parser) -> Call:
    """Parse a call of a function."""
    name = parser.word
    if name.text not in FUNCTIONS:
        raise _unknown(name)
    parser.advance()
    parser.calls.append(name)
    arguments = _arguments(parser)
    parser.calls.pop()
    _check(parser, name, arguments, FUNCTIONS[name.text])
    nodes = tuple(a.node for a in arguments)
    return Call(parser.line, name.start, parser.end, FUNCTIONS[name.text].gives, name.text, nodes)


def aggregation(parser: Parser) -> Aggregation:
    """Parse an aggregation, its labels before or after what it aggregates."""
    name = parser.advance()
    grouped = _grouping(parser)
    if parser.word.text != "(":
        raise parser.unexpected("what to aggregate, in round brackets,")
    arguments = _arguments(parser)
    _check(parser, name, arguments, AGGREGATES[name.text.lower()])
    word = parser.word
    behind = _grouping(parser)
    if behind and grouped:
        raise word.error(f'"{name.text}" is grouped twice')
    grouping, kept = grouped or behind or ("", ())
    operands = tuple(a.node for a in arguments)
    return Aggregation(parser.line, name.start, parser.end, "vector", name.text.lower(), operands, grouping, kept)


def _grouping(parser: Parser) -> tuple[str, tuple[str, ...]] | None:
    """Parse `by (...)` or `without (...)`, if that comes next."""
    word = parser.word.text.lower()
    if word not in {"by", "without"}:
        return None
    parser.advance()
    return word, tuple(map(label_of, labels(parser)))


def _arguments(parser: Parser) -> list[_Argument]:
    found: list[_Argument] = []
    parser.opened("(")
    while parser.word.text != ")" or found:
        if parser.word.text in {",", ")"}:
            raise parser.word.error('a "," too many' if parser.word.text == "," else 'a "," too many before this')
        first = parser.word.start
        found.append(_Argument(parser.expression(), first, parser.end))
        if not parser.take(","):
            break
    parser.close('an operator, ","')
    return found


def _check(parser: Parser, name: Token, arguments: list[_Argument], wanted: Signature) -> None:
    """Check number and types of the arguments."""
    most = len(arguments) if wanted.repeats else len(wanted.types)
    if not wanted.least <= len(arguments) <= most:
        given = "is one" if len(arguments) == 1 else f"are {len(arguments) or 'none'}"
        raise parser.error(name.start, f'"{name.text}" takes {_takes(wanted)}; here {given}')
    types = (*wanted.types, *[wanted.types[-1]] * len(arguments)) if wanted.repeats else wanted.types
    for argument, kind in zip(arguments, types, strict=False):
        if argument.node.kind != kind:
            message = _wrong_type(parser, name.text, argument, kind)
            raise PromqlError(message, argument.first, argument.end - argument.first)


_NOUNS = {"scalar": "a number", "string": "a string", "matrix": "a range", "vector": "an instant vector"}


def _takes(wanted: Signature) -> str:
    if not wanted.types:
        return "no arguments"
    most = f"{wanted.least} or more" if wanted.repeats else str(len(wanted.types))
    if wanted.least < len(wanted.types) and not wanted.repeats:
        most = f"{wanted.least} or {most}"
    noun = "argument" if most == "1" else "arguments"
    return f"{most} {noun} ({', '.join(_NOUNS[kind] for kind in wanted.types)})"


def _wrong_type(parser: Parser, name: str, argument: _Argument, wanted: str) -> str:
    if wanted == "matrix" and argument.node.kind == "vector":
        return _missing_range(parser, name, argument)
    if argument.node.kind == "matrix":
        return f'"{name}" takes {_NOUNS[wanted]}, not a range; apply rate or another function of ranges first'
    return f'"{name}" takes {_NOUNS[wanted]} here, and this is {_NOUNS[argument.node.kind]}'


def _missing_range(parser: Parser, name: str, argument: _Argument) -> str:
    text = parser.line.text[argument.first : argument.end]
    if "(" in text:
        return f'"{name}" needs a range, which only selectors have; take the {name} first, then aggregate'
    return f'"{name}" needs a range; write {name}({short(text)}[$window])'


def _unknown(name: Token) -> PromqlError:
    from difflib import get_close_matches  # noqa: PLC0415 - only needed when something is wrong

    text = name.text
    if text in EXPERIMENTAL:
        return name.error(f'"{text}" is experimental; without a feature flag, Prometheus refuses rules that use it')
    if text in _RENAMED:
        return name.error(f'there is no function "{text}"; {_RENAMED[text]}')
    if text.lower() in FUNCTIONS:
        return name.error(f'names of functions are written in lower case: "{text.lower()}"')
    close = get_close_matches(text.lower(), [*FUNCTIONS, *AGGREGATES], n=1, cutoff=0.6)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    return name.error(f'unknown function "{name.shown}"{hint}')
