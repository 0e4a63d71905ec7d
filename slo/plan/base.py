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
    """One rule for all SLOs of the shard: how many seconds of the tile were recorded at all.

    Each series of total events gives one, whose `kind` the label of the rule replaces. A range of the whole tile would
    hold one sample more on Prometheus 2 (closed ranges) than on Prometheus 3 (left-open ones) when it begins on one;
    a millisecond less holds as many wherever it begins, so that the rule may stand in a group of its own.
    """
    reach = duration(Decimal(SUBWINDOW // scale.factor) - MILLISECOND)
    expr = f'{scale.interval} * count_over_time({_TILE_EVENTS}{{shard="{shard}",kind="total"}}[{reach}])'
    return Record(_TILE_EVENTS, expr, (("shard", shard), ("kind", "covered")))


def base_of(slo: Slo, scale: Scale, total: str) -> Base:
    """The base range: one tile and one scrape interval, so that neighbouring tiles share their boundary sample."""
    tile = SUBWINDOW // scale.factor
    scrape = scale.scrape_interval or slo.scrape_interval
    any_interval = slo.any_interval and scale.scrape_interval is None
    return Base(
        base_range(tile, scrape), tile, scrape, any_interval, slo.series_labels, total, slo.bridge, slo.excluded
    )


def _labels(slo: Slo, shard: str, kind: str) -> Labels:
    return (("shard", shard), ("service", slo.service), ("slo", slo.name), ("kind", kind))
