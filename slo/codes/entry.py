"""What is said about one code."""

from __future__ import annotations

import msgspec

from slo.diagnostics import Severity


class Entry(msgspec.Struct, frozen=True):
    """One code.

    Attributes:
        title: the problem in a few words.
        reason: why it is one.
        repair: what to do.
        severity: only errors stop a build.
    """

    title: str
    reason: str
    repair: str
    severity: Severity = Severity.ERROR
