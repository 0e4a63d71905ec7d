"""Text of users, made fit for XML, for a line of print, and for a reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 120
_DESCRIPTION = 600
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufffe\uffff\ud800-\udfff]+")
"""Not allowed in XML, line breaks, and marks which change the direction of the text after them."""


def plain(text: str, longest: int = _LONGEST) -> str:
    r"""Return one line of text, cut where it is too long.

    >>> plain("a\nb\u202ec\x00")
    'a b c '
    """
    line = _UNFIT.sub(" ", text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def distinct(names: Iterable[str]) -> list[str]:
    """Return plain names, numbered where two would be the same: they would be drawn as one.

    >>> distinct(["p99", "p99", "p50"])
    ['p99', 'p99 (2)', 'p50']
    """
    made: list[str] = []
    for name in map(plain, names):
        number = 1
        while (one := name if number == 1 else f"{name} ({number})") in made:
            number += 1
        made.append(one)
    return made


def described(text: str) -> str:
    """Return a description, which may be longer than a label."""
    return plain(text, _DESCRIPTION)
