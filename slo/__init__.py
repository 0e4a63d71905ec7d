"""Compiles SLOs into Prometheus rules, alerts, their tests and Alertmanager routes.

The public face of the compiler; everything else may change without notice:

- `compile_text(text)`: a specification in, the texts of the outputs out.
- `CompileError`: the specification is wrong; holds all findings.
- `__version__`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slo.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    __version__: str

__all__ = ["CompileError", "__version__", "compile_text"]


def compile_text(text: str, *, file: str = "slos.yaml", targets: Sequence[str] = ("prometheus",)) -> dict[str, str]:
    """Compile one specification without touching any file.

    `alerting.base` is not read either: the target `alertmanager` adds its routes to a minimal configuration.

    Args:
        text: the specification, as YAML.
        file: how findings call it.
        targets: which outputs to make; an empty sequence stands for those that `outputs` names, or else for the three
            that `slo build` makes.

    Returns:
        The texts of the outputs by their path, relative to the specification.

    Raises:
        CompileError: the specification is wrong.
        ValueError: there is no such target, or `targets` is a text.

    >>> sli = "{events: {total: orders_total, bad: failed_orders_total}}"
    >>> outputs = compile_text(f"{{version: 1, service: shop, slos: [{{name: buy, objective: 99%, sli: {sli}}}]}}")
    >>> list(outputs)
    ['build/slo/prometheus/shop.rules.yml']
    >>> compile_text("{version: 1, service: shop, slos: [{name: buy, objective: 100%, sli: {up: up}}]}")
    Traceback (most recent call last):
    slo.errors.CompileError: SLO024: an objective of 100% leaves no error budget
    """
    from slo.emit import EMITTERS  # noqa: PLC0415 - `import slo` stays cheap
    from slo.load import decoded  # noqa: PLC0415 - as above
    from slo.pipeline import Request, compile_sources  # noqa: PLC0415 - as above

    if isinstance(targets, str):
        raise ValueError(f"targets is a sequence of names, such as [{targets!r}]")  # noqa: TRY004 - documented
    unknown = set(targets) - set(EMITTERS)
    if unknown:
        raise ValueError(f"no such target: {', '.join(sorted(unknown))}; known: {', '.join(EMITTERS)}")
    source = decoded(file, text.encode(errors="surrogatepass"))  # what no file could say is refused as if one did
    compiled = compile_sources([source], Request(tuple(targets)))
    return {str(path): output for one in compiled for path, output in one.files.items()}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever attribute is asked for
    """Look the version up when it is first asked for: reading metadata is slow."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415 - see above

    return version("slobox")
