"""Every check reports exactly the expected findings, and none in a specification that is nearly the same.

A case is a folder below `lints/`, named after the code: `slos.yaml` with the findings, `stderr.txt` with their text,
`quiet.yaml` without findings, and `metrics.txt` for checks of metrics. `pytest --update-golden tests/golden` writes the
texts again; read them before you commit them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from slo.cli import main
from slo.lint import codes
from tests.conftest import ROOT
from tests.golden.compare import fail_unless_same

CASES = sorted(path.parent for path in (Path(__file__).parent / "lints").glob("*/slos.yaml"))
ELSEWHERE = {
    "SLO034": "tests/unit/test_lint.py",
    "SLO061": "tests/unit/test_maintenance.py",
    "SLO074": "tests/unit/test_maintenance.py",
    "SLO076": "tests/unit/test_lint_versions.py",
    "SLO077": "tests/unit/test_lint_versions.py",
    "SLO079": "tests/rules/test_sloth.py",
    "SLO137": "tests/unit/test_lint_prometheus.py",
    "SLO138": "tests/unit/test_lint_prometheus.py",
    "SLO139": "tests/unit/test_lint_prometheus.py",
    "SLO143": "tests/unit/test_lint_prometheus.py",
    "SLO144": "tests/unit/test_lint_metrics.py",
}
"""Codes that a single file cannot show, and their tests."""

Capture = pytest.CaptureFixture[str]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a case; the current folder is a copy of it."""
    folder = tmp_path / request.param.name
    shutil.copytree(request.param, folder)
    monkeypatch.chdir(folder)
    return Path(str(request.param))


def findings(file: str, code: str, capsys: Capture) -> str:
    """Return the findings of `slo lint` with one code, as text."""
    metrics = ["--metrics", "metrics.txt"] if Path("metrics.txt").exists() else []
    main(["lint", file, *metrics])
    lines = capsys.readouterr().err.splitlines(keepends=True)
    shown, wanted = [], False
    for line in lines:
        wanted = f"[{code}]: " in line if not line.startswith("      ") and " | " not in line[:8] else wanted
        shown += [line] if wanted else []
    return "".join(shown)


def test_found(case: Path, capsys: Capture, update_golden: bool) -> None:  # noqa: FBT001 - a fixture
    """The check reports the expected findings."""
    text = findings("slos.yaml", case.name, capsys)
    if update_golden:
        (case / "stderr.txt").write_text(text, encoding="utf-8", newline="\n")
    assert text
    fail_unless_same({"stderr.txt": (case / "stderr.txt").read_text(encoding="utf-8")}, {"stderr.txt": text})


def test_not_found(case: Path, capsys: Capture) -> None:
    """A correct specification has no finding of this code, and no error."""
    assert findings("quiet.yaml", case.name, capsys) == ""
    main(["lint", "quiet.yaml", "--format", "json"])
    assert [found["code"] for found in json.loads(capsys.readouterr().out) if found["severity"] == "error"] == []


def test_every_check_has_a_case() -> None:
    """Every code has a case here, or a test elsewhere."""
    known = codes(metrics=True, server=True)

    assert known - {case.name for case in CASES} == set(ELSEWHERE)


@pytest.mark.parametrize("code", ELSEWHERE)
def test_codes_without_a_case_are_tested_elsewhere(code: str) -> None:
    """The test file contains the code."""
    assert code in (ROOT / ELSEWHERE[code]).read_text(encoding="utf-8")
