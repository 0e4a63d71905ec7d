"""Texts with slots, written once for many SLOs; each SLO fills in its values.

Slots are private characters of Unicode. A template is made of our own texts and of group labels, which are printable:
neither can hold one. Everything else that users write is a value, and values are not searched for slots.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST = 0xE000
_SLOT = re.compile("([\ue000-\uf8ff])")


def slot(number: int) -> str:
    """Return the character that stands for a value."""
    return chr(_FIRST + number)


LABELS, QUOTED_LABELS, PREFIX, TITLE, READ, QUIET = map(slot, range(6))
"""A slot for each of the `Values`, in the same order."""


class Values(NamedTuple):
    """What one SLO fills in; `title` and `read` are ready for a Go template.

    Attributes:
        labels: matchers of its series.
        quoted_labels: the same within a string literal.
        prefix: what the names of its alerts begin with.
        title: its title.
        read: the series that the SLI reads.
        quiet: what keeps `NoData` from firing, as operands of `unless on ()`.
    """

    labels: str = ""
    quoted_labels: str = ""
    prefix: str = ""
    title: str = ""
    read: str = ""
    quiet: str = ""


class Template(msgspec.Struct, frozen=True, gc=False):
    """A text with slots, and its parts: every second one is a slot.

    Attributes:
        slots: the index of a value for each slot.
    """

    text: str
    parts: list[str]
    slots: list[int]

    @classmethod
    def of(cls, text: str) -> Template:
        """Return the template for a text with slots."""
        parts = _SLOT.split(text)
        return cls(text, parts, [ord(part) - _FIRST for part in parts[1::2]])

    @property
    def literal(self) -> str:
        """The text without its slots."""
        return "".join(self.parts[::2])

    def filled(self, values: Sequence[str]) -> str:
        """Return the text with the values of one SLO, by slot."""
        parts = self.parts[:]
        parts[1::2] = [values[number] for number in self.slots]
        return "".join(parts)


def series(name: str, kind: str = "") -> str:
    """Return a series of the SLO with a slot for its labels, and the kind of its events."""
    which = f',kind="{kind}"' if kind else ""
    return f"{name}{{{LABELS}{which}}}"


def quoted(text: str) -> str:
    """Return a text with slots as a string literal of a Go template."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped.replace(LABELS, QUOTED_LABELS)}"'
