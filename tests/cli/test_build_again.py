"""`slo build` over what an earlier build left: sets that were renamed, and files that this build leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Slo
from tests.cli.test_build import spec

OLD = Path("build/slo/prometheus/plat.rules.yml")
NEW = Path("build/slo/prometheus/plat2.rules.yml")


@pytest.fixture(autouse=True)
def _two_files(folder: Path) -> None:
    """Two files of one set, and one of another."""
    (folder / "slos.yaml").unlink()
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(spec(name, "set: plat"))
    (folder / "three.yaml").write_text(spec("three"))


def rename(folder: Path) -> None:
    """Call the set otherwise."""
    for path in folder.glob("*.yaml"):
        path.write_text(path.read_text().replace("set: plat", "set: plat2"))


def test_files_of_a_renamed_set_are_leftovers(slo: Slo, folder: Path) -> None:
    """A build warns of them, --check finds them, --prune removes them and nothing else."""
    slo("build", ".")
    rename(folder)

    said = slo("build", ".", "--target", "prometheus")
    assert (said.status, said.err.count("SLO087")) == (0, 1)
    assert OLD.exists()
    assert f"{OLD}: is no longer made" in slo("build", ".", "--check").err

    pruned = slo("build", ".", "--prune")
    assert (pruned.status, pruned.err.count("SLO087")) == (0, 0)
    assert [OLD.exists(), NEW.exists()] == [False, True]
    assert slo("build", ".", "--check").status == 0


def test_a_set_with_files_that_are_not_in_the_build_is_none(slo: Slo, folder: Path) -> None:
    """It may still be built from them, by another command."""
    slo("build", ".")
    rename(folder)

    said = slo("build", "one.yaml", "three.yaml", "--target", "prometheus", "--prune")

    assert (said.status, said.err) == (0, "")
    assert OLD.exists()


@pytest.mark.parametrize(("service", "stays"), [("one", False), ("three", True)])
def test_in_a_shared_folder_an_slo_has_to_be_the_same(slo: Slo, folder: Path, service: str, *, stays: bool) -> None:
    """Two teams that both have a `slos.yaml` do not remove each other's rules."""
    for team, name, slo_set in (("a", "one", "plat"), ("b", service, "plat2")):
        (folder / team).mkdir()
        (folder / team / "slos.yaml").write_text(spec(name, f"set: {slo_set}"))
    rules = ("-o", "out", "--target", "prometheus")
    slo("build", "a", *rules)

    assert slo("build", "b", *rules, "--prune").status == 0

    assert Path("out/prometheus/plat.rules.yml").exists() is stays


def test_a_file_of_the_set_that_is_left_out_is_told(slo: Slo) -> None:
    """Its alerts would vanish without a word."""
    slo("build", ".")

    said = slo("build", "one.yaml", "three.yaml", "--target", "prometheus")

    assert (said.status, said.err.count("SLO088")) == (0, 1)
    assert f"output {OLD} loses the SLOs of two.yaml" in said.err
    assert slo("build", "one.yaml", "three.yaml", "--target", "prometheus").err == ""


def test_a_file_that_is_gone_is_not_missed(slo: Slo, folder: Path) -> None:
    """Whoever removes a file means it."""
    slo("build", ".", "--target", "prometheus")
    (folder / "two.yaml").unlink()

    assert slo("build", ".", "--target", "prometheus").err == ""
