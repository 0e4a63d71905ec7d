"""Texts that are hard to carry, the fields of the language that take them, and what becomes of both."""

from __future__ import annotations

from functools import cache
from itertools import product

from slo.diagnostics import Diagnostic
from slo.emit import FILE_NAMES
from slo.errors import CompileError
from slo.load import Source
from slo.pipeline import Request, compile_sources
from tests.documents import dump
from tests.rules.fields import KEY, Field, fields, specification
from tests.rules.test_injection import NASTY

TEXTS = {
    **NASTY,
    "control": "a\x00b\x1b[31mc\x9f",
    "long": 'ten thousand "characters" {{ \\ $1 é \n' * 270,
    "html": "<b>&amp;</b>",
}

SHOWN = {"owner", "labels", "annotations", "title", "links"}
"""Fields whose text a notification carries, by a step of their path."""
QUERIES = {
    *("total", "good", "bad", "histogram", "errors", "query", "up", "selector", "timestamp", "error", "success"),
    *("metric", "alerts.target"),
}
"""Fields that hold PromQL, by their last step."""
NAMES = {
    *("service", "set", "name", "objective", "window", "scrape_interval", "interval", "policy", "disable"),
    *("distinguish", "budgeting", "cron", "duration", "timezone", "budget", "long", "short", "for", "under", "over"),
    "depends_on",
    KEY,
}
"""Fields that take no free text: names, numbers, durations and the like."""
FREE = {("maintenance", 0, "reason")}
"""Fields that take any text, which is in no output."""
PATHS = {("alerting", "base"), ("outputs", "*")}
"""Fields that name files."""
LABELS = {"group_by"}
"""Fields that name labels of a group: any text that can be printed, which only Prometheus 3 reads."""
MATCHES = {"match"}
"""Fields whose text is a label value of a member."""


def sort(field: Field) -> str:
    """To which of the groups above a field belongs."""
    steps = {str(step) for step in field}
    last = next(str(step) for step in reversed(field) if not isinstance(step, int))
    groups = {
        "free": field in FREE,
        "path": field in PATHS,
        "name": bool(NAMES & {last, str(field[-2]) if len(field) > 1 and last == "target" else last}),
        "label": bool(LABELS & steps),
        "match": bool(MATCHES & steps) and KEY not in field,
        "query": last in QUERIES or ".".join(map(str, field[-2:])) in QUERIES,
        "shown": bool(SHOWN & steps) and KEY not in field,
    }
    return next((name for name, fits in groups.items() if fits), "unknown")


def of_kind(*kinds: str) -> list[Field]:
    """The fields of these groups."""
    return [field for field in fields() if sort(field) in kinds]


def named(field: Field) -> str:
    """A field as the identifier of a test."""
    return ".".join(map(str, field))


@cache
def built(field: Field, text: str, service: str = "svc") -> dict[str, str]:
    """The outputs of all targets, by target, for a text in a field.

    Raises:
        CompileError: it is refused.
    """
    data, _ = specification(field, text, service)
    source = Source("slos.yaml", dump(data, allow_unicode=True))
    (made,) = compile_sources([source], Request(tuple(FILE_NAMES), into=True), lambda _: None)
    by_path = {path: target for target, path in made.layout.items()}
    return {by_path.get(path, str(path)): body for path, body in made.files.items()}


def refusal(field: Field, text: str) -> tuple[Diagnostic, ...]:
    """Why a text is refused; nothing when it is taken."""
    try:
        built(field, text)
    except CompileError as error:
        return error.diagnostics
    return ()


def taken() -> list[tuple[Field, str]]:
    """All texts that are taken, and where; labels aside, which not every server reads."""
    known = (field for field in fields() if sort(field) != "label")
    return [(field, text) for field, text in product(known, TEXTS.values()) if not refusal(field, text)]
