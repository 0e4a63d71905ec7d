"""What promtool says about a file of unit tests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def verdict(promtool: Path, tests: Path) -> str:
    """Run the unit tests; what failed, or nothing."""
    done = subprocess.run([promtool, "test", "rules", tests], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def check(promtool: Path, rules: Path) -> str:
    """Check the rules themselves, duplicates included; what is wrong, or nothing."""
    done = subprocess.run([promtool, "check", "rules", rules], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return "" if done.returncode == 0 and "duplicate" not in said else said
