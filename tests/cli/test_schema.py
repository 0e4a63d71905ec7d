"""`slo schema`: what it accepts and refuses is what the compiler accepts and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from slo.load import Source, parse
from tests.cli.command import Slo
from tests.unit.mutations import SPEC

ROOT = Path(__file__).resolve().parents[2]
VALID = sorted(p for p in (ROOT / "tests/golden").glob("*/slos.yaml") if p.parent.name != "errors")
KEYS = ("version", "service", "slos", "links", "runbooks", "defaults", "window", "alerts", "disable", "outputs", "sli")
KEYS_TO_MISTYPE = (*KEYS, "events", "total", "histogram", "traffic", "per_second", "objective", "name", "prometheus")
REFUSED = ("unknown-key", "unknown-unit", "missing-keys", "wrong-types", "names", "no-slos", "two-kinds-of-sli")
REFUSED_TOO = (
    "objective-of-100",
    "objective-without-percent",
    "list-at-the-top",
    "other-version",
    "unknown-kind-of-sli",
)


def data_of(text: str) -> Any:  # noqa: ANN401 - any YAML
    """The plain data of a text, read as the compiler reads it."""
    return parse(Source("slos.yaml", text)).data


@pytest.fixture
def validator(slo: Slo) -> Draft202012Validator:
    """The published schema."""
    schema = json.loads(slo("schema").out)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("file", [ROOT / "slos.yaml", *VALID], ids=lambda p: p.parent.name)
def test_accepts_what_compiles(validator: Draft202012Validator, file: Path) -> None:
    """Every specification of the golden tests and the demo's own are valid."""
    validator.validate(data_of(file.read_text(encoding="utf-8")))


def test_accepts_every_key(validator: Draft202012Validator) -> None:
    """A specification that uses every key is valid."""
    validator.validate(data_of(SPEC))


@pytest.mark.parametrize(
    ("value", "spelling"),
    [("99.9%", s) for s in ("99.%", "099.9%", ".9%", "0.999", "'.999'")]
    + [("30d", s) for s in ("720h", "4w", "1w2d", "400d")],
)
def test_accepts_every_spelling_that_compiles(
    validator: Draft202012Validator, slo: Slo, folder: Path, value: str, spelling: str
) -> None:
    """No editor marks a value that the compiler takes."""
    text = SPEC.replace(value, spelling, 1)
    assert text != SPEC
    (folder / "slos.yaml").write_text(text, encoding="utf-8")

    assert slo("build", "--target", "prometheus", "-o", "out").status == 0
    validator.validate(data_of(text))


@pytest.mark.parametrize("key", KEYS_TO_MISTYPE)
def test_refuses_typos(validator: Draft202012Validator, key: str) -> None:
    """A typo in a key is marked, on every level."""
    data: Any = data_of(SPEC.replace(f"{key}:", f"{key}x:", 1))

    assert not validator.is_valid(data)


@pytest.mark.parametrize("case", [*REFUSED, *REFUSED_TOO])
def test_refuses_mistakes(validator: Draft202012Validator, case: str) -> None:
    """Mistakes that a schema can see are marked in the editor before anything is built."""
    text = (ROOT / "tests/golden/errors" / case / "slos.yaml").read_text(encoding="utf-8")

    assert not validator.is_valid(data_of(text))


def test_committed_schema_is_current(slo: Slo) -> None:
    """The schema beside the demo's specification, which its first line names, is what the command prints."""
    assert (ROOT / "slo.schema.json").read_text(encoding="utf-8") == slo("schema").out
