"""Lints about what the servers that have to load the rules can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place, Severity
from slo.lint.finding import finding, some
from slo.promql import Selector, parse_selector
from slo.promql.functions import NEWER
from slo.promql.tokens import Token, tokens, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.subject import Subject
    from slo.query import Query

OLDEST = "2.42"
_GROUPING = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_MATCHING = frozenset({"=", "!=", "=~", "!~"})
_NATIVE = ("histogram_count(", "histogram_fraction(", "histogram_sum(")


def unreadable(subject: Subject) -> Iterator[Diagnostic]:
    """PromQL that came with Prometheus 3: an error where an older one has to read it, else worth knowing."""
    wanted = subject.plan.options.prometheus
    if wanted == "3":
        return
    severity = Severity.ERROR if wanted == OLDEST else Severity.WARNING
    for place, query in (*((reading.place, reading.query) for reading in subject.readings), *_beside_slis(subject)):
        if isinstance(query, Selector) and _old(query):
            continue
        found = list(dict.fromkeys(_newer(query)))
        if found:
            message = f"Prometheus {OLDEST} cannot read {some(found)}"
            hint = "--prometheus 3 says that yours is newer"
            yield Diagnostic("SLO076", place, message, hint, severity)


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


def _newer(query: Query) -> Iterator[str]:
    """Everything in a query that came later than the oldest server."""
    for word in _words(str(query)):
        text = word.token.text
        if word.token.kind == "string":
            yield from [f"the name {text}"] * (_is_name(word) or _is_new_metric(word))
        elif text in NEWER and word.after == "(":
            yield f"the function {text}"
        elif word.token.kind == "number" and text.isdecimal() and (word.inside == "[" or word.before[-1] == "offset"):
            yield f"the duration {text} without a unit"


def _old(selector: Selector) -> bool:
    """The usual case, seen without reading the text again."""
    return bool(selector.name) and '"' not in [m.label[:1] for m in selector.matchers]


class _Word(msgspec.Struct, frozen=True):
    """A word of a query, the two words before it, the one behind it, and the bracket or call that it stands in."""

    token: Token
    before: tuple[str, str]
    after: str
    inside: str


def _words(text: str) -> Iterator[_Word]:
    words = [word for word in tokens(text) if word.kind not in {"space", "comment"}]
    texts = ["", "", *(word.text for word in words), ""]
    opened = [""]
    for number, word in enumerate(words):
        before = (texts[number], texts[number + 1])
        if word.text in {")", "}", "]"}:
            opened.pop()
        yield _Word(word, before, texts[number + 3], opened[-1])
        if word.text in {"(", "{", "["}:
            opened.append(before[-1] if word.text == "(" else word.text)


def _is_name(word: _Word) -> bool:
    """A string that stands where the name of a metric or a label does."""
    if word.inside == "{":
        return word.before[-1] in {"{", ","} and word.after in {*_MATCHING, ",", "}"}
    return word.inside in _GROUPING


def _is_new_metric(word: _Word) -> bool:
    """`{__name__="http.requests"}` can be read, but an older server has no metric of such a name."""
    return word.before == ("__name__", "=") and not _plain(unquoted(word.token))


def _plain(name: str) -> bool:
    return name.isascii() and name.replace(":", "_").isidentifier()
