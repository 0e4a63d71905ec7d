"""No damage to a specification makes the compiler crash: it is compiled, or refused with a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from slo.cli import main
from slo.diagnostics import CompileError, Diagnostic
from slo.load import Source
from slo.pipeline import Request, compile_sources
from tests.unit.mutations import SPEC, damaged_bytes, damaged_structure

SEEDS = range(250)
TARGETS = ("--target", "prometheus", "--target", "alertmanager")


def built(text: bytes, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and messages of a build of this text, which touches nothing unless it succeeds."""
    Path("base.yml").write_text("route: {receiver: page}\nreceivers: [{name: page}, {name: ticket}]\n")
    Path("slos.yaml").write_bytes(text)
    status = main(["build", "-o", "out", *TARGETS])
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert Path("out").exists() == (status == 0)
    return status, said


def test_undamaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without damage it compiles, so that what follows is about damage alone."""
    monkeypatch.chdir(tmp_path)

    assert built(SPEC.encode(), capsys) == (0, "")


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_structure(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Replaced, removed, renamed and moved parts."""
    monkeypatch.chdir(tmp_path)

    status, said = built(damaged_structure(seed).encode("utf-8", "surrogatepass"), capsys)

    assert status == 0 or (status == 1 and said)


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_bytes(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Changed, lost and doubled bytes."""
    monkeypatch.chdir(tmp_path)

    status, said = built(damaged_bytes(seed), capsys)

    assert status == 0 or (status == 1 and said)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_refusal_is_explained(seed: int) -> None:
    """The strict decoder refuses nothing that our own walk through the types does not explain, with a place."""
    found: tuple[Diagnostic, ...] = ()
    try:
        compile_sources([Source("slos.yaml", damaged_structure(seed))], Request(("prometheus",)))
    except CompileError as error:
        found = error.diagnostics
    assert all(d.span is not None for d in found)
    assert not any(" - at `" in d.message for d in found)
