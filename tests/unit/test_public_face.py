"""The public face: three names, cheap to import, and pure."""

from __future__ import annotations

import subprocess
import sys

import pytest

import slo

SPEC = """\
version: 1
service: shop
slos: [{name: checkout, objective: 99.9%, sli: {events: {total: a_total, bad: b_total}}}]
"""


def test_names() -> None:
    """Nothing else is promised."""
    assert slo.__all__ == ["CompileError", "__version__", "compile_text"]
    assert all(getattr(slo, name) for name in slo.__all__)


def test_unknown_name() -> None:
    """A name that does not exist fails as everywhere."""
    with pytest.raises(AttributeError, match="no attribute 'compile'"):
        slo.compile  # noqa: B018


def test_compile_text() -> None:
    """A specification in, the texts of the outputs out."""
    outputs = slo.compile_text(SPEC, targets=("prometheus", "alertmanager"))

    assert list(outputs) == [
        "build/slo/prometheus/shop.rules.yml",
        "build/slo/alertmanager/alertmanager.yml",
    ]
    assert "ShopCheckoutBudgetBurn" in outputs["build/slo/prometheus/shop.rules.yml"]


def test_compile_text_is_deterministic() -> None:
    """The same text gives the same bytes."""
    assert slo.compile_text(SPEC) == slo.compile_text(SPEC)


def test_compile_error() -> None:
    """A wrong specification raises one error with placed findings."""
    with pytest.raises(slo.CompileError) as caught:
        slo.compile_text(SPEC.replace("99.9%", "100%"), file="mine.yaml")

    (finding,) = caught.value.diagnostics
    assert finding.span is not None
    assert (finding.code, finding.place.file, finding.span.line) == ("SLO024", "mine.yaml", 3)
    assert str(caught.value) == "SLO024: an objective of 100% leaves no error budget"


def test_unknown_target() -> None:
    """A target that does not exist is a mistake of the caller."""
    with pytest.raises(ValueError, match="no such target: grafanna; known: prometheus"):
        slo.compile_text(SPEC, targets=("grafanna",))


def test_import_is_cheap() -> None:
    """`import slo` loads no parser, and the command line only argparse and its own modules."""
    heavy = {"yaml", "ryaml", "msgspec", "promql_parser", "slo.pipeline", "hypothesis"}
    code = "import slo, slo.cli, sys; print(*sorted(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert heavy.isdisjoint(loaded)
