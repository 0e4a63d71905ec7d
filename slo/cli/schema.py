"""`slo schema`: print the JSON Schema of the file format, for editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slo.emit import FILE_NAMES
from slo.schema.published import json_schema

if TYPE_CHECKING:
    import argparse

EPILOG = "example: slo schema > slo.schema.json"


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add none."""


def run(_args: argparse.Namespace) -> int:
    """Print the schema."""
    print(schema_text(), end="")
    return 0


def schema_text() -> str:
    """Return the schema as JSON."""
    return json.dumps(json_schema(tuple(FILE_NAMES)), indent=2) + "\n"
