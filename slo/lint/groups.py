"""Lints about groups: how many members they may have, and what these cost."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding, number_of, some
from slo.plan.names import EVALUATED
from slo.plan.rules import Record
from slo.promql import naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject
    from slo.plan.rules import Plan

SLOS_PER_GROUP = 200
_EXAMPLE = 100
_KINDS = 3
_CHURNING = frozenset(
    ["pod", "pod_name", "pod_uid", "pod_ip", "container_id", "replica_set", "replicaset", "instance_id", "revision"]
)
_MANY = frozenset(["instance", "path", "url"])
_UNBOUNDED = frozenset(
    [
        "user_id",
        "userid",
        "uid",
        "email",
        "session",
        "session_id",
        "sessionid",
        "request_id",
        "trace_id",
        "span_id",
        "correlation_id",
        "transaction_id",
        "order_id",
        "ip",
        "client_ip",
        "remote_ip",
        "remote_addr",
        "source_ip",
        "src_ip",
        "query",
        "query_string",
        "uuid",
        "guid",
        "timestamp",
    ]
)


def large_rule_groups(subject: Subject) -> Iterator[Diagnostic]:
    """More SLOs in a rule group than should be evaluated one after the other."""
    plan, count = subject.plan, len(subject.planned)
    if count > SLOS_PER_GROUP * plan.set.shards:
        wanted = ceil(count / SLOS_PER_GROUP)
        message = f"the set {plan.set.name} has {count} SLOs in {number_of(plan.set.shards, 'rule group')}"
        yield finding("SLO034", Place(plan.set.slos[0].place.file), message, f"set shards: {wanted}")


def churning_labels(subject: Subject) -> Iterator[Diagnostic]:
    """Members that live shorter than the window."""
    yield from _labels(
        subject,
        "SLO108",
        _CHURNING,
        "the values of {} change with every deployment: each begins with a full budget, and none lasts a window",
        "group by what stays, such as a tenant or a region",
    )


def perhaps_many_members(subject: Subject) -> Iterator[Diagnostic]:
    """Labels that have few values here and thousands there."""
    yield from _labels(
        subject,
        "SLO109",
        _MANY,
        "{} may have many values, or values that come and go; each is a budget of its own",
        "check how many there are: slo lint --metrics URL",
    )


def unbounded_labels(subject: Subject) -> Iterator[Diagnostic]:
    """Labels with unbounded values."""
    yield from _labels(
        subject,
        "SLO110",
        _UNBOUNDED,
        "the values of {} are without number: each gets a budget, alerts and recorded series of its own",
        "group by a label with few values",
    )


def _labels(subject: Subject, code: str, names: frozenset[str], message: str, hint: str) -> Iterator[Diagnostic]:
    for slo in subject.slos:
        for number, label in enumerate(slo.series_labels):
            if naming.underscored(label) in names:
                yield finding(code, slo.place.at("group_by", number), message.format(label), hint)


def cost_of_members(subject: Subject) -> Iterator[Diagnostic]:
    """What every member of a group adds; told once for each set."""
    grouped = [planned.slo for planned in subject.planned if planned.slo.group_by]
    if not grouped:
        return
    each = series_of_a_member(subject.plan)
    message = (
        f"each member of {some([slo.name for slo in grouped])} has {each} recorded series: "
        f"{_EXAMPLE} members make {each * _EXAMPLE:,}"
    )
    yield finding("SLO111", grouped[0].place.key("group_by"), message)


def series_of_a_member(plan: Plan) -> int:
    """How many series one member of a group has at most: events of three kinds, ratios, and facts about its budget.

    What makes up for pauses is left out: it is there for an hour or two.
    """
    names = [{rule.name for rule in group.rules if isinstance(rule, Record)} for group in plan.groups]
    return max(sum(map(_series_of_a_member, group)) for group in names)


def _series_of_a_member(name: str) -> int:
    """How many of them a record adds for each member: nothing where it is about the shard or the whole group."""
    if name == EVALUATED or name.startswith("slo:rollup_"):
        return 0
    return _KINDS if name.startswith("slo:events:") else 1
