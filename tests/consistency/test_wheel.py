"""The wheel alone is the whole compiler, and nothing but the compiler."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout without network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(root)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installation(root: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel and what it depends on, at the locked versions, in an environment of its own."""
    folder = tmp_path_factory.mktemp("installation")
    uv = str(Path(sys.executable).parent / "uv")
    env = {**os.environ, "UV_CACHE_DIR": str(root / ".cache" / "uv"), "VIRTUAL_ENV": str(folder / "venv")}
    env.pop("PYTHONPATH", None)
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")], env=env, check=True)
    install = [uv, "pip", "install", "--quiet", str(wheel), "--constraint", str(root / "requirements" / "dev.txt")]
    # What `make setup` downloaded is enough; only an environment that was made without uv asks the index again.
    if subprocess.run([*install, "--offline"], env=env, check=False, capture_output=True).returncode:
        subprocess.run(install, env=env, check=True)
    (folder / "work").mkdir()
    return Installation(folder / "venv" / "bin", folder / "work", env)


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
