"""The text of alerts that are alike: written once, and filled in for each SLO without looking at it again."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import asdict

from slo.plan.kin import Filling, Kin
from slo.yaml_scalar import is_reserved

if TYPE_CHECKING:
    from collections.abc import Callable

    from slo.plan.kin import Pattern
    from slo.plan.rules import Alert

_WORDS = Filling(*(f"blankx{name}" for name in Filling.__struct_fields__))
"""What marks the holes while they are looked for; a user's text that holds one of these words has no stencil."""

_AWKWARD = Filling("a-1", "b-0", "A1B0", r"""A "title": 100 % of {a} \ [b] # c""", r"""a{b=~"\\d%s",c="d"}, e{f="g"}""")
"""As much as `_is_easy` lets pass."""


class Stencil(msgspec.Struct, frozen=True):
    """A text with holes: every second part is one, and `blanks` picks what belongs there. Without parts it is none."""

    parts: list[str]
    blanks: Callable[[dict[str, str]], Any]

    def filled(self, filling: Filling) -> str:
        """The text with everything filled in; empty where YAML would have to spell something in another way."""
        if not self.parts or not _is_easy(filling):
            return ""
        text = self.parts[:]
        text[1::2] = self.blanks(_blanks(filling))
        return "".join(text)


def stencil(pattern: Pattern, write: Callable[[Alert], str]) -> Stencil:
    """The alerts of the pattern as text; without parts where filling them in gives something else than writing."""
    names = {word: name for name, word in _blanks(_WORDS).items()}
    text = "".join(map(write, Kin(pattern, _WORDS).spelled()))
    parts = re.split(f"({'|'.join(map(re.escape, names))})", text)
    made = Stencil(parts, itemgetter(*(names[word] for word in parts[1::2])))
    written = "".join(map(write, Kin(pattern, _AWKWARD).spelled()))
    return made if made.filled(_AWKWARD) == written else Stencil([], made.blanks)


def _blanks(filling: Filling) -> dict[str, str]:
    """What is filled in, by name; what stands together most often comes first, and is filled in as one."""
    labels = f'service="{filling.service}",slo="{filling.slo}"'
    return {"labels": labels, "quoted": labels.replace('"', '\\"'), **asdict(filling)}


def _is_easy(filling: Filling) -> bool:
    """Nothing of it needs an escape between single quotes, and names need no quotes at all."""
    texts = filling.title + filling.read
    if not texts.isascii() or not texts.isprintable() or "'" in texts:
        return False
    return not is_reserved(filling.service) and not is_reserved(filling.slo)
