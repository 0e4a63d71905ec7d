"""Reads Markdown pages: headings, fenced blocks, code spans and links."""

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is the first line of its content, counted from 1."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Return where it stands."""
        return f"{self.page.name}:{self.line}"


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown page, parsed."""

    path: Path
    tokens: tuple[Token, ...]

    @property
    def blocks(self) -> list[Block]:
        """Return the fenced blocks in their order."""
        fences = [token for token in self.tokens if token.type == "fence" and token.map]
        return [Block(self.path, token.map[0] + 2, token.info.strip(), token.content) for token in fences if token.map]

    @property
    def commands(self) -> list[tuple[Block, str]]:
        """Return every line of the `sh` blocks that is a command; lines that end with a backslash go on."""
        found = []
        for block in self.blocks:
            if block.language == "sh":
                lines = block.text.replace("\\\n", " ").splitlines()
                found += [(block, line.strip()) for line in lines if line.strip() and not line.startswith("#")]
        return found

    def headings(self, level: int) -> list[str]:
        """Return the headings of one level."""
        return [text for depth, text in self._headings() if depth == level]

    @property
    def anchors(self) -> set[str]:
        """Return what links to headings of this page may say after the `#`, as GitHub makes them."""
        return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text in self._headings()}

    @property
    def links(self) -> list[str]:
        """Return the targets of links and pictures."""
        inline = [child for token in self.tokens for child in token.children or ()]
        found = [child.attrs.get("href") or child.attrs.get("src") for child in inline]
        return [str(target) for target in found if target]

    @property
    def code_spans(self) -> list[str]:
        """Return what stands between backticks in the text."""
        inline = [child for token in self.tokens for child in token.children or ()]
        return [child.content for child in inline if child.type == "code_inline"]

    def _headings(self) -> list[tuple[int, str]]:
        return [
            (int(token.tag[1]), self.tokens[number + 1].content.replace("`", ""))
            for number, token in enumerate(self.tokens)
            if token.type == "heading_open"
        ]


def read(path: Path) -> Page:
    """Return the page at `path`."""
    return Page(path, tuple(MARKDOWN.parse(path.read_text(encoding="utf-8"))))


def broken_links(page: Page, root: Path) -> list[str]:
    """Return the relative links that lead to no file of the checkout, or to no heading of it."""
    found = []
    for link in page.links:
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.path.parent / name).resolve() if name else page.path
        there = target.is_relative_to(root) and target.exists()
        if not there or (anchor and target.suffix == ".md" and anchor not in read(target).anchors):
            found.append(link)
    return found
