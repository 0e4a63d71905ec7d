"""Every key of the language stands in an example that compiles, and every kind of SLI in the table of kinds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from slo.cli.schema import schema_text
from slo.load import Source
from slo.pipeline import Request, compile_sources
from slo.sli import KINDS
from tests.consistency.pages import Block, read

PAGE = read(Path(__file__).parents[2] / "docs" / "slo-language.md")
SCHEMA: dict[str, Any] = json.loads(schema_text())
EXAMPLES = [block for block in PAGE.blocks if block.text.startswith("version:")]


def resolved(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The alternatives of a schema, references followed."""
    if "$ref" in schema:
        return resolved(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema and "properties" not in schema:
        return [found for part in schema["anyOf"] for found in resolved(part)]
    return [schema]


def used(schema: dict[str, Any], value: object) -> Iterator[tuple[str, str]]:
    """Every (mapping, key) of the language in a value."""
    for alternative in resolved(schema):
        properties = alternative.get("properties", {})
        if isinstance(value, dict):
            for key, below in value.items():
                if key in properties:
                    yield alternative["title"], key
                    yield from used(properties[key], below)
                elif isinstance(alternative.get("additionalProperties"), dict):
                    yield from used(alternative["additionalProperties"], below)
        for item in value if isinstance(value, list) and "items" in alternative else ():
            yield from used(alternative["items"], item)


KEYS = sorted({(d["title"], key) for d in SCHEMA["$defs"].values() for key in d.get("properties", {})})
# `defaults` takes what an SLO takes, which is documented there.
KEYS = [(title, key) for title, key in KEYS if title != "Settings"]


@pytest.fixture(scope="module")
def shown() -> set[tuple[str, str]]:
    """The keys that the examples of the page use."""
    return {found for block in EXAMPLES for found in used(SCHEMA, yaml.safe_load(block.text))}


@pytest.mark.parametrize(("title", "key"), KEYS)
def test_every_key_is_in_an_example(title: str, key: str, shown: set[tuple[str, str]]) -> None:
    """Whoever looks for a key finds it used in a specification."""
    assert (title, key) in shown


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_examples_compile(block: Block) -> None:
    """Every example gives rules."""
    (compiled,) = compile_sources([Source("slos.yaml", block.text)], Request(("prometheus",)))
    assert compiled.plan.slos


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_section_and_an_example(kind: str, shown: set[tuple[str, str]]) -> None:
    """Each kind has a heading, a row in the table of kinds with its unit, and an example."""
    assert kind in PAGE.headings(3)
    assert f"| [`{kind}`](#{kind}) |" in PAGE.path.read_text(encoding="utf-8")
    assert ("SliChoice", kind) in shown
