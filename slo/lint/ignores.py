"""Comments that ignore findings: `# slo: ignore SLO113 exported by a legacy proxy`.

A comment is on the line of a finding, or alone on a line above it; on the first line of an SLO it applies to the whole
SLO. It needs a reason and a finding to ignore.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place, Severity, Span, pages
from slo.load.locate import tree_of
from slo.load.tree import TooDeepError
from slo.load.yaml_errors import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slo.load.tree import Node

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*slo:[ \t]*ignore\b[ \t:]*(.*)")
_CODES = re.compile(r"(?:(SLO\d+)\b[ \t,:]*)", re.IGNORECASE)
_A_WORD = re.compile(r"\w\w")
_HINT = "write # slo: ignore {} REASON"


class Ignored(msgspec.Struct, frozen=True):
    """A finding that a comment ignores, and the reason."""

    finding: Diagnostic
    reason: str


class Comment(msgspec.Struct, frozen=True):
    """One comment.

    Attributes:
        file: its file.
        about: the line that it applies to, from 1: its own, or that of the next value if it is alone on its line.
        span: its place.
        excerpt: its line.
        codes: codes that it ignores.
        reason: the text after the codes; empty if it has no word.
    """

    file: str
    about: int
    span: Span
    excerpt: str
    codes: tuple[str, ...]
    reason: str


class Judged(msgspec.Struct, frozen=True):
    """Remaining findings, ignored ones, and findings about the comments."""

    kept: tuple[Diagnostic, ...]
    ignored: tuple[Ignored, ...] = ()
    about_comments: tuple[Diagnostic, ...] = ()


def judge(findings: Sequence[Diagnostic], texts: Mapping[str, str], run: frozenset[str] = frozenset()) -> Judged:
    """Separate ignored findings. `findings` are located; `run`: the codes that were checked."""
    comments = [comment for file, text in texts.items() for comment in _comments(file, text)]
    if not comments:
        return Judged(tuple(findings))
    kept: list[Diagnostic] = []
    ignored: list[Ignored] = []
    used: set[tuple[Comment, str]] = set()
    for found in findings:
        by = [c for c in comments if _ignores(c, found, texts)]
        used |= {(c, found.code) for c in by}
        (ignored.append(Ignored(found, by[0].reason)) if by else kept.append(found))
    wrong = [problem for c in comments for problem in _problems(c, used, run)]
    return Judged(tuple(kept), tuple(ignored), tuple(wrong))


def _ignores(comment: Comment, found: Diagnostic, texts: Mapping[str, str]) -> bool:
    if found.code not in comment.codes or not comment.reason or found.place.file != comment.file:
        return False
    if found.severity is Severity.ERROR or found.span is None:
        return False
    return comment.about in {found.span.line, _first_line(found.place, _tree(texts[comment.file]))}


def _first_line(place: Place, root: Node | None) -> int:
    """Return the first line of the SLO that a place belongs to; 0 if it belongs to none."""
    if root is None or place.path[:1] != ("slos",) or len(place.path) < 2:  # noqa: PLR2004 - slos and a number
        return 0
    found = root.child("slos")
    item = found[1].child(place.path[1]) if found else None
    return item[1].start.line + 1 if item else 0


def _problems(comment: Comment, used: set[tuple[Comment, str]], run: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield the findings about a comment."""
    if not comment.codes:
        yield _about(comment, "SLO141", "no code to ignore", _HINT.format("CODE"))
    wrong = [problem for code in comment.codes if (problem := _wrong_code(code))]
    yield from (_about(comment, "SLO141", problem, "") for problem in wrong)
    if comment.codes and not comment.reason and not wrong:
        code = comment.codes[0]
        yield _about(comment, "SLO140", f"no reason for ignoring {code}, so it is not ignored", _HINT.format(code))
    for code in comment.codes:
        if comment.reason and code in run and (comment, code) not in used and not _wrong_code(code):
            yield _about(comment, "SLO142", f"needless ignore: no {code} here", "remove it")


def _wrong_code(code: str) -> str:
    """Return why no comment can ignore a code; empty if one can."""
    if code not in pages.codes():
        return f"unknown code {code}"
    return f"{code} is an error, and errors cannot be ignored" if pages.page(code).severity is Severity.ERROR else ""


def _about(comment: Comment, code: str, message: str, hint: str) -> Diagnostic:
    severity = pages.page(code).severity
    return Diagnostic(code, Place(comment.file), message, hint, severity, comment.span, comment.excerpt)


def _comments(file: str, text: str) -> Iterator[Comment]:
    """Yield the comments of a file, not what looks like one inside of a text."""
    if "slo:" not in text or "ignore" not in text:
        return
    lines = lines_of(text)
    found = [(n, match) for n, line in enumerate(lines) for match in _COMMENT.finditer(line)]
    if not found:
        return
    root = _tree(text)
    if root is None:  # no YAML: its findings are errors, which no comment ignores
        return
    scalars = list(_scalars(root))
    for number, match in found:
        if any(_within(node, number, match.start()) for node in scalars):
            continue
        codes, rest = _codes(match.group(1))
        reason = rest if _A_WORD.search(rest) else ""
        span = Span(number + 1, match.start() + 1, len(match.group().rstrip()))
        alone = not lines[number][: match.start()].strip()
        about = _next_line(lines, number) if alone else number + 1
        yield Comment(file, about, span, lines[number], codes, reason)


def _codes(words: str) -> tuple[tuple[str, ...], str]:
    """Return the codes, and the text after them."""
    codes: list[str] = []
    rest = words
    while match := _CODES.match(rest):
        codes.append(match.group(1).upper())
        rest = rest[match.end() :]
    return tuple(codes), rest.strip(" \t-:,;.")


def _next_line(lines: Sequence[str], number: int) -> int:
    """Return the number, from 1, of the next line that is neither empty nor a comment."""
    later = (n for n in range(number + 1, len(lines)) if lines[n].strip() and not lines[n].lstrip().startswith("#"))
    return next(later, number) + 1


def _tree(text: str) -> Node | None:
    try:
        return tree_of(text)
    except TooDeepError:
        return None


def _scalars(root: Node) -> Iterator[Node]:
    """Yield every scalar that contains a number sign."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.aliased:
            continue
        if node.text is not None and "#" in node.text:
            yield node
        waiting.extend(child for pair in node.pairs for child in pair if child is not None)


def _within(node: Node, line: int, column: int) -> bool:
    return (node.start.line, node.start.column) <= (line, column) < (node.end.line, node.end.column)
