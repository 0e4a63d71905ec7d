"""The public face: a few names, cheap to import."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

import slo

SPEC = """\
version: 1
service: shop
slos: [{name: checkout, objective: 99.9%, sli: {events: {total: a_total, bad: b_total}}}]
"""


def test_names() -> None:
    """Nothing else is promised."""
    assert slo.__all__ == [
        "BurnRateAlert",
        "CompileError",
        "Objective",
        "ObjectiveSet",
        "Selector",
        "__version__",
        "compile_text",
        "load_set",
    ]
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


def test_load_set(tmp_path: Path) -> None:
    """The objectives of a file as values, with what the alerts need to fire."""
    path = tmp_path / "slos.yaml"
    path.write_text(SPEC.replace("b_total", "'a_total{code=~\"5..\"}'"))

    found = slo.load_set(path)

    assert found.name == "shop"
    (objective,) = found.objectives
    assert (objective.name, objective.budget, objective.window) == ("checkout", Decimal("0.001"), 30 * 86_400)
    assert objective.bad is not None
    assert objective.bad.matchers == (("code", "=~", "5.."),)
    assert [objective.bad.matches({"code": code}) for code in ("500", "200")] == [True, False]
    fastest = objective.alerts[0]
    assert (fastest.name, fastest.tier, fastest.severity) == ("ShopCheckoutBudgetBurn", "page-fast", "page")
    assert (fastest.burn_rate, fastest.threshold) == (Decimal("14.4"), Decimal("0.0144"))
    assert (fastest.long, fastest.short, fastest.pending) == (3_600, 300, 0)


@pytest.mark.parametrize(
    ("sli", "under"),
    [
        ("{latency: {histogram: request_seconds, under: 300ms}}", Decimal("0.3")),
        ("{latency: {histogram: request_milliseconds, under: 300ms}}", Decimal("0.3")),
        ("{latency: {histogram: request_bytes, under: 1MB}}", None),
        ("{up: up}", None),
    ],
)
def test_the_latency_of_an_objective_is_in_seconds(tmp_path: Path, sli: str, under: Decimal | None) -> None:
    """Whatever the unit of its histogram; a size has none, and slices have no selectors either."""
    path = tmp_path / "slos.yaml"
    path.write_text(SPEC.replace("{events: {total: a_total, bad: b_total}}", sli))

    (objective,) = slo.load_set(path).objectives

    assert objective.under == under
    assert (objective.total is None) == (sli == "{up: up}")
    assert objective.bad is None


def test_load_set_of_a_wrong_file(tmp_path: Path) -> None:
    """An error has its place; a folder of several sets is refused."""
    path = tmp_path / "slos.yaml"
    path.write_text(SPEC.replace("99.9%", "100%"))
    with pytest.raises(slo.CompileError) as caught:
        slo.load_set(path)
    assert caught.value.diagnostics[0].span is not None

    path.write_text(SPEC)
    (tmp_path / "more.yaml").write_text(SPEC.replace("service: shop", "service: cart"))
    with pytest.raises(ValueError, match="2 sets"):
        slo.load_set(tmp_path)


def test_import_is_cheap() -> None:
    """`import slo` loads no parser, and the command line only argparse and its own modules."""
    heavy = {"yaml", "ryaml", "msgspec", "promql_parser", "slo.pipeline", "hypothesis"}
    code = "import slo, slo.cli, sys; print(*sorted(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert heavy.isdisjoint(loaded)
