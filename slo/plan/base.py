"""The base: total, bad and covered of the last five minutes, the only rules that read the user's own series."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.model import Base
from slo.plan import names
from slo.plan.cascade import TILE
from slo.plan.values import Record
from slo.promql import duration

if TYPE_CHECKING:
    from slo.model import Labels, Scale, Slo


def records(slo: Slo, shard: str, scale: Scale) -> list[Record]:
    """Three rules: events in total, bad ones, and how many seconds of the tile were recorded at all."""
    tile = TILE // scale.factor
    counts = slo.sli.counts(base_of(slo, scale))
    series = {kind: _recorded(slo, shard, kind) for kind in ("total", "bad", "covered")}
    total = f"{tile} * {counts.total}"
    bad = f"{tile} * {counts.bad}"
    if counts.bad_defaults_to_zero:
        bad += f"\nor 0 * sum({series['total']})"
    # Half an interval short of the tile: a range that ended exactly on a sample would hold one sample more on
    # Prometheus 2 (closed ranges) than on Prometheus 3 (left-open ones).
    reach = duration(Decimal(tile) - Decimal(scale.interval) / 2)
    covered = f"{scale.interval} * sum(count_over_time({series['total']}[{reach}]))"
    return [
        Record(names.events(TILE), expr, _labels(slo, shard, kind))
        for kind, expr in (("total", total), ("bad", bad), ("covered", covered))
    ]


def base_of(slo: Slo, scale: Scale) -> Base:
    """The base range: one tile and one scrape interval, so that neighbouring tiles share their boundary sample."""
    tile = TILE // scale.factor
    return Base(range=duration(tile + (scale.scrape_interval or slo.scrape_interval)), tile=tile)


def _recorded(slo: Slo, shard: str, kind: str) -> str:
    return names.selector(names.events(TILE), shard=shard, service=slo.service, slo=slo.name, kind=kind)


def _labels(slo: Slo, shard: str, kind: str) -> Labels:
    return (("shard", shard), ("service", slo.service), ("slo", slo.name), ("kind", kind))
