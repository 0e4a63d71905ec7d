"""Reads rule files, and finds out in which order the records of the past have to be made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ryaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_READ = re.compile(r"(?<![\w:])(slo:[\w:]+)\s*(\{[^}]*\})?\s*(\[|offset\b)?")
_KIND = re.compile(r'kind="(\w+)"')
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a file; `record` is empty for an alert."""

    group: str
    interval: str
    record: str
    expr: str
    labels: dict[str, str]

    @property
    def key(self) -> Key:
        """What it writes: the name of the record, and the kind when the rule sets one."""
        return self.record, self.labels.get("kind", "")


def read_rules(path: Path) -> list[Rule]:
    """All rules of a file, in order."""
    document: Any = ryaml.loads(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    return [
        Rule(group["name"], group.get("interval", "1m"), rule.get("record", ""), rule["expr"], rule.get("labels", {}))
        for group in document["groups"]
        for rule in group["rules"]
    ]


def rule_text(rules: Iterable[Rule]) -> str:
    """A rule file of recording rules; text of JSON is text of YAML."""
    import json  # noqa: PLC0415 - only needed here

    groups: dict[str, dict[str, Any]] = {}
    for rule in rules:
        group = groups.setdefault(rule.group, {"name": rule.group, "interval": rule.interval, "rules": []})
        group["rules"].append({"record": rule.record, "expr": rule.expr, "labels": rule.labels})
    return json.dumps({"groups": list(groups.values())}, indent=1) + "\n"


def stages(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Recording rules by level: a level reads only records of the levels before it."""
    records = [rule for rule in rules if rule.record]
    levels: dict[Key, int] = dict.fromkeys((rule.key for rule in records), 0)
    for _ in levels:
        before = dict(levels)
        for rule in records:
            read = [levels[key] for key in _sources(rule, levels)]
            levels[rule.key] = max(levels[rule.key], 1 + max(read, default=-1))
        if levels == before:
            break
    return [[rule for rule in records if levels[rule.key] == level] for level in range(max(levels.values()) + 1)]


def _sources(rule: Rule, keys: Iterable[Key]) -> list[Key]:
    found = []
    for name, matchers, _ in _READ.findall(rule.expr):
        kind = _KIND.search(matchers)
        wanted = {(name, kind[1]), (name, "")} if kind else None
        found += [key for key in keys if key != rule.key and (key in wanted if wanted else key[0] == name)]
    return found


def reads_back(rules: Sequence[Rule]) -> set[str]:
    """Records that need a past of their own: read at an earlier time, or by a rule whose record needs a past."""
    found = {name for rule in rules for name, _, later in _READ.findall(rule.expr) if later}
    while True:
        more = {name for rule in rules if rule.record in found for name, _, _ in _READ.findall(rule.expr)}
        if more <= found:
            return found
        found |= more
