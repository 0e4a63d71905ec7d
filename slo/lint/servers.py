"""Lints about what the servers that have to load the rules can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.diagnostics import Diagnostic, Place, Severity
from slo.lint.finding import finding, some
from slo.promql import Selector, naming, parse_selector, quote
from slo.promql.tokens import Token, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.subject import Subject
    from slo.query import Query

OLDEST = "2.42"
_HINT = "build with --prometheus 3 if all of yours are newer"
_NATIVE = ("histogram_count(", "histogram_fraction(", "histogram_sum(")


def unreadable(subject: Subject) -> Iterator[Diagnostic]:
    """PromQL that came with Prometheus 3: an error where an older one has to read it, else worth knowing."""
    wanted = subject.plan.options.prometheus
    if wanted == "3":
        return
    severity = Severity.ERROR if wanted == OLDEST else Severity.WARNING
    for place, query in (*((reading.place, reading.query) for reading in subject.readings), *_beside_slis(subject)):
        if found := _newer(query):
            message = f"Prometheus {OLDEST} cannot read {some(found)}"
            yield Diagnostic("SLO076", place, message, _hint(found[0]), severity)
    for place, label in _labels_of_groups(subject):
        message = f"Prometheus {OLDEST} cannot group by {quote(label)}"
        yield Diagnostic("SLO076", place, message, _hint(quote(label)), severity)


def _hint(what: str) -> str:
    """What to do; of a name in quotes also how a server without such names has it."""
    name = unquoted(Token("string", what[what.index('"') :], 0)) if what.endswith('"') else ""
    return f"{_HINT}; older ones have {naming.underscored(name)}" if name else _HINT


def _labels_of_groups(subject: Subject) -> Iterator[tuple[Place, str]]:
    """Labels in quotes: those of the SLI's own series, and the names that records have."""
    for slo in subject.slos:
        for number, pair in enumerate(zip(slo.series_labels, slo.group_by, strict=True)):
            if quoted := [label for label in dict.fromkeys(pair) if not naming.is_plain_label(label)]:
                yield slo.place.at("group_by", number), quoted[0]


def _beside_slis(subject: Subject) -> Iterator[tuple[Place, Selector]]:
    """Selectors that are no part of an SLI: those of targets, and those of maintenance, the same for a file."""
    for slo in subject.slos:
        if slo.alerts.target is not None:
            yield slo.place.at("alerts", "target"), parse_selector(slo.alerts.target)
    for file, slos in subject.by_file.items():
        for number, entry in enumerate(slos[0].maintenance):
            if not entry.planned:
                yield Place(file).at("maintenance", number, "metric"), parse_selector(entry.what)


def native_histograms(subject: Subject) -> Iterator[Diagnostic]:
    """What Prometheus 2.42 keeps only with a feature flag."""
    if subject.plan.options.prometheus != OLDEST:
        return
    for planned in subject.planned:
        slo = planned.slo
        if any(mark in rule for rule in _base(subject, slo.service, slo.name) for mark in _NATIVE):
            message = f"Prometheus {OLDEST} scrapes no native histogram unless it was started so"
            hint = "start it with --enable-feature=native-histograms"
            yield finding("SLO077", slo.place.at("sli"), message, hint)


def _base(subject: Subject, service: str, slo: str) -> Iterator[str]:
    """The expressions that read the user's own series."""
    wanted = {("service", service), ("slo", slo)}
    return (
        rule.expr
        for group in subject.plan.groups
        for rule in group.rules
        if rule.name.startswith("slo:events:") and wanted <= set(rule.labels)
    )


def _newer(query: Query) -> list[str]:
    """Each thing once."""
    if isinstance(query, Selector) and _old(query):
        return []
    from slo.lint.newer import newer  # noqa: PLC0415 - few files need it, and it takes a hundredth of a build

    return list(dict.fromkeys(newer(query)))


def _old(selector: Selector) -> bool:
    """The usual case, seen without reading the text again."""
    labels = (matcher.label for matcher in selector.matchers)
    return naming.is_plain_metric(selector.name) and all(map(naming.is_plain_label, labels))
