"""A folder with a specification, and a way to run commands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from slo.cli import main
from tests.cli.command import SPEC, Said, Slo


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with `slos.yaml` in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slos.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


@pytest.fixture
def slo(folder: Path, capsys: pytest.CaptureFixture[str]) -> Slo:
    """Run a command in the folder."""
    assert Path.cwd() == folder

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        status = main(arguments)
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return run
