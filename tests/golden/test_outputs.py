"""What the compiler makes of whole specifications, byte for byte.

A case is a folder here: `slos.yaml`, and below `expected/` the outputs and what was said, in `stderr.txt`. Where there
is an `arguments.txt`, it holds the command line; else it is `build`.

`everything` holds all that the compiler writes, of a file with many keys and of one with none to spare. Each other case
is about one feature: `without.yaml` says the same without it, or `without-arguments.txt` leaves out an option, and
expected is what the feature changes in the rules, as `NAME.changes`. So a change of the compiler is seen once, and not
in every case.

`pytest --update-golden tests/golden` writes `expected/` anew; the difference in git then shows what a change means for
users.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from slo.cli import main
from tests.golden.compare import changes, fail_unless_same

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/slos.yaml"))
FULL = {"everything"}
SAID = "stderr.txt"
GIVEN = ("expected", "without*")

Capture = pytest.CaptureFixture[str]


def files_below(folder: Path) -> dict[str, str]:
    """Every file below a folder, by its path there."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def built(case: Path, folder: Path, capsys: Capture, *, base: bool = False) -> dict[str, str]:
    """The outputs of a case and what was said, or those of its base; a second build finds nothing to do."""
    shutil.copytree(case, folder, ignore=shutil.ignore_patterns(*GIVEN))
    os.chdir(folder)
    if base and (case / "without.yaml").exists():
        shutil.copy(case / "without.yaml", "slos.yaml")
    inputs = files_below(folder)
    arguments = [case / name for name in (*["without-arguments.txt"] * base, "arguments.txt") if (case / name).exists()]
    command = arguments[0].read_text(encoding="utf-8").split() if arguments else ["build"]
    assert main(command) == 0
    made = {name: text for name, text in files_below(folder).items() if name not in inputs}
    made[SAID] = capsys.readouterr().err
    assert main([*command, "--check"]) == 0
    return made


def compared(made: dict[str, str], base: dict[str, str]) -> dict[str, str]:
    """The outputs; of rules what differs from the base's file of that name, or from its only rules."""
    rules = next(text for text in base.values() if "\ngroups:" in text)
    others = {name: base.get(name, rules if "\n      - record: " in text else "") for name, text in made.items()}
    others[SAID] = ""
    return {
        f"{name}.changes" if others[name] else name: changes(others[name], text) if others[name] else text
        for name, text in made.items()
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outputs(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    update_golden: bool,  # noqa: FBT001 - a fixture
) -> None:
    """The outputs and messages are the expected ones."""
    monkeypatch.chdir(tmp_path)
    made = built(case, tmp_path / "case", capsys)
    if case.name not in FULL:
        made = compared(made, built(case, tmp_path / "base", capsys, base=True))
    if update_golden:
        _write(case / "expected", made)
    fail_unless_same(files_below(case / "expected"), made)


def _write(folder: Path, texts: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def test_there_are_cases() -> None:
    """Every case has its expected outputs, and all but one say what they are compared with."""
    assert CASES
    assert all((case / "expected" / SAID).exists() for case in CASES)
    assert {
        case.name for case in CASES if not [*case.glob("without.yaml"), *case.glob("without-arguments.txt")]
    } == FULL
