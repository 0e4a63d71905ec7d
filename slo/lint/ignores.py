"""Comments in specifications that switch findings off: `# slo: ignore SLO113 exported by a legacy proxy`.

One stands on the line that a finding points at, or alone on a line above it; at the first line of an SLO it holds for
the whole SLO. It has to say why, and it has to ignore something.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place, Severity, Span, pages
from slo.load.faults import lines_of
from slo.load.tree import TooDeepError, events_to_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slo.load.tree import Node

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*slo:[ \t]*ignore\b[ \t:]*(.*)")
_CODES = re.compile(r"(?:(SLO\d+)\b[ \t,:]*)", re.IGNORECASE)
_A_WORD = re.compile(r"\w\w")
_HINT = "write # slo: ignore {} REASON"


class Ignored(msgspec.Struct, frozen=True):
    """A finding that a comment switches off, and why."""

    finding: Diagnostic
    reason: str


class Comment(msgspec.Struct, frozen=True):
    """One such comment.

    Attributes:
        file: where it is.
        line: its line, counted from 1, and the line that it is about.
        about: the same line, or that of the next value where the comment stands alone.
        span: where it stands.
        codes: what it ignores.
        reason: the text after the codes; empty if it has no word.
    """

    file: str
    about: int
    span: Span
    excerpt: str
    codes: tuple[str, ...]
    reason: str


class Judged(msgspec.Struct, frozen=True):
    """Findings that are left, those that comments ignore, and findings about the comments."""

    kept: tuple[Diagnostic, ...]
    ignored: tuple[Ignored, ...] = ()
    about_comments: tuple[Diagnostic, ...] = ()


def judge(findings: Sequence[Diagnostic], texts: Mapping[str, str], run: frozenset[str] = frozenset()) -> Judged:
    """Take ignored findings away. `findings` know their lines already; `run`: the codes that were looked for."""
    trees: dict[str, Node | None] = {}
    comments = [comment for file, text in texts.items() for comment in _comments(file, text, trees)]
    if not comments:
        return Judged(tuple(findings))
    kept: list[Diagnostic] = []
    ignored: list[Ignored] = []
    used: set[tuple[Comment, str]] = set()
    for found in findings:
        by = [c for c in comments if _switches_off(c, found, trees)]
        used |= {(c, found.code) for c in by}
        (ignored.append(Ignored(found, by[0].reason)) if by else kept.append(found))
    wrong = [problem for c in comments for problem in _problems(c, used, run)]
    return Judged(tuple(kept), tuple(ignored), tuple(wrong))


def _switches_off(comment: Comment, found: Diagnostic, trees: Mapping[str, Node | None]) -> bool:
    if found.code not in comment.codes or not comment.reason or found.place.file != comment.file:
        return False
    if found.severity is Severity.ERROR or found.span is None:
        return False
    return comment.about in {found.span.line, _first_line(found.place, trees[comment.file])}


def _first_line(place: Place, root: Node | None) -> int:
    """The first line of the SLO that a place belongs to; 0 where it belongs to none."""
    if root is None or place.path[:1] != ("slos",) or len(place.path) < 2:  # noqa: PLR2004 - slos and a number
        return 0
    found = root.child("slos")
    item = found[1].child(place.path[1]) if found else None
    return item[1].start.line + 1 if item else 0


def _problems(comment: Comment, used: set[tuple[Comment, str]], run: frozenset[str]) -> Iterator[Diagnostic]:
    """What is wrong with the comment itself."""
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
    """Why no comment can ignore it, or nothing."""
    if code not in pages.codes():
        return f"unknown code {code}"
    return f"{code} is an error, and errors cannot be ignored" if pages.page(code).severity is Severity.ERROR else ""


def _about(comment: Comment, code: str, message: str, hint: str) -> Diagnostic:
    severity = pages.page(code).severity
    return Diagnostic(code, Place(comment.file), message, hint, severity, comment.span, comment.excerpt)


def _comments(file: str, text: str, trees: dict[str, Node | None]) -> Iterator[Comment]:
    """All of a file; what looks like one inside of a text is none."""
    if "slo:" not in text or "ignore" not in text:
        return
    lines = lines_of(text)
    found = [(n, match) for n, line in enumerate(lines) for match in _COMMENT.finditer(line)]
    if not found:
        return
    trees[file] = root = _tree(text)
    if root is None:  # where texts begin and end is unknown, and no warning is about such a file
        return
    scalars = list(_scalars(root))
    for number, match in found:
        if any(_within(node, number, match.start()) for node in scalars):
            continue
        codes, said = _said(match.group(1))
        reason = said if _A_WORD.search(said) else ""
        span = Span(number + 1, match.start() + 1, len(match.group().rstrip()))
        alone = not lines[number][: match.start()].strip()
        about = _next_line(lines, number) if alone else number + 1
        yield Comment(file, about, span, lines[number], codes, reason)


def _said(words: str) -> tuple[tuple[str, ...], str]:
    """Codes, and what follows them."""
    codes: list[str] = []
    rest = words
    while match := _CODES.match(rest):
        codes.append(match.group(1).upper())
        rest = rest[match.end() :]
    return tuple(codes), rest.strip(" \t-:,;.")


def _next_line(lines: Sequence[str], number: int) -> int:
    """The number, from 1, of the next line that is neither empty nor only a comment."""
    later = (n for n in range(number + 1, len(lines)) if lines[n].strip() and not lines[n].lstrip().startswith("#"))
    return next(later, number) + 1


def _tree(text: str) -> Node | None:
    try:
        return events_to_tree(text)
    except (TooDeepError, ValueError):
        return None


def _scalars(root: Node) -> Iterator[Node]:
    """Every text of the document that may hold a number sign."""
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
