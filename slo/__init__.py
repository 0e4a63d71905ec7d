"""Compiles SLOs into Prometheus rules, alerts, their tests and Alertmanager routes.

The public face of the compiler; everything else may change without notice:

- `compile_text(text)`: a specification in, the texts of the outputs out.
- `load_set(file)`: the objectives of a specification as values.
- `ObjectiveSet`, `Objective`, `BurnRateAlert`, `Selector`: these values.
- `CompileError`: the specification is wrong; holds all findings.
- `__version__`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slo.errors import CompileError

if TYPE_CHECKING:
    from slo.api import BurnRateAlert, Objective, ObjectiveSet, Selector, compile_text, load_set

    __version__: str

__all__ = [
    "BurnRateAlert",
    "CompileError",
    "Objective",
    "ObjectiveSet",
    "Selector",
    "__version__",
    "compile_text",
    "load_set",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any attribute
    """Import what is asked for: `import slo` stays cheap."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - reading metadata is slow

        return version("slobox")
    from slo import api  # noqa: PLC0415 - see above

    return getattr(api, name)
