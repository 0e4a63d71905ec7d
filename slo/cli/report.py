"""Print diagnostics on standard error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.diagnostics import Diagnostic

_MOST_SHOWN = 50


def print_all(diagnostics: Sequence[Diagnostic]) -> None:
    """Print the first fifty on standard error, in colour on a terminal unless NO_COLOR is set."""
    if not diagnostics:
        return
    from slo.diagnostics.render import render  # noqa: PLC0415 - saves 5 ms where there is nothing to print

    colour = wants_colour()
    for diagnostic in diagnostics[:_MOST_SHOWN]:
        print(render(diagnostic, colour=colour), file=sys.stderr)
    if len(diagnostics) > _MOST_SHOWN:
        print(f"... and {len(diagnostics) - _MOST_SHOWN} more", file=sys.stderr)


def wants_colour() -> bool:
    """Return whether standard error is a terminal that may show colour."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
