"""The Makefile explains itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

INNER = {"static", "servers", "audit"}  # parts of other targets


def targets(root: Path) -> set[str]:
    """Return the targets that the Makefile declares."""
    found = re.search(r"^\.PHONY: (.+)$", (root / "Makefile").read_text(), re.MULTILINE)
    return set(found[1].split()) if found else set()


def test_make_alone_lists_every_target(root: Path) -> None:
    """`make` without a target shows one line about each thing a person can ask for."""
    shown = subprocess.run(["make", "--no-print-directory"], cwd=root, capture_output=True, text=True, check=True)

    listed = set(re.findall(r"^  make (\w+) +\S", shown.stdout, re.MULTILINE))
    assert listed == targets(root) - INNER


def test_contributing_names_every_target_of_the_daily_work(root: Path) -> None:
    """CONTRIBUTING says how to set up, check, test and lock."""
    text = (root / "CONTRIBUTING.md").read_text()

    assert [name for name in ("setup", "check", "test", "e2e", "lock") if f"make {name}" not in text] == []


def test_down_is_harmless_in_a_fresh_checkout(root: Path, tmp_path: Path) -> None:
    """Stopping what never started succeeds and says so."""
    (tmp_path / "Makefile").write_text((root / "Makefile").read_text())

    answer = subprocess.run(["make", "down"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert answer.returncode == 0
    assert "nothing" in answer.stdout


def test_cleaning_works_when_the_interpreter_is_gone(root: Path, tmp_path: Path) -> None:
    """A `.venv` whose Python was uninstalled cannot run `box`, and must not keep anybody from removing it."""
    shutil.copy(root / "Makefile", tmp_path)
    shutil.copytree(root / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    scripts = tmp_path / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").symlink_to("/no/such/python")
    (scripts / "box").write_text("#!/no/such/python\n")
    (scripts / "box").chmod(0o755)

    answer = subprocess.run(["make", "distclean"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert not (tmp_path / ".venv").exists()
