"""The error of the compiler; its own module, so that handling it imports nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slo.diagnostics import Diagnostic


class CompileError(Exception):
    """The specification cannot be compiled; has at least one diagnostic."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Keep the diagnostics in the order of the file."""
        super().__init__("\n".join(f"{d.code}: {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics
