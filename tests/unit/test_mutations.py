"""No damage to a specification makes the compiler crash: it is compiled, or refused with a message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slo.cli import main
from slo.cli.schema import schema_text
from slo.diagnostics import Diagnostic
from slo.errors import CompileError
from slo.load import Source, parse
from slo.pipeline import Request, compile_sources
from tests.unit.mutations import damaged_bytes, damaged_structure, specs

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


@pytest.mark.parametrize("number", range(len(specs())))
def test_undamaged(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without damage they compile, so that what follows is about damage alone."""
    monkeypatch.chdir(tmp_path)

    status, _ = built(specs()[number].encode(), capsys)

    assert status == 0


def test_every_key_has_its_turn() -> None:
    """There is no key of the language that none of the specifications has."""
    used = {key for text in specs() for key in keys(parse(Source("slos.yaml", text)).data)}

    assert set(published(json.loads(schema_text()))) - used == set()


def keys(data: Any) -> Iterator[str]:  # noqa: ANN401 - any YAML
    """All keys of a document."""
    if isinstance(data, dict):
        yield from data
    for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from keys(value)


def published(schema: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """All names of properties in a schema."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from published(value)


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
