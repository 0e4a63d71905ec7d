"""The table of faults: which settings each needs and takes, and what its tier must depend on."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.faults.fault import FaultName


@dataclass(frozen=True, slots=True)
class Kind:
    """The settings of a fault, and the dependency without which a tier cannot have it."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    requires: str = ""


KINDS: Mapping[FaultName, Kind] = {
    "errors": Kind(takes=("routes",)),
    "latency": Kind(needs=("delay_ms",), takes=("p99_ms", "routes")),
    "dependency": Kind(needs=("dependency",)),
    "log_flood": Kind(takes=("bypass",)),
    "cardinality": Kind(takes=("bypass",)),
    "cpu": Kind(),
    "memory_leak": Kind(takes=("mib_per_minute",)),
    "bad_deploy": Kind(takes=("version", "routes")),
    "pool_exhaustion": Kind(requires="database"),
    "slow_database": Kind(needs=("delay_ms",), requires="database"),
    "cache_stampede": Kind(requires="cache"),
}
