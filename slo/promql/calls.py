"""Finds what is wrong with calls of functions and with aggregations: their names, labels and arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slo.promql.functions import AGGREGATES, EXPERIMENTAL, FUNCTIONS, Signature
from slo.promql.operators import label_of, labels
from slo.promql.spelling import short
from slo.promql.tree import Aggregation, Call

if TYPE_CHECKING:
    from slo.promql.cursor import Reading
    from slo.promql.spelling import PromqlError
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
    """One argument, and the words from which and up to which it goes."""

    node: Node
    first: int
    end: int

    @property
    def kind(self) -> str:
        """Its type."""
        return self.node.kind


def call(reader: Reading) -> Call:
    """Read a call of a function."""
    first = reader.index
    name = reader.word
    if name.text not in FUNCTIONS:
        raise _unknown(name)
    reader.index += 1
    reader.calls.append(name)
    arguments = _arguments(reader)
    reader.calls.pop()
    _check(reader, first, name, arguments, FUNCTIONS[name.text])
    return Call(reader.words(first), FUNCTIONS[name.text].gives, name.text, tuple(a.node for a in arguments))


def aggregation(reader: Reading) -> Aggregation:
    """Read an aggregation, its labels before or after what it aggregates."""
    first = reader.index
    name = reader.word
    reader.index += 1
    grouped = _grouping(reader)
    if reader.word.text != "(":
        raise reader.unexpected("what to aggregate, in round brackets,")
    arguments = _arguments(reader)
    _check(reader, first, name, arguments, AGGREGATES[name.text.lower()])
    word = reader.word
    behind = _grouping(reader)
    if behind and grouped:
        msg = f'"{name.text}" is grouped twice'
        raise word.error(msg)
    grouping, kept = grouped or behind or ("", ())
    operands = tuple(a.node for a in arguments)
    return Aggregation(reader.words(first), "vector", name.text.lower(), operands, grouping, kept)


def _grouping(reader: Reading) -> tuple[str, tuple[str, ...]] | None:
    """Read `by (...)` or `without (...)`, if that comes next."""
    word = reader.word.text.lower()
    if word not in {"by", "without"}:
        return None
    reader.index += 1
    return word, tuple(map(label_of, labels(reader)))


def _arguments(reader: Reading) -> list[_Argument]:
    found: list[_Argument] = []
    reader.opened("(")
    while reader.word.text != ")" or found:
        if reader.word.text in {",", ")"}:
            msg = 'a "," too many' if reader.word.text == "," else 'a "," too many before this'
            raise reader.word.error(msg)
        first = reader.index
        found.append(_Argument(reader.expression(), first, reader.index))
        if not reader.take(","):
            break
    reader.close('an operator, ","')
    return found


def _check(reader: Reading, first: int, name: Token, arguments: list[_Argument], wanted: Signature) -> None:
    """Whether number and types of the arguments are right."""
    most = len(arguments) if wanted.repeats else len(wanted.types)
    if not wanted.least <= len(arguments) <= most:
        given = "is one" if len(arguments) == 1 else f"are {len(arguments) or 'none'}"
        raise reader.stretch(first, reader.index, f'"{name.text}" takes {_takes(wanted)}; here {given}')
    types = (*wanted.types, *[wanted.types[-1]] * len(arguments)) if wanted.repeats else wanted.types
    for argument, kind in zip(arguments, types, strict=False):
        if argument.kind != kind:
            message = _wrong_type(reader, name.text, argument, kind)
            raise reader.stretch(argument.first, argument.end, message)


_NOUNS = {"scalar": "a number", "string": "a text in quotes", "matrix": "a range", "vector": "an instant vector"}


def _takes(wanted: Signature) -> str:
    if not wanted.types:
        return "no arguments"
    most = f"{wanted.least} or more" if wanted.repeats else str(len(wanted.types))
    if wanted.least < len(wanted.types) and not wanted.repeats:
        most = f"{wanted.least} or {most}"
    noun = "argument" if most == "1" else "arguments"
    return f"{most} {noun} ({', '.join(_NOUNS[kind] for kind in wanted.types)})"


def _wrong_type(reader: Reading, name: str, argument: _Argument, wanted: str) -> str:
    if wanted == "matrix" and argument.kind == "vector":
        return _missing_range(reader, name, argument)
    if argument.kind == "matrix":
        return f'"{name}" takes {_NOUNS[wanted]}, not a range; apply rate or another function of ranges first'
    return f'"{name}" takes {_NOUNS[wanted]} here, and this is {_NOUNS[argument.kind]}'


def _missing_range(reader: Reading, name: str, argument: _Argument) -> str:
    text = reader.source(argument.first, argument.end)
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
