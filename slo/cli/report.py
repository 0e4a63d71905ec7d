"""Print diagnostics on standard error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from slo.diagnostics.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.diagnostics import Diagnostic

_MOST_SHOWN = 50


def print_all(diagnostics: Sequence[Diagnostic]) -> None:
    """On standard error, the first fifty of them, in colour on a terminal unless NO_COLOR is set."""
    colour = wants_colour()
    for diagnostic in diagnostics[:_MOST_SHOWN]:
        print(render(diagnostic, colour=colour), file=sys.stderr)
    if len(diagnostics) > _MOST_SHOWN:
        print(f"... and {len(diagnostics) - _MOST_SHOWN} more", file=sys.stderr)


def wants_colour() -> bool:
    """Whether standard error is a terminal that may show colour."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
