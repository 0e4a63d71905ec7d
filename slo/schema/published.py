"""The file format as JSON Schema, so that editors complete keys and mark typos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from slo.burnrate import POLICIES
from slo.schema.spec import LABEL_PATTERN, FileSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

_OBJECTIVE = "Share of good events: 99.9%, or 0.999."
_SHARES = [
    {"type": "string", "pattern": r"^(0*[0-9]{1,2}(\.[0-9]*)?%|\.[0-9]+%|0*\.[0-9]+)$"},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "null"},
]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(targets: Sequence[str]) -> dict[str, Any]:
    """Return the schema of a file; `targets` are the names that `outputs` may have."""
    (reference,), types = msgspec.json.schema_components([FileSpec], ref_template="#/$defs/{name}")
    types = {name: _without_defaults(body) for name, body in types.items()}
    top = types["FileSpec"]["properties"]
    types["SliChoice"] |= {"minProperties": 1, "maxProperties": 1}
    types["FileSpec"]["properties"]["slos"]["minItems"] = 1
    types["MaintenanceSpec"]["anyOf"] = [{"required": ["cron", "duration", "reason"]}, {"required": ["metric"]}]
    _mapping(top["outputs"])["propertyNames"] = {"enum": list(targets)}
    alerts = types["AlertsSpec"]["properties"]
    _text(alerts["policy"])["examples"] = list(POLICIES)
    tiers = dict.fromkeys(rule.name for table in POLICIES.values() for rule in table[0][1])
    _choice(alerts["disable"], "array")["items"]["examples"] = list(tiers)
    for body in (types["Settings"], types["SloSpec"]):
        body["properties"]["objective"] = {"description": _OBJECTIVE, "examples": ["99.9%"], "anyOf": _SHARES}
    for body in (top, alerts, types["Settings"]["properties"], types["SloSpec"]["properties"]):
        _mapping(body["labels"])["propertyNames"] = {"pattern": LABEL_PATTERN}
    return {"$schema": _DIALECT, "title": "SLO specification, version 1", **reference, "$defs": types}


def _without_defaults(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Remove `default: null`, which is of no use to an editor."""
    if isinstance(value, dict):
        return {k: _without_defaults(v) for k, v in value.items() if not (k == "default" and v is None)}
    if isinstance(value, list):
        return [_without_defaults(v) for v in value]
    return value


def _choice(schema: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the alternative of an optional value that has this JSON type."""
    found: dict[str, Any] = next(s for s in schema.get("anyOf", [schema]) if s.get("type") == kind)
    return found


def _mapping(schema: dict[str, Any]) -> dict[str, Any]:
    return _choice(schema, "object")


def _text(schema: dict[str, Any]) -> dict[str, Any]:
    return _choice(schema, "string")
