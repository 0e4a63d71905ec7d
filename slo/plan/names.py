"""Names of series, alerts and shards: the conventions of the output, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from slo.promql import duration, naming, quote

if TYPE_CHECKING:
    from slo.model import Slo

INFO = "slo:info"
EVALUATED = "slo:evaluated:timestamp_seconds"
"""Of a shard; is there whenever its rules were evaluated, whatever data there are."""
BUDGET = "slo:budget:ratio"
REMAINING = "slo:budget_remaining:ratio"
COVERED = "slo:window_covered:ratio"
MAINTENANCE = "slo:maintenance"
ROLLUP_REMAINING = "slo:rollup_budget_remaining:ratio"
SHARED_PREFIX = "SLO"
"""What the names of alerts begin with where SLOs share rules."""
_UID = 40


def events(window: int) -> str:
    """Series of event counts of a window in (unscaled) seconds: `slo:events:1h`."""
    return f"slo:events:{duration(window)}"


def ago(window: int, seconds: int) -> str:
    """The same of the window that ended so many seconds ago: `slo:events:6h_1h_ago`."""
    return f"{events(window)}_{duration(seconds)}_ago"


def missed(seconds: int) -> str:
    """Of a shard; is there while its rules were not evaluated so many seconds ago: `slo:missed:1h_ago`."""
    return f"slo:missed:{duration(seconds)}_ago"


def error_ratio(window: int) -> str:
    """Series of bad / total of a window in (unscaled) seconds."""
    return f"slo:error_ratio:{duration(window)}"


def rollup_ratio(window: int) -> str:
    """Series of bad / total of all members of a group together."""
    return f"slo:rollup_error_ratio:{duration(window)}"


def shard_of(set_name: str, shards: int, slo: Slo) -> str:
    """`<set>-<n>`: n depends on the SLO's own name alone, so that other SLOs come and go without moving it."""
    return f"{set_name}-{crc32(f'{slo.service}/{slo.name}'.encode()) % shards}"


def set_of(shard: str) -> str:
    """The set that a shard belongs to."""
    return shard.rpartition("-")[0]


def dashboard_uid(set_name: str) -> str:
    """The uid of the Grafana dashboard of a set: at most 40 characters, which is all that Grafana takes."""
    uid = f"slo-{set_name}"
    return uid if len(uid) <= _UID else f"{uid[: _UID - 9]}-{crc32(uid.encode()):08x}"


def by(slo: Slo) -> str:
    """What stands behind an aggregation that keeps the members of the SLO's group apart."""
    return naming.by(slo.group_by)


def identity(slo: Slo, shard: str) -> dict[str, str]:
    """The labels that tell the series of an SLO from all others."""
    return {"shard": shard, "service": slo.service, "slo": slo.name}


def inside(slo: Slo, shard: str) -> str:
    """The same as they stand between the braces of a selector; names need no quoting."""
    return f'shard="{shard}",service="{slo.service}",slo="{slo.name}"'


def selector(name: str, /, **labels: str) -> str:
    """`name{label="value",..}` in the order given."""
    inside = ",".join(f"{naming.label(label)}={quote(value)}" for label, value in labels.items())
    return f"{name}{{{inside}}}"


def alert_name(slo: Slo, what: str) -> str:
    """`ShopCheckoutAvailability` and what happened to it: `BudgetBurn`, `BudgetExhausted`, `NoData`."""
    return slo.alert_prefix + what
