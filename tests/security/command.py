"""Runs `box` as a user does."""

import subprocess
import sys
from collections.abc import Mapping

from tests.conftest import ROOT

PATIENCE = 180


def box(*arguments: str, environment: Mapping[str, str]) -> None:
    """Run a command of `box`.

    Raises:
        AssertionError: it failed; with what it said.
    """
    command = [sys.executable, "-m", "box", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
