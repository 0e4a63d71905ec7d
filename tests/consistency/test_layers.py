"""The layers are enforced: what breaks them fails `make check`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("slo", "apps", "box", "loadtest", "bench", "tools")


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the code and its contracts, to break."""
    for package in PACKAGES:
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> tuple[int, str]:
    """Check the contracts in a folder, as `make check` does; return exit code and output on one line."""
    # The editable install puts the checkout on the path; the copy has to come first.
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as lint; lint()"
    command = [sys.executable, "-c", code, "--no-cache"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return answer.returncode, " ".join((answer.stdout + answer.stderr).split())


def test_the_layers_hold(copy: Path) -> None:
    """Nothing in the repository breaks a contract."""
    code, output = lint(copy)

    assert code == 0, output
    assert " 0 broken" in output


def test_a_stray_module_in_the_compiler_is_refused(copy: Path) -> None:
    """A new module of the compiler has to say in which layer it belongs."""
    (copy / "slo" / "helpers.py").write_text('"""Odds and ends."""\n')

    code, output = lint(copy)

    assert code == 1
    assert "slo.helpers" in output


@pytest.mark.parametrize(
    ("module", "line", "named"),
    [
        ("slo/model/objective.py", "import box", "slo.model.objective -> box"),
        ("slo/cli/__init__.py", "import apps", "slo.cli -> apps"),
        ("apps/__init__.py", "import slo", "apps -> slo"),
        ("apps/__init__.py", "import loadtest", "apps -> loadtest"),
        ("box/prober/__init__.py", "import apps", "box.prober -> apps"),
        ("loadtest/__init__.py", "import slo.plan", "loadtest -> slo.plan"),
        ("loadtest/__init__.py", "import box", "loadtest -> box"),
        ("bench/load.py", "import tests.local", "bench.load -> tests"),
        ("bench/load.py", "import bench.compile", "bench.load -> bench.compile"),
        ("tools/build.py", "import bench", "tools.build -> bench"),
        ("slo/model/objective.py", "import slo.emit", "slo.model.objective -> slo.emit"),
        ("slo/sli/events.py", "import slo.sli.latency", "slo.sli.events -> slo.sli.latency"),
        ("slo/emit/prometheus.py", "import slo.emit.alertmanager", "slo.emit.prometheus -> slo.emit.alertmanager"),
        ("slo/plan/__init__.py", "import pathlib", "slo.plan -> pathlib"),
        ("box/errors.py", "import bench", "box.errors -> bench"),
        ("slo/cli/build.py", "import slo.cli.lint", "slo.cli.build -> slo.cli.lint"),
        ("box/cli/up.py", "import box.cli.demo", "box.cli.up -> box.cli.demo"),
        ("slo/promql/tokens.py", "import slo.promql.parser", "slo.promql.tokens -> slo.promql.parser"),
        ("apps/resilience/__init__.py", "import apps.service", "apps.resilience -> apps.service"),
        ("box/demo/objective.py", "import slo.plan", "box.demo.objective -> slo.plan"),
        ("apps/settings.py", "import apps.web", "No cycles are allowed in apps."),
    ],
)
def test_an_import_against_the_layers_is_refused(copy: Path, module: str, line: str, named: str) -> None:
    """One import in the wrong direction fails, and the output names it."""
    path = copy / module
    path.write_text(f"{path.read_text()}\n{line}\n")

    code, output = lint(copy)

    assert code == 1
    assert named in output


def test_a_new_sli_kind_is_bound_by_the_contracts_at_once(copy: Path) -> None:
    """A kind that nobody wrote down anywhere must not know the others either."""
    text = '"""A kind."""\n\nfrom slo.sli import events  # noqa: F401 - the mistake\n'
    (copy / "slo" / "sli" / "nonsense.py").write_text(text)

    code, output = lint(copy)

    assert code == 1
    assert "slo.sli.nonsense" in output


def test_every_package_of_the_repository_is_under_contract(root: Path) -> None:
    """A new top-level package has to be named in the contracts."""
    found = {path.parent.name for path in root.glob("*/__init__.py")} - {"tests"}

    assert found == set(PACKAGES)
