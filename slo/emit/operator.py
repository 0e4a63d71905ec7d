"""Target `operator`: PrometheusRule objects for the Prometheus operator, none larger than Kubernetes takes."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from slo.diagnostics import Diagnostic
from slo.emit import rulefile
from slo.emit.header import header
from slo.emit.split import Limit, at_most, split
from slo.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import PurePosixPath

    from slo.emit.context import Context
    from slo.plan.rules import Group, Plan

OBJECT = 240_000
"""Most bytes of one object: `kubectl apply` copies it into an annotation, and all annotations of an object may have
262,144 bytes."""
_HEAD = """\
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: {name}
  labels:
    app.kubernetes.io/managed-by: slobox
spec:
  groups:
"""
_SPARE = 2_000
"""Bytes of an object that are not rules: the text above and the head of a group."""


def operator(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """Yield one file of several YAML documents: an object for each shard, or several if one is too large."""
    shards = groupby(plan.groups, lambda group: group.shard)
    objects = (
        text
        for shard, groups in shards
        for text in _objects(f"slo-{shard}", (part for group in groups for part in _parts(group, plan)))
    )
    yield context.layout["operator"], header(plan, "operator") + "".join(objects)


def _parts(group: Group, plan: Plan) -> Iterator[str]:
    """Yield the group as text, or parts of it that fit into an object."""
    whole = rulefile.group(group)
    if plan.options.max_rules is None and _fits(whole):
        yield whole
        return
    sizes = {id(rule): len(rulefile.rule(rule).encode()) for rule in group.rules}
    problems = tuple(_problems(group, sizes, plan))
    if problems:
        raise CompileError(problems)
    for part in split(group, *at_most(plan.options.max_rules), Limit(OBJECT - _SPARE, lambda rule: sizes[id(rule)])):
        yield rulefile.group(part)


def _objects(first: str, parts: Iterator[str]) -> Iterator[str]:
    """Yield objects; the first has the name of its shard, with or without others: `slo-shop-0`, `slo-shop-0.2`."""
    name, text, number = first, "", 1
    for part in parts:
        if text and not _fits(text + part):
            yield _HEAD.format(name=name) + text
            number, text = number + 1, ""
            name = f"{first}.{number}"
        text += part
    yield _HEAD.format(name=name) + text


def _problems(group: Group, sizes: Mapping[int, int], plan: Plan) -> Iterator[Diagnostic]:
    """Yield a finding for each rule that is larger than an object."""
    for rule in group.rules:
        size = sizes[id(rule)]
        if size > OBJECT - _SPARE:
            labels = dict(rule.labels)
            places = {(p.slo.service, p.slo.name): p.slo.place for p in plan.slos}
            place = places.get((labels.get("service", ""), labels.get("slo", "")), plan.set.slos[0].place)
            message = f"rule {rule.name} has {size:,} bytes, more than a Kubernetes object can ({OBJECT:,})"
            yield Diagnostic("SLO075", place.at("name"), message, "shorten the texts of this SLO")


def _fits(text: str) -> bool:
    return len(text.encode()) <= OBJECT - _SPARE // 2
