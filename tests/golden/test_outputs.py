"""What the compiler makes of whole specifications, byte for byte.

A case is a folder here: `slos.yaml`, the outputs below `expected/`, and what was said in `expected/stderr.txt`. Where
there is an `arguments.txt`, it holds the command line; else it is `build`. `pytest --update-golden tests/golden` writes
`expected/` anew; the difference in git then shows what a change means for users.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from slo.cli import main

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/slos.yaml"))
SAID = "stderr.txt"


def files_below(folder: Path) -> dict[str, str]:
    """Every file below a folder, by its path there."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outputs(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    update_golden: bool,  # noqa: FBT001 - a fixture
) -> None:
    """The outputs and messages are the expected ones, and a second build finds nothing to do."""
    shutil.copytree(case, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected"))
    monkeypatch.chdir(tmp_path)
    inputs = set(files_below(tmp_path))
    arguments = Path("arguments.txt")
    command = arguments.read_text(encoding="utf-8").split() if arguments.exists() else ["build"]

    status = main(command)

    said = capsys.readouterr().err
    made = {name: text for name, text in files_below(tmp_path).items() if name not in inputs} | {SAID: said}
    if update_golden:
        _write(case / "expected", made)
    assert status == 0
    assert made == files_below(case / "expected")
    assert main([*command, "--check"]) == 0


def _write(folder: Path, texts: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def test_there_are_cases() -> None:
    """Every case has its expected outputs."""
    assert CASES
    assert all((case / "expected" / SAID).exists() for case in CASES)
