"""The base: total, bad and covered of the last five minutes, the only rules that read the user's own series."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.model import Base
from slo.plan import names, relabel
from slo.plan.rules import Record
from slo.promql import duration
from slo.query.counting import MILLISECOND, base_range
from slo.times import SUBWINDOW

if TYPE_CHECKING:
    from slo.model import Labels, Scale, Slo


_TILE_EVENTS = names.events(SUBWINDOW)


def records(slo: Slo, shard: str, scale: Scale) -> list[Record]:
    """Two rules: events in total, and bad ones."""
    series = f'{_TILE_EVENTS}{{{names.inside(slo, shard)},kind="total"}}'
    counts = slo.sli.counts(base_of(slo, scale, relabel.for_the_sli(slo, series)))
    return [
        Record(_TILE_EVENTS, relabel.for_records(slo, expr), _labels(slo, shard, kind))
        for kind, expr in (("total", counts.total), ("bad", counts.bad))
    ]


def covered(shard: str, scale: Scale) -> Record:
    """Return one rule for all SLOs of the shard: the recorded seconds of the subwindow.

    It counts samples of total events; the label of the rule replaces their `kind`. A range of the whole subwindow that
    begins on a sample has one more on Prometheus 2 (closed ranges) than on Prometheus 3 (left-open ones); a millisecond
    less has the same number wherever it begins, so that the rule may be in a group of its own.
    """
    reach = duration(Decimal(SUBWINDOW // scale.factor) - MILLISECOND)
    expr = f'{scale.interval} * count_over_time({_TILE_EVENTS}{{shard="{shard}",kind="total"}}[{reach}])'
    return Record(_TILE_EVENTS, expr, (("shard", shard), ("kind", "covered")))


def base_of(slo: Slo, scale: Scale, total: str) -> Base:
    """Return the base range: one subwindow and one scrape interval, so that neighbours share their boundary sample."""
    subwindow = SUBWINDOW // scale.factor
    scrape = scale.scrape_interval or slo.scrape_interval
    any_interval = slo.any_interval and scale.scrape_interval is None
    return Base(
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
