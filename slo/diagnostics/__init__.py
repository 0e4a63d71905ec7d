"""Diagnostics: code, place, message and hint of each finding."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """The severity of a finding: only an error stops the build."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Place(msgspec.Struct, frozen=True):
    """The place of a finding, as a path into the document; line and column are computed when it is shown.

    Attributes:
        file: name of the file as the user gave it.
        path: keys and list indices from the top of the document to the value.
        on_key: the finding is about the last key of the path, not about its value.
        part: the finding is about a part of a text: its first character, counted from 0, and its length.
    """

    file: str
    path: tuple[str | int, ...] = ()
    on_key: bool = False
    part: tuple[int, int] | None = None

    def at(self, *steps: str | int) -> Place:
        """Return the place of a value below."""
        return Place(self.file, (*self.path, *steps))

    def key(self, name: str) -> Place:
        """Return the place of a key of this mapping."""
        return Place(self.file, (*self.path, name), on_key=True)

    def within(self, start: int, length: int) -> Place:
        """Return the place of some characters of this text; of all of it if the length is 0."""
        return Place(self.file, self.path, self.on_key, (start, length) if length else None)


class Span(msgspec.Struct, frozen=True):
    """A part of one line: line and column count from 1, length in characters."""

    line: int
    column: int
    length: int = 1


class Diagnostic(msgspec.Struct, frozen=True):
    """One finding: a stable code, its place, what is wrong, and the fix.

    `span` and `excerpt` (the line of the file) are filled in when the finding is located in the text.
    """

    code: str
    place: Place
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    span: Span | None = None
    excerpt: str = ""
