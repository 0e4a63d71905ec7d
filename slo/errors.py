"""The error that the compiler raises; a module of its own, since who only handles it needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slo.diagnostics import Diagnostic


class CompileError(Exception):
    """The specification cannot be compiled; holds every problem that the stage found, never none."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Keep the findings in the order in which they stand in the file."""
        super().__init__("\n".join(f"{d.code}: {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics
