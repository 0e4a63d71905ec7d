"""Rule groups as YAML, for every server of the Prometheus family."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from slo.plan.rules import SHARD, Alert, Record, ShardRecords, TemplatedAlerts
from slo.plan.template import PREFIX, Template, Values, slot
from slo.promql import duration
from slo.yaml_scalar import block, is_never_plain, is_plain, needs_no_escape, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slo.model import Labels
    from slo.plan.rules import AlertTemplate, AlertTemplates, Group, ShardTemplates

_TEXTS = frozenset(("summary", "description"))
_SHORT = 100
"""Longest text to cache: long ones are not repeated."""


def groups(parts: Iterable[Group], before: str = "", more: str = "") -> str:
    """Return `before` and the list under `groups:`; `more` is further keys of each group, as YAML.

    They are joined once: a copy of ten megabytes takes longer than many rules.
    """
    texts = [before]
    for part in parts:
        texts += [*["\n"] * (len(texts) > 1), *_pieces(part, more)]
    return "".join(texts)


def group(part: Group) -> str:
    """Return one item of the list."""
    return "".join(_pieces(part))


def _pieces(part: Group, more: str = "") -> Iterator[str]:
    yield f"  - name: {scalar(part.name)}\n    interval: {duration(part.interval)}\n{more}    rules:\n"
    for one in part.parts:
        if isinstance(one, TemplatedAlerts):
            yield _templated(one)
        else:
            yield _of_shard(one) if isinstance(one, ShardRecords) else rule(one)


def _of_shard(one: ShardRecords) -> str:
    """Return the rules of a shard: its name filled into their YAML, or one by one where that name needs quotes."""
    if is_plain(one.shard):
        return _shard_text(one.templates).replace(SHARD, one.shard)
    return "".join(map(_record, one.records()))


@lru_cache(maxsize=256)
def _shard_text(templates: ShardTemplates) -> str:
    return "".join(map(_record, templates.each))


def rule(one: Record | Alert) -> str:
    """Return one item under `rules:`."""
    return _alert(one) if isinstance(one, Alert) else _record(one)


def _record(one: Record) -> str:
    return f"      - record: {one.name}\n        expr: {block(one.expr, 10)}\n{_mapping('labels', one.labels)}"


def _alert(one: Alert) -> str:
    return (
        f"      - alert: {scalar(one.name)}\n        expr: {block(one.expr, 10)}\n{_times(one)}"
        f"{_mapping('labels', one.labels)}{_mapping('annotations', one.annotations)}"
    )


def _times(one: Alert | AlertTemplate) -> str:
    pending = f"        for: {duration(one.pending)}\n" if one.pending else ""
    return pending + (f"        keep_firing_for: {duration(one.kept)}\n" if one.kept else "")


_BEFORE, _AFTER, _ADDED = range(len(Values()), len(Values()) + 3)
"""Further slots: labels before and after those of the templates; from the last one on, annotations of each alert."""


def _templated(one: TemplatedAlerts) -> str:
    """Return the alerts of an SLO: filled into the YAML of their templates, or one by one."""
    text = _text(one.templates)
    if text is None or not _fits(one):
        return "".join(map(_alert, one.alerts()))
    return text.filled((*one.values, _lines(one.before), _lines(one.after), *map(_lines, one.added)))


def _fits(one: TemplatedAlerts) -> bool:
    """Whether no value needs other quotes than the templates have, and no annotation replaces theirs."""
    values = one.values
    if not needs_no_escape(values.title + values.read + values.quiet) or not is_plain(values.prefix):
        return False
    return not any(one.added) or _TEXTS.isdisjoint(name for added in one.added for name, _ in added)


@lru_cache(maxsize=256)
def _text(templates: AlertTemplates) -> Template | None:
    """Return the YAML of templates; None if one of their texts is not always between single quotes."""
    for each in templates.each:
        texts = each.summary, each.description, *([] if "\n" in each.expr.text else [each.expr])
        if not all(map(_is_quoted, texts)):
            return None
    return Template.of("".join(_yaml(each, _ADDED + number) for number, each in enumerate(templates.each)))


def _yaml(one: AlertTemplate, added: int) -> str:
    expr = block(one.expr.text, 10) if "\n" in one.expr.text else f"'{one.expr.text}'"
    return (
        f"      - alert: {PREFIX}{one.suffix}\n        expr: {expr}\n{_times(one)}"
        f"        labels:\n{slot(_BEFORE)}{_lines(one.labels)}{slot(_AFTER)}"
        f"        annotations:\n          summary: '{one.summary.text}'\n"
        f"          description: '{one.description.text}'\n{slot(added)}"
    )


def _is_quoted(text: Template) -> bool:
    """Whether the text is between single quotes if no value needs an escape."""
    return needs_no_escape(text.literal) and is_never_plain(text.literal)


def _mapping(key: str, pairs: Labels) -> str:
    return f"        {key}:\n{_lines(pairs)}" if pairs else ""


def _lines(pairs: Labels) -> str:
    return "".join([_line(*pair) if len(pair[1]) < _SHORT else _line.__wrapped__(*pair) for pair in pairs])


@lru_cache(maxsize=8192)  # labels come again with every rule of an SLO
def _line(label: str, value: str) -> str:
    return f"          {scalar(label)}: {scalar(value)}\n"
