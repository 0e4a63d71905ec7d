"""Names of series, alerts and shards: the conventions of the output, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from slo.promql import duration, naming, quote

if TYPE_CHECKING:
    from slo.model import Slo

INFO = "slo:info"
EVALUATED = "slo:evaluated:timestamp_seconds"
"""Of a shard: recorded at each evaluation, with or without data."""
BUDGET = "slo:budget:ratio"
REMAINING = "slo:budget_remaining:ratio"
COVERED = "slo:window_covered:ratio"
MAINTENANCE = "slo:maintenance"
ROLLUP_REMAINING = "slo:rollup_budget_remaining:ratio"
SHARED_PREFIX = "SLO"
"""Prefix of alert names where SLOs share rules."""
_UID = 40


def events(window: int) -> str:
    """Return the series of event counts of a window in unscaled seconds: `slo:events:1h`."""
    return f"slo:events:{duration(window)}"


def ago(window: int, seconds: int) -> str:
    """Return the series of a window that ended some seconds ago: `slo:events:6h_1h_ago`."""
    return f"{events(window)}_{duration(seconds)}_ago"


def missed(seconds: int) -> str:
    """Return the series of a shard that says an evaluation was missed some seconds ago: `slo:missed:1h_ago`."""
    return f"slo:missed:{duration(seconds)}_ago"


def error_ratio(window: int) -> str:
    """Return the series of bad / total of a window in unscaled seconds."""
    return f"slo:error_ratio:{duration(window)}"


def rollup_ratio(window: int) -> str:
    """Return the series of bad / total of all members of a group together."""
    return f"slo:rollup_error_ratio:{duration(window)}"


def shard_of(set_name: str, shards: int, slo: Slo) -> str:
    """Return `<set>-<n>`; n depends on the SLO's name alone, so that no other SLO moves it."""
    return f"{set_name}-{crc32(f'{slo.service}/{slo.name}'.encode()) % shards}"


def set_of(shard: str) -> str:
    """Return the set of a shard."""
    return shard.rpartition("-")[0]


def dashboard_uid(set_name: str) -> str:
    """Return the uid of the Grafana dashboard of a set, of at most 40 characters, the limit of Grafana."""
    uid = f"slo-{set_name}"
    return uid if len(uid) <= _UID else f"{uid[: _UID - 9]}-{crc32(uid.encode()):08x}"


def by(slo: Slo) -> str:
    """Return the `by` clause that keeps the members of a group."""
    return naming.by(slo.group_by)


def identity(slo: Slo, shard: str) -> dict[str, str]:
    """Return the labels that identify the series of an SLO."""
    return {"shard": shard, "service": slo.service, "slo": slo.name}


def inside(slo: Slo, shard: str) -> str:
    """Return the matchers that select the series of an SLO; names need no escape."""
    return f'shard="{shard}",service="{slo.service}",slo="{slo.name}"'


def selector(name: str, /, **labels: str) -> str:
    """Return `name{label="value",..}` in this order."""
    inside = ",".join(f"{naming.label(label)}={quote(value)}" for label, value in labels.items())
    return f"{name}{{{inside}}}"


def alert_name(slo: Slo, what: str) -> str:
    """Return the name of an alert: `ShopCheckoutAvailability` and `BudgetBurn`, `BudgetExhausted` or `NoData`."""
    return slo.alert_prefix + what
