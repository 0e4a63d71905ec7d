"""The wheel alone is the whole compiler, and nothing but the compiler."""

from __future__ import annotations

import os
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.wheel import build, install

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTSIDE = ("box", "apps", "loadtest", "tools", "tests")


@dataclass(frozen=True, slots=True)
class Installation:
    """An empty environment with the wheel in it, and an empty folder to work in."""

    bin: Path
    folder: Path
    env: Mapping[str, str]

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment; it sees nothing of the checkout."""
        command = [str(self.bin / program), *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout without network."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel and what it depends on, at the locked versions, in an environment of its own."""
    folder = tmp_path_factory.mktemp("installation")
    programs = install(wheel, folder / "venv")
    (folder / "work").mkdir()
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return Installation(programs, folder / "work", {**env, "VIRTUAL_ENV": str(programs.parent)})


def test_the_wheel_holds_the_compiler_alone(wheel: Path) -> None:
    """No demo, no test and no tool is shipped; the licence and the type marker are."""
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"slo"}
    assert "slo/py.typed" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_installed_compiler_makes_rules(installation: Installation) -> None:
    """In an empty folder `slo init && slo build && slo lint` work, and rules are there."""
    for command in ("init", "build", "lint"):
        answer = installation.run("slo", command)
        assert answer.returncode == 0, f"slo {command}: {answer.stdout}{answer.stderr}"

    written = [path.name for path in installation.folder.rglob("*.yml")]
    assert any("rules" in path.parts or "rules" in path.name for path in installation.folder.rglob("*.yml")), written


@pytest.mark.parametrize("package", OUTSIDE)
def test_the_demo_is_not_installed(installation: Installation, package: str) -> None:
    """Nothing of the demo can be imported."""
    answer = installation.run("python", "-c", f"import {package}")

    assert answer.returncode == 1
    assert f"No module named '{package}'" in answer.stderr
