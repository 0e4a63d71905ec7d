"""Positions in a YAML text: a tree of nodes over the events of libyaml, built where it is asked for.

Only findings need it, and each only the nodes on its path: the events of a large file take 20 ms, nodes for all of them
would take 100.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_DEPTH = 100
_STARTS = frozenset({"MappingStartEvent", "SequenceStartEvent"})
_ENDS = frozenset({"MappingEndEvent", "SequenceEndEvent"})
_VALUES = _STARTS | {"ScalarEvent"}


class Mark(NamedTuple):
    """A position in the text: offset in characters, line and column, all counted from 0."""

    offset: int
    line: int
    column: int


class TooDeepError(Exception):
    """The document nests deeper than any specification needs."""

    def __init__(self, mark: Mark) -> None:
        """Keep where the limit was passed."""
        super().__init__("nested too deeply")
        self.mark = mark


class _Document(NamedTuple):
    """The events of the first document.

    Attributes:
        events: mappings, lists, scalars and aliases in the order of the text.
        ends: for the start of each mapping and list, the number of the event that ends it.
        targets: for each alias, the number of the event that has its anchor.
    """

    events: list[Any]
    ends: dict[int, int]
    targets: dict[int, int]


class Node:
    """One value of the document.

    Attributes:
        aliased: it was reached through an alias.
    """

    def __init__(self, document: _Document, number: int) -> None:
        """Stand for the value that begins with this event."""
        self._document = document
        self._at = number
        self.aliased = _kind(document.events[number]) == "AliasEvent"
        self._value = document.targets.get(number, number)

    @property
    def start(self) -> Mark:
        """Its first character."""
        return _mark(self._document.events[self._at].start_mark)

    @property
    def end(self) -> Mark:
        """The character after its last one."""
        return _mark(self._document.events[self._document.ends.get(self._at, self._at)].end_mark)

    @property
    def text(self) -> str | None:
        """The text of a scalar; None for mappings and lists."""
        event = self._document.events[self._value]
        return str(event.value) if _kind(event) == "ScalarEvent" else None

    @cached_property
    def pairs(self) -> list[tuple[Node | None, Node]]:
        """Keys and values; the key is None in a list."""
        parts = iter([Node(self._document, number) for number in self._parts()])
        if _kind(self._document.events[self._value]) == "MappingStartEvent":
            return list(zip(parts, parts, strict=True))
        return [(None, part) for part in parts]

    def _parts(self) -> Iterator[int]:
        """Yield the events with which keys and values begin, one after the other."""
        ends = self._document.ends
        number, end = self._value + 1, ends.get(self._value, 0)
        while number < end:
            yield number
            number = ends.get(number, number) + 1

    @cached_property
    def _children(self) -> dict[str | int, tuple[Node | None, Node]]:
        found: dict[str | int, tuple[Node | None, Node]] = {}
        for index, (key, value) in enumerate(self.pairs):
            found.setdefault(index if key is None else str(key.text), (key, value))
        return found

    def child(self, step: str | int) -> tuple[Node | None, Node] | None:
        """Return the key and the value that one step of a path leads to, or None."""
        return self._children.get(step)


@lru_cache(maxsize=256)  # findings are located before and after comments are judged
def events_to_tree(text: str) -> Node | None:
    """Return the root of the first document; None when it is empty.

    Never recurses, so that no text can exhaust the stack.

    Raises:
        TooDeepError: the document nests deeper than `MAX_DEPTH`.
        ValueError: the text is not YAML, with the parser's error as its cause.
    """
    import yaml  # noqa: PLC0415 - only findings need it

    try:
        document = _document(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return Node(document, 0) if document.events else None


def _document(events: Iterable[Any]) -> _Document:
    kept: list[Any] = []
    ends: dict[int, int] = {}
    targets: dict[int, int] = {}
    anchors: dict[str, int] = {}
    stack: list[int] = []
    for event in events:
        kind = _kind(event)
        if kind in _ENDS:
            ends[stack.pop()] = len(kept)
        elif kind == "AliasEvent":
            targets[len(kept)] = anchors.get(event.anchor, len(kept))
        elif kind not in _VALUES:
            continue
        elif event.anchor:
            anchors[event.anchor] = len(kept)
        if kind in _STARTS:
            stack.append(len(kept))
            if len(stack) > MAX_DEPTH:
                raise TooDeepError(_mark(event.start_mark))
        kept.append(event)
    return _Document(kept, ends, targets)


def _kind(event: Any) -> str:  # noqa: ANN401 - PyYAML's events carry no types
    return type(event).__name__


def _mark(mark: Any) -> Mark:  # noqa: ANN401 - as above
    return Mark(mark.index, mark.line, mark.column)


def every_mapping(root: Node) -> Iterator[Node]:
    """Yield each mapping of the document, outer ones first, in the order of the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.aliased:
            continue
        if any(key is not None for key, _ in node.pairs):
            yield node
        waiting.extend(child for _, child in reversed(node.pairs))
