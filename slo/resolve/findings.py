"""Collect the findings of a stage, to report all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from slo.diagnostics import Diagnostic, Place, Severity
from slo.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
V = TypeVar("V")


class RefusedError(ValueError):
    """A value is invalid; has the code, the message and the fix."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        """Keep what a diagnostic needs, except the place."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class Findings:
    """The findings so far."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._found: list[Diagnostic] = []

    def add(self, place: Place, code: str, message: str, hint: str = "") -> None:
        """Report one error."""
        self._found.append(Diagnostic(code, place, message, hint))

    def extend(self, found: Iterable[Diagnostic]) -> None:
        """Report the findings of another check."""
        self._found.extend(found)

    def read(self, read: Callable[[V], T], value: V | None, place: Place, *steps: str | int) -> T | None:
        """Return `read(value)`, or None without a value or after reporting that it was refused.

        The place of the value is `steps` below `place`.
        """
        if value is None:
            return None
        try:
            return read(value)
        except RefusedError as refused:
            self.add(place.at(*steps), refused.code, refused.message, refused.hint)
            return None

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """Return all findings without duplicates: each SLO repeats those about `defaults`."""
        return tuple(dict.fromkeys(self._found))

    @property
    def errors(self) -> int:
        """Return the number of errors."""
        return sum(d.severity is Severity.ERROR for d in self._found)

    def stop_if_any(self) -> None:
        """Raise the findings, if any.

        Raises:
            CompileError: there are findings.
        """
        if self._found:
            raise CompileError(self.found)
