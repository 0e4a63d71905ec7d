"""Every field of the language that takes text, and a specification that has any text in it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from slo.cli.schema import schema_text

if TYPE_CHECKING:
    from collections.abc import Iterator

Field = tuple[str | int, ...]
"""Keys and indices from the top; `*` is any key of a mapping whose keys are the user's, `<key>` such a key itself."""

KEY, ANY = "<key>", "*"

KINDS: dict[str | int, dict[str, Any]] = {
    "events": {"total": "all_total", "bad": "failed_total"},
    "latency": {"histogram": "took_seconds", "under": "300ms"},
    "threshold": {"query": "depth", "under": 10},
    "up": {"selector": "alive"},
    "freshness": {"timestamp": "done_seconds", "under": "1m"},
    "ratio": {"error": "errors"},
}
_TIERS = [
    {"name": "fast", "severity": "page", "budget": "2%", "long": "1h", "short": "5m", "for": "1m"},
    {"name": "slow", "severity": "ticket", "budget": "10%", "long": "3d", "short": "6h"},
]


def fields() -> list[Field]:
    """All of them, found in the published schema."""
    schema = json.loads(schema_text())
    return list(dict.fromkeys(_walk(schema, schema["$defs"], ())))


def _walk(schema: dict[str, Any], types: dict[str, Any], here: Field) -> Iterator[Field]:
    if "$ref" in schema:
        schema = types[schema["$ref"].rpartition("/")[2]]
    for choice in schema.get("anyOf", ()):
        yield from _walk(choice, types, here)
    if schema.get("type") == "string" and "enum" not in schema:
        yield here
    if "items" in schema:
        yield from _walk(schema["items"], types, (*here, 0))
    for name, inner in schema.get("properties", {}).items():
        yield from _walk(inner, types, (*here, name))
    if isinstance(schema.get("additionalProperties"), dict):
        yield (*here, KEY)
        yield from _walk(schema["additionalProperties"], types, (*here, ANY))


def specification(field: Field, text: str, service: str = "svc") -> tuple[dict[str, Any], tuple[str | int, ...]]:
    """A specification of one SLO with the text in a field and all that the field needs beside it; where it stands."""
    data: dict[str, Any] = {
        "version": 1,
        "service": service,
        "slos": [{"name": "api", "objective": "99%", "window": "1d", "sli": {"events": dict(KINDS["events"])}}],
    }
    _add_company(data, field)
    place = tuple(_own_key(field) if step == ANY else step for step in field)
    holder: Any = data
    for step, following in pairwise(place):
        if isinstance(step, int):
            holder = holder[step]
        else:
            holder = holder.setdefault(step, [None] if isinstance(following, int) else {})
    if place[-1] == KEY:
        value = next(iter(holder.values()), "x")
        holder.clear()
        holder[text] = value
        return data, (*place[:-1], text)
    holder[place[-1]] = text
    return data, place


def _own_key(field: Field) -> str:
    names = {"outputs": "prometheus", "policies": "calm"}
    return "tenant" if "match" in field else names.get(str(field[0]), "note")


def _add_company(data: dict[str, Any], field: Field) -> None:
    """What has to stand beside a field, or is replaced by it."""
    slo = data["slos"][0]
    common = data.setdefault("defaults", {}) if field[0] == "defaults" else slo
    if field[0] == "defaults":
        slo.pop(str(field[1]), None)
    if field[0] == "maintenance":
        planned = {"cron": "0 3 * * 0", "duration": "2h", "reason": "upgrade"}
        data["maintenance"] = [{"metric": "busy"} if "metric" in field else planned]
    if field[0] == "policies":
        data["policies"] = {"calm": {"tiers": [dict(tier) for tier in _TIERS]}}
    if "objectives" in field:
        common |= {"group_by": ["tenant"], "objectives": [{"match": {"tenant": "gold"}, "objective": "99.9%"}]}
    if "group_by" in field:
        common["group_by"] = [{"label": "tenant"}]
    if "budgeting" in field:
        common["budgeting"] = {"slices": "1m", "target": "95%"}
    if "sli" in field:
        _add_sli(slo, field)


def _add_sli(slo: dict[str, Any], field: Field) -> None:
    kind, key = field[3], field[-1]
    sli = dict(KINDS[kind])
    if key == "good":
        del sli["bad"]
    if key == "success":
        del sli["error"]
    if key == "over":
        del sli["under"]
    slo["sli"] = {kind: sli}
