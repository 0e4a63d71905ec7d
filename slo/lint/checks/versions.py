"""Checks of the oldest Prometheus that has to load the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.diagnostics import Place, Severity
from slo.lint.finding import Finding, finding, some
from slo.lint.registry import BUILD, check
from slo.model import SliQuery
from slo.promql import naming, parse_selector, quote
from slo.promql.tokens import Token, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.model import Slo
    from slo.promql import Selector

OLDEST = "2.42"
_HINT = "build with --prometheus 3 if all your servers are newer"
_NATIVE = ("histogram_count(", "histogram_fraction(", "histogram_sum(")


@check("SLO076", BUILD)
def unreadable(context: LintContext) -> Iterator[Finding]:
    """Report PromQL of Prometheus 3: an error if an older server has to read it, else a warning."""
    wanted = context.plan.options.prometheus
    if wanted == "3":
        return
    severity = Severity.ERROR if wanted == OLDEST else Severity.WARNING
    newer = [(query.place, found) for query in context.queries if (found := _newer(query))]
    newer += [(place, found) for place, query in _other_selectors(context) if (found := _newer(query))]
    for place, found in newer:
        message = f"Prometheus {OLDEST} cannot read {some(found)}"
        yield Finding(place, message, _hint(found[0]), severity)
    for place, label in _labels_of_groups(context):
        message = f"Prometheus {OLDEST} cannot group by {quote(label)}"
        yield Finding(place, message, _hint(quote(label)), severity)


def _hint(what: str) -> str:
    """Return the fix, with the name that an older server has in place of a quoted one."""
    name = unquoted(Token("string", what[what.index('"') :], 0)) if what.endswith('"') else ""
    return f"{_HINT}; older ones have {naming.underscored(name)}" if name else _HINT


def _labels_of_groups(context: LintContext) -> Iterator[tuple[Place, str]]:
    """Yield quoted labels of `group_by`, on the series of the SLI or on records."""
    for slo in context.slos:
        if not slo.group_by:
            continue
        for number, pair in enumerate(zip(slo.series_labels, slo.group_by, strict=True)):
            if quoted := [label for label in dict.fromkeys(pair) if not naming.is_plain_label(label)]:
                yield slo.place.at("group_by", number), quoted[0]


def _other_selectors(context: LintContext) -> Iterator[tuple[Place, SliQuery]]:
    """Yield the selectors of targets, and those of maintenance once for each file."""
    for slo in context.slos:
        if slo.alerts.target is not None:
            yield slo.place.at("alerts", "target"), _selector(slo.alerts.target)
    for file, slos in context.by_file.items():
        for number, entry in enumerate(slos[0].maintenance):
            if not entry.planned:
                yield Place(file).at("maintenance", number, "metric"), _selector(entry.what)


def _selector(text: str) -> SliQuery:
    return SliQuery("", (parse_selector(text),), "", is_counter=False)


@check("SLO077", BUILD)
def native_histograms(context: LintContext) -> Iterator[Finding]:
    """Report native histograms, which Prometheus 2.42 scrapes only with a feature flag."""
    if context.plan.options.prometheus != OLDEST:
        return
    for slo in context.slos:
        if any(mark in expr for expr in _base_rules(context, slo) for mark in _NATIVE):
            message = f"Prometheus {OLDEST} scrapes native histograms only with a feature flag"
            hint = "start it with --enable-feature=native-histograms"
            yield finding(slo.place.at("sli"), message, hint)


def _base_rules(context: LintContext, slo: Slo) -> Iterator[str]:
    """Yield the expressions that read the series of the SLI."""
    wanted = {("service", slo.service), ("slo", slo.name)}
    return (
        rule.expr
        for group in context.plan.groups
        for rule in group.rules
        if rule.name.startswith("slo:events:") and wanted <= set(rule.labels)
    )


def _newer(query: SliQuery) -> list[str]:
    """Return each construct of a newer server once."""
    if query.selector is not None and _is_old(query.selector):
        return []
    from slo.lint.analysis.newer import newer  # noqa: PLC0415 - a hundredth of a build, and few files need it

    return list(dict.fromkeys(newer(query.text)))


def _is_old(selector: Selector) -> bool:
    """Whether all names are plain, the usual case, without reading the text again."""
    labels = (matcher.label for matcher in selector.matchers)
    return naming.is_plain_metric(selector.name) and all(map(naming.is_plain_label, labels))
