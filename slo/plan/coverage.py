"""How alerts weigh the error ratio of a window by its recorded seconds, as PromQL."""

from __future__ import annotations

from slo.burnrate import ENOUGH


def weight(covered: str, window: float) -> str:
    """Return the recorded part of a window, 1 once enough is recorded.

    Args:
        covered: the series of recorded seconds.
        window: all seconds of the window, as the server counts them.
    """
    return f"clamp_max({covered} / {window:.10g}\n    + ({covered} >= bool {window / ENOUGH:.10g}), 1)"
