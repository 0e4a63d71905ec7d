"""What makes `box up` start again instead of saying that the stack runs already."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from box.layout import Layout
from box.services import SERVICES
from box.settings import Settings
from box.stack import fingerprint
from box.supervision.program import Run
from tests.conftest import ROOT

PORTS = {name: 18000 + number for number, name in enumerate(name for each in SERVICES for name, _ in each.ports)}
PROGRAMS = {
    name: Path("/opt", name) for name in ("prometheus", "alertmanager", "otelcol", "victoria-logs", "jaeger", "tempo")
}
RUN = Run(Settings(PORTS), PROGRAMS, 60, "up")
RULES = Path("monitoring/prometheus/rules")
BASE = Path("monitoring/alertmanager/base.yml")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A checkout's sources."""
    shutil.copytree(ROOT / "monitoring", tmp_path / "monitoring")
    shutil.copyfile(ROOT / "slos.yaml", tmp_path / "slos.yaml")
    return Layout(tmp_path, tmp_path / "run")


def edit(path: Path) -> None:
    """Add a comment."""
    path.write_text(path.read_text() + "\n# edited\n")


CHANGES: dict[str, Callable[[Path], object]] = {
    "the spec": lambda root: edit(root / "slos.yaml"),
    "Prometheus' config": lambda root: edit(root / "monitoring/prometheus/prometheus.yml"),
    "Alertmanager's base": lambda root: edit(root / BASE),
    "the Collector's config": lambda root: edit(root / "monitoring/otel-collector/config.yaml"),
    "hand-written rules": lambda root: edit(root / RULES / "platform.yml"),
    "a further rule file": lambda root: (root / RULES / "mine.yml").write_text("groups: []\n"),
    "a rule file that is gone": lambda root: (root / RULES / "platform.yml").unlink(),
    "a rule file of another name": lambda root: (root / RULES / "platform.yml").rename(root / RULES / "zoo.yml"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_source_of_a_config_counts(layout: Layout, change: Callable[[Path], object]) -> None:
    """Whatever a running stack was rendered from: with a change in it, it is another stack."""
    before = fingerprint(layout, RUN)

    change(layout.root)

    assert fingerprint(layout, RUN) != before


def test_what_is_compiled_anew_does_not_count(layout: Layout) -> None:
    """The rules of the checkout are made from the spec, and the box compiles its own."""
    before = fingerprint(layout, RUN)

    edit(layout.root / RULES / "slo.yml")

    assert fingerprint(layout, RUN) == before


def test_another_base_of_the_spec_counts(layout: Layout) -> None:
    """The spec names Alertmanager's base: it is that file whose edits are seen."""
    other = layout.root / "monitoring/alertmanager/mine.yml"
    (layout.root / BASE).rename(other)
    spec = layout.root / "slos.yaml"
    spec.write_text(spec.read_text().replace(BASE.as_posix(), "monitoring/alertmanager/mine.yml"))
    before = fingerprint(layout, RUN)

    edit(other)

    assert fingerprint(layout, RUN) != before
