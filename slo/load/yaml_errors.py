"""Explain why a text is not the YAML that a specification may be, with the place and the fix."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from slo.diagnostics import Diagnostic, Place, Span
from slo.load.tree import MAX_DEPTH, Mark, Node, TooDeepError, events_to_tree, every_mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_FINDINGS = 1_000
_BREAKS = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_AT = re.compile(r" at line (\d+) column (\d+)")
_POSITION = re.compile(r"position (\d+)")
_BIG = re.compile(r"integer `([^`]*)`")

_SENTENCES: tuple[tuple[str, str, str], ...] = (
    ("mapping values are not allowed", "a key is not possible here",
     'check the indentation, and put a value that contains ": " into quotes'),
    ("expected ',' or '}'", "this { ... } is not closed", "add the closing brace"),
    ("expected ',' or ']'", "this [ ... ] is not closed", "add the closing bracket"),
    ("did not find expected key", "the indentation of this line does not fit the lines above",
     "keys of one mapping start in the same column"),
    ("did not find expected '-'", "the indentation of this line does not fit the list above",
     "items of one list start in the same column, each with a dash"),
    ("block sequence entries are not allowed", "a list item is not possible here",
     "start the list on a line of its own, below its key"),
    ("unknown escape character", "invalid escape; in double quotes a backslash starts one",
     "use single quotes around a regular expression"),
    ("found invalid Unicode", "invalid escape", "use single quotes, or write the character itself"),
    ("unexpected end of stream", "unclosed quote", "add the closing quote"),
    ("could not find expected ':'", "neither a key with a colon nor part of a value",
     "write `key: value`; a value of several lines starts with | or >"),
    ("more than one document", "the document ends before this; a specification is one document",
     "put the whole value into quotes"),
    ("unknown anchor", "alias without an anchor", "an alias *name needs an anchor &name above it"),
    ("undefined alias", "alias without an anchor", "an alias *name needs an anchor &name above it"),
)  # fmt: skip


TOO_DEEP = "recursion limit exceeded"
"""The error of the native parser for text that nests too deeply."""


def explain_yaml_error(file: str, text: str, error: str) -> tuple[Diagnostic, ...]:
    """Return why the native parser refused the text: 1 to 1,000 findings. `error`: its own message."""
    for sign, explain in _KINDS:
        if sign in error and (found := tuple(islice(explain(file, text, error), MOST_FINDINGS))):
            return found
    return (_syntax(file, text, error),)


@lru_cache(maxsize=4)
def lines_of(text: str) -> list[str]:
    """Return the lines of a text, as YAML counts them."""
    return _BREAKS.split(text)


def at_mark(code: str, file: str, text: str, mark: Mark, message: str, **more: object) -> Diagnostic:
    """Return a finding at a place of the text; `more`: hint, length."""
    lines = lines_of(text)
    line = min(mark.line, len(lines) - 1)
    excerpt = lines[line]
    column = min(mark.column, len(excerpt)) if line == mark.line else len(excerpt)
    length = max(1, min(int(str(more.get("length", 1))), len(excerpt) - column))
    span = Span(line + 1, column + 1, length)
    return Diagnostic(code, Place(file), message, str(more.get("hint", "")), span=span, excerpt=excerpt)


def _duplicates(file: str, text: str, _error: str) -> Iterator[Diagnostic]:
    root = _tree(text)
    for mapping in every_mapping(root) if root else ():
        seen: dict[str, Mark] = {}
        for key, _ in mapping.pairs:
            if key is None or key.text is None:
                continue
            if key.text in seen:
                message = f'duplicate key "{key.text}"'
                hint = f"the first is in line {seen[key.text].line + 1}; remove or rename one"
                length = key.end.offset - key.start.offset
                yield at_mark("SLO006", file, text, key.start, message, hint=hint, length=length)
            seen.setdefault(key.text, key.start)


def _too_deep(file: str, text: str, error: str) -> Iterator[Diagnostic]:
    message = f"nested more than {MAX_DEPTH} levels deep"
    try:
        events_to_tree(text)
    except (TooDeepError, ValueError) as deep:
        mark = deep.mark if isinstance(deep, TooDeepError) else _mark_in(error)
        yield at_mark("SLO008", file, text, mark, message, hint="a specification needs fewer than ten levels")
    else:
        mark = _mark_in(error)
        yield at_mark("SLO008", file, text, mark, "this value contains itself", hint="remove the alias")


def _aliases(file: str, text: str, _error: str) -> Iterator[Diagnostic]:
    root = _tree(text)
    waiting = [root] if root else []
    while waiting:
        node = waiting.pop()
        if node.aliased:
            message = "aliases expand to more than memory can hold"
            length = node.end.offset - node.start.offset
            yield at_mark("SLO009", file, text, node.start, message, hint="write the values out", length=length)
            return
        waiting.extend(child for _, child in reversed(node.pairs))


def _documents(file: str, text: str, _error: str) -> Iterator[Diagnostic]:
    later = re.search(r"(?s)^---.*?^(---)", text, re.MULTILINE) or re.search(r"(?s)\S.*?^(---)", text, re.MULTILINE)
    if later:
        message = "a second YAML document starts here; a specification is one document"
        hint = "put it into a file of its own; `slo build A.yaml B.yaml` compiles several files"
        yield at_mark("SLO007", file, text, _mark_at(text, later.start(1)), message, hint=hint, length=3)


def _control(file: str, text: str, error: str) -> Iterator[Diagnostic]:
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", text)
    position = _POSITION.search(error)
    index = (
        found.start()
        if found
        else len(text.encode()[: int(position.group(1))].decode(errors="ignore"))
        if position
        else 0
    )
    message = f"control character U+{ord(text[index : index + 1] or chr(0)):04X}, which YAML does not allow"
    yield at_mark("SLO004", file, text, _mark_at(text, index), message, hint="remove it")


def _keys(file: str, text: str, _error: str) -> Iterator[Diagnostic]:
    root = _tree(text)
    for mapping in every_mapping(root) if root else ():
        for key, _ in mapping.pairs:
            if key is not None and key.text is None:
                message = "a list or a mapping cannot be a key"
                yield at_mark("SLO019", file, text, key.start, message, hint="keys are text")


def _big_number(file: str, text: str, error: str) -> Iterator[Diagnostic]:
    number = _BIG.search(error)
    mark = _mark_in(error)
    length = len(number.group(1)) if number else 1
    yield at_mark("SLO004", file, text, mark, "this number is too large", hint="", length=length)


def _syntax(file: str, text: str, error: str) -> Diagnostic:
    mark = _mark_in(error) if _AT.search(error) else _mark_of_events(text)
    here = _character(text, mark)
    quoted = _runaway_quote(text, mark)
    if quoted is not None:
        message = f"this quoted text ends only in line {mark.line + 1}"
        return at_mark("SLO004", file, text, quoted, message, hint="add the missing quote")
    if "tab character" in error or ("cannot start any token" in error and here == "\t"):
        return at_mark("SLO005", file, text, mark, "a tab indents this line", hint="use spaces")
    if "cannot start any token" in error:
        message = f'a value cannot start with "{here}"'
        return at_mark("SLO004", file, text, mark, message, hint="put the value into quotes")
    opened = _opening_mark(error)
    if "expected ','" in error and opened is not None and opened.line == mark.line:
        message = "a value with { } [ ] or a comma in it needs quotes here"
        return at_mark("SLO004", file, text, mark, message, hint="put single quotes around the whole value")
    for sign, message, hint in _SENTENCES:
        if sign in error:
            opened = opened if sign.startswith(("expected ','", "unexpected end")) else None
            return at_mark("SLO004", file, text, opened or mark, message, hint=hint)
    reason = _AT.sub("", error).split(",")[0]
    return at_mark("SLO004", file, text, mark, f"invalid YAML: {reason}")


def _runaway_quote(text: str, mark: Mark) -> Mark | None:
    """Return the start of a quoted text that ends at a quote meant to open another one, lines below."""
    import yaml  # noqa: PLC0415 - only needed when there is an error to place

    try:
        for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            start, end = token.start_mark, token.end_mark
            if (end.line, end.column) == (mark.line, mark.column) and start.line < end.line:
                quoted = isinstance(token, yaml.ScalarToken) and token.style in {"'", '"'}
                return Mark(start.index, start.line, start.column) if quoted else None
    except yaml.YAMLError:
        return None
    return None


_KINDS: tuple[tuple[str, Callable[[str, str, str], Iterator[Diagnostic]]], ...] = (
    ("duplicate entry", _duplicates),
    ("recursion limit", _too_deep),
    ("repetition limit", _aliases),
    ("more than one document", _documents),
    ("control characters", _control),
    ("unhashable type", _keys),
    ("invalid type: integer", _big_number),
)


def _tree(text: str) -> Node | None:
    try:
        return events_to_tree(text)
    except (TooDeepError, ValueError):
        return None


def _mark_in(error: str) -> Mark:
    found = _AT.search(error)
    if not found:
        return Mark(0, 0, 0)
    line, column = int(found.group(1)) - 1, int(found.group(2)) - 1
    return Mark(-1, line, column)


def _mark_of_events(text: str) -> Mark:
    """Return where the other parser stops; the start of the text when it does not."""
    try:
        events_to_tree(text)
    except ValueError as error:
        mark = getattr(error.__cause__, "problem_mark", None)
        return Mark(mark.index, mark.line, mark.column) if mark else Mark(0, 0, 0)
    except TooDeepError as deep:
        return deep.mark
    return Mark(0, 0, 0)


def _opening_mark(error: str) -> Mark | None:
    places = _AT.findall(error)
    return Mark(-1, int(places[1][0]) - 1, int(places[1][1]) - 1) if len(places) > 1 else None


def _mark_at(text: str, index: int) -> Mark:
    before = _BREAKS.split(text[:index])
    return Mark(index, len(before) - 1, len(before[-1]))


def _character(text: str, mark: Mark) -> str:
    lines = lines_of(text)
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""
