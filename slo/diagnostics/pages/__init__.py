"""The page of each code: title, severity, reason and fix. `slo explain CODE` prints it, docs/errors.md has them all."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec

from slo.diagnostics import Severity

_FOLDER = Path(__file__).parent


class Page(msgspec.Struct, frozen=True):
    """What one code means.

    Attributes:
        title: the finding as a noun phrase.
        severity: only errors stop a build.
        reason: why it matters.
        fix: what to do.
    """

    title: str
    severity: Severity
    reason: str
    fix: str


@lru_cache(maxsize=256)
def page(code: str) -> Page:
    """Return the page of a code.

    Raises:
        KeyError: there is no such code.
    """
    try:
        title, severity, *reason, _, fix = _paragraphs(_FOLDER / f"{code}.md")
    except FileNotFoundError:
        raise KeyError(code) from None
    return Page(title.removeprefix("# "), Severity(severity.removeprefix("Severity: ")), " ".join(reason), fix)


@lru_cache(maxsize=1)
def codes() -> tuple[str, ...]:
    """Return all codes, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("SLO*.md")))


def _paragraphs(file: Path) -> list[str]:
    """Return each paragraph as one line."""
    text = file.read_text(encoding="utf-8")
    return [" ".join(paragraph.split("\n")) for paragraph in text.strip().split("\n\n")]
