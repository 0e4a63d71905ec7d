"""What the compiler has to say about a specification: findings, their places, and the error that carries them."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """How bad a finding is: only an error stops the build."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Place(msgspec.Struct, frozen=True):
    """Where a finding is, as a path into the document; turned into line and column only when it is shown.

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
        """The place of a value further down."""
        return Place(self.file, (*self.path, *steps))

    def key(self, name: str) -> Place:
        """The place of a key of the mapping that stands here."""
        return Place(self.file, (*self.path, name), on_key=True)

    def within(self, start: int, length: int) -> Place:
        """The place of some characters of the text that stands here; of all of it when the length is 0."""
        return Place(self.file, self.path, self.on_key, (start, length) if length else None)


class Span(msgspec.Struct, frozen=True):
    """A stretch of one line: line and column count from 1, length in characters."""

    line: int
    column: int
    length: int = 1


class Diagnostic(msgspec.Struct, frozen=True):
    """One finding: a stable code, where it is, what is wrong and how to repair it.

    `span` and `excerpt` (the line of the file) are filled in when the finding is located in the text.
    """

    code: str
    place: Place
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    span: Span | None = None
    excerpt: str = ""
