"""docs/cli.md documents every command, option and exit code."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from slo import cli
from slo.cli import usage
from slo.emit import EMITTERS

PAGE = (Path(__file__).resolve().parents[2] / "docs/cli.md").read_text(encoding="utf-8")


def section(command: str) -> str:
    """What the page says about a command."""
    found = re.search(rf"(?ms)^## slo {command}\n(.*?)(?=^## |\Z)", PAGE)
    assert found, f"docs/cli.md has no section `slo {command}`"
    return found[1]


def options(command: str) -> list[str]:
    """The options of a command, as its parser knows them."""
    (commands,) = (a for a in cli.parser()._actions if isinstance(a, argparse._SubParsersAction))  # noqa: SLF001
    actions = commands.choices[command]._actions  # noqa: SLF001 - argparse has no public way to list options
    return [option for action in actions if action.dest != "help" for option in action.option_strings]


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_command(command: str) -> None:
    """Every command has a section that names all of its options, and no others."""
    documented = set(re.findall(r"`(--?[a-z-]+)", "\n".join(re.findall(r"(?m)^\| (`.*?) \|", section(command)))))

    assert documented == set(options(command))


def test_targets() -> None:
    """Every target that can be picked is named."""
    assert all(f"`{target}`" in section("build") for target in EMITTERS)


@pytest.mark.parametrize("code", [usage.FINE, usage.FINDINGS, usage.USAGE, usage.BUG, usage.INTERRUPTED])
def test_exit_codes(code: int) -> None:
    """Every exit code is explained."""
    assert f"\n| {code} | " in PAGE
