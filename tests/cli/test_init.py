"""`slo init`: a start that builds, and never at the cost of a file that is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from slo.cli.init import EXAMPLE
from tests.cli.command import Slo


@pytest.fixture
def empty(folder: Path) -> Path:
    """A current folder without specification."""
    (folder / "slos.yaml").unlink()
    return folder


def test_example_builds(slo: Slo, empty: Path) -> None:
    """What init writes compiles without a warning, and fits its own schema."""
    assert slo("init").status == 0
    assert slo("build").status == 0
    assert slo("lint", "--strict").status == 0
    schema = json.loads((empty / "slo.schema.json").read_text())
    Draft202012Validator(schema).validate(yaml.safe_load((empty / "slos.yaml").read_text()))


def test_commented_parts_build_too(slo: Slo, empty: Path) -> None:
    """The parts that are comments are right when they are uncommented."""
    text = EXAMPLE.replace("  # - name: latency", "  - name: latency").replace("\n  #   ", "\n    ")
    text = text.replace("# outputs:   ", "outputs:   ").replace("\n#   ", "\n  ").replace("# links:", "links:")
    (empty / "slos.yaml").write_text(text)

    said = slo("build")

    assert (said.status, said.err) == (0, "")
    assert (empty / "rules/slo.yml").exists()
    assert "MyServiceLatencyBudgetBurn" in (empty / "rules/slo.yml").read_text()


def test_says_what_to_do_next(slo: Slo, empty: Path) -> None:
    """The next steps name the rule files as Prometheus has to load them."""
    said = slo("init")

    assert f"- {(empty / 'build/slo').resolve()}/prometheus/*.rules.yml" in said.out
    assert "/-/reload" in said.out
    assert not any(line.endswith(" ") for line in said.out.splitlines())


def test_in_another_folder(slo: Slo, empty: Path) -> None:
    """The folder is made, and the next steps name the file in it."""
    said = slo("init", "slos/web")

    assert said.status == 0
    assert (empty / "slos/web/slos.yaml").exists()
    assert f"slo build {Path('slos/web/slos.yaml')}\n" in said.out


def test_a_folder_with_a_blank(slo: Slo, empty: Path) -> None:
    """Commands can be pasted as they stand."""
    said = slo("init", "web shop")

    assert (empty / "web shop/slos.yaml").exists()
    assert f"slo lint '{Path('web shop/slos.yaml')}'\n" in said.out


def test_never_overwrites(slo: Slo, folder: Path) -> None:
    """An existing specification stays, and nothing else is written."""
    before = (folder / "slos.yaml").read_bytes()

    said = slo("init")

    assert said.status == 1
    assert "slos.yaml exists already" in said.err
    assert (folder / "slos.yaml").read_bytes() == before
    assert not (folder / "slo.schema.json").exists()


def test_existing_schema_stays(slo: Slo, empty: Path) -> None:
    """A schema that is there is kept."""
    (empty / "slo.schema.json").write_text("{}")

    said = slo("init")

    assert said.status == 0
    assert "kept       slo.schema.json" in said.out
    assert (empty / "slo.schema.json").read_text() == "{}"
