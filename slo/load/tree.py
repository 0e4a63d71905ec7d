"""Where everything stands in a YAML text: a tree of nodes with their marks, built only to place an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 100


class Mark(NamedTuple):
    """A place in the text: its offset in characters, line and column, all counted from 0."""

    offset: int
    line: int
    column: int


class TooDeepError(Exception):
    """The document nests deeper than any specification needs."""

    def __init__(self, mark: Mark) -> None:
        """Keep where the limit was passed."""
        super().__init__("nested too deeply")
        self.mark = mark


@dataclass(slots=True)
class Node:
    """One value of the document.

    Attributes:
        start: its first character.
        end: the character after its last one.
        text: what a scalar says; none for mappings and lists.
        pairs: keys and values; the key is none in a list.
        aliased: it was reached through an alias.
    """

    start: Mark
    end: Mark
    text: str | None = None
    pairs: list[tuple[Node | None, Node]] = field(default_factory=list)
    aliased: bool = False
    _children: dict[str | int, tuple[Node | None, Node]] = field(default_factory=dict)

    def child(self, step: str | int) -> tuple[Node | None, Node] | None:
        """The key and the value that one step of a path leads to, or None where there is no such thing."""
        if not self._children:
            for index, (key, value) in enumerate(self.pairs):
                self._children.setdefault(index if key is None else str(key.text), (key, value))
        return self._children.get(step)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    node: Node
    is_mapping: bool
    key: Node | None = None

    def add(self, child: Node) -> None:
        if self.is_mapping and self.key is None:
            self.key = child
            return
        self.node.pairs.append((self.key, child))
        self.key = None


def events_to_tree(text: str) -> Node | None:
    """The nodes of the first document; none when it is empty.

    Never recurses, so that no text can exhaust the stack.

    Raises:
        TooDeepError: the document nests deeper than `MAX_DEPTH`.
        ValueError: the text is not YAML, with the parser's error as its cause.
    """
    import yaml  # noqa: PLC0415 - only needed when there is an error to place

    try:
        return _build(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _build(events: Iterator[Any]) -> Node | None:
    root: list[Node] = []
    stack: list[_Open] = []
    anchors: dict[str, Node] = {}
    for event in events:
        kind = type(event).__name__
        if kind in {"SequenceEndEvent", "MappingEndEvent"}:
            stack.pop().node.end = _mark(event.end_mark)
        elif kind in {"ScalarEvent", "AliasEvent", "SequenceStartEvent", "MappingStartEvent"}:
            node = _node(event, kind, anchors)
            (stack[-1].add if stack else root.append)(node)
            if kind.endswith("StartEvent"):
                stack.append(_Open(node, kind == "MappingStartEvent"))
        if len(stack) > MAX_DEPTH:
            raise TooDeepError(_mark(event.start_mark))
    return root[0] if root else None


def _node(event: Any, kind: str, anchors: dict[str, Node]) -> Node:  # noqa: ANN401 - PyYAML's events carry no types
    start, end = _mark(event.start_mark), _mark(event.end_mark)
    if kind == "AliasEvent":
        target = anchors.get(event.anchor, Node(start, end))
        return Node(start, end, target.text, target.pairs, aliased=True)
    node = Node(start, end)
    if kind == "ScalarEvent":
        node.text = event.value
    if event.anchor:
        anchors[event.anchor] = node
    return node


def _mark(mark: Any) -> Mark:  # noqa: ANN401 - as above
    return Mark(mark.index, mark.line, mark.column)


def every_mapping(root: Node) -> Iterator[Node]:
    """Each mapping of the document, outer ones first, in the order of the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.aliased:
            continue
        if any(key is not None for key, _ in node.pairs):
            yield node
        waiting.extend(child for _, child in reversed(node.pairs))
