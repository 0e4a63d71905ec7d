"""The base: total, bad and covered of the last five minutes, the only rules that read the user's own series."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.model import CountingWindow
from slo.plan import names, relabel
from slo.plan.rules import Record
from slo.promql import duration
from slo.query.counting import MILLISECOND, base_range
from slo.times import SUBWINDOW

if TYPE_CHECKING:
    from slo.model import Labels, Scale, Slo


_EVENTS = names.events(SUBWINDOW)


def records(slo: Slo, shard: str, scale: Scale) -> list[Record]:
    """Return two rules: total events and bad events."""
    series = f'{_EVENTS}{{{names.inside(slo, shard)},kind="total"}}'
    counts = slo.sli.counts(base_of(slo, scale, relabel.for_the_sli(slo, series)))
    return [
        Record(_EVENTS, relabel.for_records(slo, expr), _labels(slo, shard, kind))
        for kind, expr in (("total", counts.total), ("bad", counts.bad))
    ]


def covered(shard: str, scale: Scale) -> Record:
    """Return one rule for all SLOs of the shard: the recorded seconds of the subwindow.

    Each series of total events gives one; the label of the rule replaces its `kind`. A range of the whole subwindow
    that begins at a sample would have one sample more on Prometheus 2 (closed ranges) than on Prometheus 3 (left-open
    ones). One millisecond less has the same number wherever it begins, even in another group.
    """
    reach = duration(Decimal(SUBWINDOW // scale.factor) - MILLISECOND)
    expr = f'{scale.interval} * count_over_time({_EVENTS}{{shard="{shard}",kind="total"}}[{reach}])'
    return Record(_EVENTS, expr, (("shard", shard), ("kind", "covered")))


def base_of(slo: Slo, scale: Scale, total: str) -> CountingWindow:
    """Return the base range: one subwindow and one scrape interval, so that neighbours share their boundary sample."""
    subwindow = SUBWINDOW // scale.factor
    scrape = scale.scrape_interval or slo.scrape_interval
    any_interval = slo.any_interval and scale.scrape_interval is None
    return CountingWindow(
        base_range(subwindow, scrape),
        subwindow,
        scrape,
        any_interval,
        slo.series_labels,
        total,
        slo.bridge,
        slo.excluded,
    )


def _labels(slo: Slo, shard: str, kind: str) -> Labels:
    return (("shard", shard), ("service", slo.service), ("slo", slo.name), ("kind", kind))
