"""What all tests share: the tools that judge outputs, `--update-golden`, and how tests are spread over processes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from hypothesis import configuration
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / ".cache" / "bin"
VERSION = re.compile(r"version (\d+\.\d+)")

SPREAD = (
    "tests/box/test_lifecycle.py",
    "tests/rules/test_families.py",
    "tests/rules/test_layout_shared.py",
    "tests/rules/test_pauses.py",
    "tests/rules/test_promtool.py",
    "tests/rules/test_two_sets.py",
)
"""Files with long tests that share nothing: each of these tests may run in another process; other files stay whole."""

LONGEST = (
    "tests/rules/test_promtool.py",
    "tests/rules/test_tutorial.py",
    "tests/rules/test_every_text.py",
    "tests/box/test_lifecycle.py",
    "tests/rules/test_families.py",
    "tests/rules/test_two_sets.py",
    "tests/rules/test_mutations.py",
    "tests/rules/test_maintenance_calendar.py",
    "tests/rules/test_layout_shared.py",
    "tests/rules/test_pauses.py",
)
"""Files that take longest; they begin, so that no process works on one of them when the others have ended."""

UNCOUNTED = "tests/rules/"
"""Tests that judge outputs and compile thousands of files for that. Counting lines makes compiling nearly three times
as slow, so the coverage floor has to be reached by the tests of units, commands and golden files."""

# A shell that runs the tests in the background has them ignore Ctrl-C, and programs that they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

configuration.set_hypothesis_home_dir(ROOT / ".cache" / "hypothesis")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this repository."""
    parser.addoption(
        "--update-golden", action="store_true", help="write what the compiler says now as the expected output"
    )
    parser.addoption("--long", action="store_true", help="run the tests marked as long, and larger random tests")
    parser.addoption("--write-docs", action="store_true", help="write the tables of e2e tests into docs/")


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Gives a process all tests of a file, so that a server of the file starts once; but single tests of some files."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(SPREAD) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)  # without xdist there is no such hook
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Make what `-n` works with, whatever `--dist` says; files come in the order below."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out long tests unless asked for, count no coverage of some, and begin with the slow ones."""
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    for item in items:
        if item.nodeid.startswith(UNCOUNTED):
            item.add_marker(pytest.mark.no_cover)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[bool, int]:
    """When a test begins: slow ones first, then the files above in their order, then the others."""
    file = item.nodeid.partition("::")[0]
    rank = LONGEST.index(file) if file in LONGEST else len(LONGEST)
    return item.get_closest_marker("slow") is None, rank


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten instead of compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


def version_of(program: Path) -> str:
    """Return major and minor version of a program of the Prometheus project, empty when it does not tell."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = VERSION.search(answer.stdout + answer.stderr)
    return found[1] if found else ""


def found(name: str) -> dict[str, Path]:
    """Return every version of a program that is here: the one `make tools` built, and another one on PATH."""
    on_path = shutil.which(name, path=os.environ.get("PATH"))
    places = [BUILT / name, *([Path(on_path)] if on_path else [])]
    versions = {version_of(place): place for place in reversed(places) if place.exists()}
    return {version: versions[version] for version in sorted(versions)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `promtool` once for each version of it that is here."""
    if "promtool" not in metafunc.fixturenames:
        return
    tools = found("promtool")
    if not tools:
        raise pytest.UsageError("no promtool: run `make tools`")
    metafunc.parametrize("promtool", list(tools.values()), ids=list(tools), scope="session")


@pytest.fixture(scope="session")
def promtools() -> dict[str, Path]:
    """Every promtool that is here, by version; never empty after `make tools`."""
    tools = found("promtool")
    if not tools:
        pytest.fail("no promtool: run `make tools`")
    return tools


@pytest.fixture(scope="session")
def amtool() -> Path:
    """The amtool of the Alertmanager that this checkout pins."""
    if not (BUILT / "amtool").exists():
        pytest.fail("no amtool: run `make tools`")
    return BUILT / "amtool"
