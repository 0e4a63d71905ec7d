"""Checks of `group_by`: labels, number of members, and their series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.finding import finding, some
from slo.lint.registry import BUILD, LINT, check
from slo.plan.names import EVALUATED
from slo.plan.rules import Record
from slo.promql import naming, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding
    from slo.plan.rules import Plan

_EXAMPLE = 100
_KINDS = 3
_CHURNING = frozenset(
    ["pod", "pod_name", "pod_uid", "pod_ip", "container_id", "replica_set", "replicaset", "instance_id", "revision"]
)
_MANY = frozenset(["instance", "path", "url"])
_UNBOUNDED = frozenset(
    [
        *("user_id", "userid", "uid", "email", "session", "session_id", "sessionid", "request_id", "trace_id"),
        *("span_id", "correlation_id", "transaction_id", "order_id", "ip", "client_ip", "remote_ip", "remote_addr"),
        *("source_ip", "src_ip", "query", "query_string", "uuid", "guid", "timestamp"),
    ]
)


@check("SLO107", BUILD)
def replaced_labels(context: LintContext) -> Iterator[Finding]:
    """Report labels under `labels` that are also in `group_by`: all members would raise the same alert."""
    for slo in context.slos:
        replacing = {name for name, _ in (*slo.labels, *slo.alerts.labels)}
        for number, name in enumerate(slo.group_by):
            if name in replacing:
                message = f'the label "{name}" under `labels` replaces that of the group members on their alerts'
                hint = "rename it under `labels`: Prometheus refuses alerts with equal labels"
                yield finding(slo.place.at("group_by", number), message, hint)


@check("SLO149", LINT)
def quoted_labels(context: LintContext) -> Iterator[Finding]:
    """Report labels of a group that need quotes: older Alertmanagers refuse alerts with them."""
    for slo in context.slos:
        for number, (name, own) in enumerate(zip(slo.group_by, slo.series_labels, strict=True)):
            if not naming.is_plain_label(name):
                message = f"alerts carry the label {quote(name)}, which needs Alertmanager 0.28.1"
                plain = naming.underscored(name)
                hint = f"for older ones write group_by: [{{label: {quote(own)}, as: {plain}}}]"
                yield finding(slo.place.at("group_by", number), message, hint)


@check("SLO108", BUILD)
def churning_labels(context: LintContext) -> Iterator[Finding]:
    """Report labels whose values last shorter than the window."""
    yield from _labels(
        context,
        _CHURNING,
        "the values of {} change with every deployment: each starts with a full budget, and none lasts a window",
        "group by something stable, such as a tenant or a region",
    )


@check("SLO109", LINT)
def many_members(context: LintContext) -> Iterator[Finding]:
    """Report labels that may have thousands of values."""
    yield from _labels(
        context,
        _MANY,
        "{} may have many or short-lived values, each with its own budget",
        "count them: slo lint --metrics URL",
    )


@check("SLO110", BUILD)
def unbounded_labels(context: LintContext) -> Iterator[Finding]:
    """Report labels with an unbounded number of values."""
    yield from _labels(
        context,
        _UNBOUNDED,
        "{} has an unbounded number of values, each with a budget, alerts and recorded series",
        "group by a label with few values",
    )


def _labels(context: LintContext, names: frozenset[str], message: str, hint: str) -> Iterator[Finding]:
    for slo in context.slos:
        for number, label in enumerate(slo.series_labels):
            if naming.underscored(label) in names:
                yield finding(slo.place.at("group_by", number), message.format(label), hint)


@check("SLO111", BUILD)
def series_of_members(context: LintContext) -> Iterator[Finding]:
    """Report how many series each member of a group adds, once for each set."""
    grouped = [planned.slo for planned in context.planned if planned.slo.group_by]
    if not grouped:
        return
    each = series_per_member(context.plan)
    message = (
        f"each member of {some([slo.name for slo in grouped])} has {each} recorded series: "
        f"{_EXAMPLE} members make {each * _EXAMPLE:,}"
    )
    yield finding(grouped[0].place.key("group_by"), message)


def series_per_member(plan: Plan) -> int:
    """Return the most series of one member of a group: events of three kinds, ratios, and facts about its budget.

    Backfill is left out: its series exist for an hour or two.
    """
    names = [{rule.name for rule in group.rules if isinstance(rule, Record)} for group in plan.groups]
    return max(sum(map(_series_per_member, group)) for group in names)


def _series_per_member(name: str) -> int:
    """Return the series that a record adds for each member: none if it is about the shard or the whole group."""
    if name == EVALUATED or name.startswith("slo:rollup_"):
        return 0
    return _KINDS if name.startswith("slo:events:") else 1
