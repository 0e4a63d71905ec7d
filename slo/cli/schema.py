"""`slo schema`: prints the JSON Schema of the file format, for editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from slo.cli.types import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "print the JSON Schema of specification files, for editors"
    parser = subparsers.add_parser(
        "schema", help=text, description=text, epilog="Example: slo schema > slo.schema.json"
    )
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Print it."""
    print(schema_text(), end="")
    return 0


def schema_text() -> str:
    """The schema as JSON."""
    from slo.emit import FILE_NAMES  # noqa: PLC0415 - keeps the start of other commands fast
    from slo.schema.published import json_schema  # noqa: PLC0415 - as above

    return json.dumps(json_schema(tuple(FILE_NAMES)), indent=2) + "\n"
