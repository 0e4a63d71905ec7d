"""CONTRIBUTING points at things that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
CODE = re.findall(r"`([^`\n]+)`", TEXT)
TOP = {path.name for path in ROOT.iterdir()} - {".venv", ".cache"}
# What starts like a file of the checkout is one; of one with a placeholder, the folder.
NAMED = [code for code in CODE if code.partition("/")[0] in TOP and " " not in code]
PATHS = sorted({re.sub(r"[^/]*<.*", "", code).rstrip("/") for code in NAMED})


@pytest.mark.parametrize("path", PATHS)
def test_a_path_exists(path: str) -> None:
    """Every file and folder that the page names is in the checkout."""
    assert (ROOT / path).exists()


@pytest.mark.parametrize("contract", re.findall(r"the contract `([^`]+)`", TEXT))
def test_a_contract_exists(contract: str) -> None:
    """Every contract that the page names is in pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert contract in {each["id"] for each in settings["tool"]["importlinter"]["contracts"]}


@pytest.mark.parametrize(("name", "path"), [("EMITTERS", "slo/emit/__init__.py"), ("COMMANDS", "slo/cli/__init__.py")])
def test_a_table_exists(name: str, path: str) -> None:
    """Every table that the page says to register in is where a reader looks for it."""
    assert f"`{name}`" in TEXT
    assert name in (ROOT / path).read_text()
