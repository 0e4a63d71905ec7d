"""Installs the wheel of the compiler with its dependencies into an empty environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools import bootstrap

ROOT = Path(__file__).parent.parent


def build(folder: Path) -> Path:
    """Build the wheel of the checkout without network.

    Raises:
        subprocess.CalledProcessError: it cannot be built; the reason is on standard error.
    """
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


def install(wheel: Path, folder: Path, python: str = sys.executable) -> Path:
    """Install the wheel at locked versions into a new environment, compiled; return the folder of its programs.

    Raises:
        subprocess.CalledProcessError: it cannot be made.
    """
    uv = str(Path(sys.executable).with_name("uv"))
    env = {**bootstrap.caches(), **os.environ, "VIRTUAL_ENV": str(folder)}
    env.pop("PYTHONPATH", None)
    subprocess.run([uv, "venv", "--quiet", "--python", python, str(folder)], env=env, check=True)
    constraints = ["--constraint", str(ROOT / "requirements" / "dev.txt")]
    command = [uv, "pip", "install", "--quiet", "--compile-bytecode", str(wheel), *constraints]
    # What `make setup` downloaded is enough; only an environment that was made without uv asks the index again.
    if subprocess.run([*command, "--offline"], env=env, check=False, capture_output=True).returncode:
        subprocess.run(command, env=env, check=True)
    return folder / "bin"
