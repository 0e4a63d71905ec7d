"""Every lint says what stands beside its example, and says nothing about a specification that is nearly the same.

A case is a folder below `lints/`, called like the code: `slos.yaml` that the lint finds, `said.txt` with what it says,
`quiet.yaml` that it does not find, and `metrics.txt` where it looks at metrics. `pytest --update-golden tests/golden`
writes what is said anew; read it before you commit it.
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
    "SLO076": "tests/unit/test_lint_servers.py",
    "SLO077": "tests/unit/test_lint_servers.py",
    "SLO079": "tests/rules/test_sloth.py",
    "SLO137": "tests/unit/test_lint_loaded.py",
    "SLO138": "tests/unit/test_lint_loaded.py",
    "SLO139": "tests/unit/test_lint_loaded.py",
    "SLO143": "tests/unit/test_lint_loaded.py",
    "SLO144": "tests/unit/test_lint_live.py",
}
"""Codes that no single file can show, and where they are tested."""

Capture = pytest.CaptureFixture[str]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case, in a folder of its own that is the current one."""
    folder = tmp_path / request.param.name
    shutil.copytree(request.param, folder)
    monkeypatch.chdir(folder)
    return Path(str(request.param))


def said(file: str, code: str, capsys: Capture) -> str:
    """What `slo lint` says with one code, as a person sees it."""
    metrics = ["--metrics", "metrics.txt"] if Path("metrics.txt").exists() else []
    main(["lint", file, *metrics])
    lines = capsys.readouterr().err.splitlines(keepends=True)
    shown, wanted = [], False
    for line in lines:
        wanted = f"[{code}]: " in line if not line.startswith("      ") and " | " not in line[:8] else wanted
        shown += [line] if wanted else []
    return "".join(shown)


def test_found(case: Path, capsys: Capture, update_golden: bool) -> None:  # noqa: FBT001 - a fixture
    """The lint finds what it is for, and says it in the expected words."""
    text = said("slos.yaml", case.name, capsys)
    if update_golden:
        (case / "said.txt").write_text(text, encoding="utf-8", newline="\n")
    assert text
    fail_unless_same({"said.txt": (case / "said.txt").read_text(encoding="utf-8")}, {"said.txt": text})


def test_not_found(case: Path, capsys: Capture) -> None:
    """What is nearly the same, but right, is not found; and nothing else is wrong with it."""
    assert said("quiet.yaml", case.name, capsys) == ""
    main(["lint", "quiet.yaml", "--format", "json"])
    assert [found["code"] for found in json.loads(capsys.readouterr().out) if found["severity"] == "error"] == []


def test_every_lint_has_its_case() -> None:
    """No lint is without an example of what it finds and of what it does not."""
    known = codes(metrics=True, server=True)

    assert known - {case.name for case in CASES} == set(ELSEWHERE)


@pytest.mark.parametrize("code", ELSEWHERE)
def test_a_lint_without_a_case_is_tested_elsewhere(code: str) -> None:
    """The file that is named above expects this finding."""
    assert code in (ROOT / ELSEWHERE[code]).read_text(encoding="utf-8")
