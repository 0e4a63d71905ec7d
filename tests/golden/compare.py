"""Expected texts: what they say, how two outputs differ rule by rule, and what a failing test shows of it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher, unified_diff
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LINES = 40
"""Most lines of a difference that a failing test shows; the first ones tell what happened."""
_START = re.compile(r"      - (record|alert): (\S+)|  - name: (\S+)")
_LABEL = re.compile(r"          (service|slo|kind|tier): (\S+)")


class Block(NamedTuple):
    """A rule, or what stands before the rules of a group.

    Attributes:
        key: what tells a rule from the others: alerts have a tier where records have a name.
        title: its first line.
        lines: all of them.
    """

    key: tuple[str, ...]
    title: str
    lines: list[str]


def fail_unless_same(wanted: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Fail with the changed lines when the texts, by name, are not those that are expected."""
    names = [name for name in sorted(wanted.keys() | found.keys()) if wanted.get(name) != found.get(name)]
    shown = [line for name in names for line in _unified(name, wanted.get(name, ""), found.get(name, ""))]
    more = [f"... and {len(shown) - LINES} more lines"] if len(shown) > LINES else []
    if names:
        pytest.fail("\n".join([f"not as expected: {', '.join(names)}", *shown[:LINES], *more]), pytrace=False)


def _unified(name: str, wanted: str, found: str) -> list[str]:
    pair = wanted.splitlines(), found.splitlines()
    return [*unified_diff(*pair, f"{name} (expected)", f"{name} (now)", n=1, lineterm="")]


def changes(before: str, after: str) -> str:
    """What is different in a rule file: changed lines of rules in both, new rules, and the titles of those that went.

    Line numbers are left out, as they would move with every rule above.
    """
    old, new = _blocks(before), _blocks(after)
    partners = _partners(old, new)
    parts = [line for block, partner in zip(new, partners, strict=True) for line in _changed(block, partner)]
    gone = [f"- {block.title.strip()}" for block in old if block not in partners]
    return "".join(f"{line}\n" for line in [*parts, *(["# gone", *gone] if gone else [])])


def _blocks(text: str) -> list[Block]:
    lines = text.splitlines()
    starts = [0, *(number for number, line in enumerate(lines) if _START.match(line)), len(lines)]
    return [_block(lines[start:end]) for start, end in pairwise(starts) if start < end]


def _block(lines: list[str]) -> Block:
    start = _START.match(lines[0])
    if start is None:
        return Block(("head",), "", lines)
    labels = {found[1]: found[2] for line in lines if (found := _LABEL.match(line))}
    kind, name, group = start.groups()
    own = (group,) if group else (kind, labels.get("tier", name))
    return Block((*own, *(labels.get(key, "") for key in ("service", "slo", "kind"))), lines[0], lines)


def _partners(old: list[Block], new: list[Block]) -> list[Block | None]:
    """The old rule for each new one: that with the same key, or else one of the same name or tier that has no other."""
    left = list(old)
    found: dict[int, Block] = {}
    for length in (None, 2):
        for number, block in enumerate(new):
            partner = next(
                (each for each in left if number not in found and each.key[:length] == block.key[:length]), None
            )
            if partner is not None:
                found[number] = partner
                left.remove(partner)
    return [found.get(number) for number in range(len(new))]


def _changed(block: Block, partner: Block | None) -> Iterator[str]:
    if partner is None:
        yield f"# new{' ' * bool(block.title)}{block.title.strip()}"
        yield from (f"+ {line}".rstrip() for line in block.lines)
    elif partner.lines != block.lines:
        yield f"# in {block.title.strip()} {' '.join(block.key[2:]).strip()}".rstrip()
        for tag, a, b, c, d in SequenceMatcher(None, partner.lines, block.lines, autojunk=False).get_opcodes():
            if tag != "equal":
                yield from (f"- {line}".rstrip() for line in partner.lines[a:b])
                yield from (f"+ {line}".rstrip() for line in block.lines[c:d])
