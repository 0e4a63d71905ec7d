"""Faults of the shop that somebody switched on: what they break is no mystery, and they are what to look at first."""

import re
from collections.abc import Collection, Iterator

from box.doctor.servers import TIERS, Servers
from box.doctor.values import BrokenError, Check

REFUSING = frozenset({"errors", "latency", "dependency"})
"""Faults for which the shop refuses an order; a flood only makes it busy."""
_ON = re.compile(r'^shop_fault_active\{fault="(\w+)"\} 1(?:\.0)?$', re.MULTILINE)


def look(servers: Servers) -> list[Check]:
    """Return a warning for each fault that is on: the tiers themselves know it at once, Prometheus only later."""
    return [
        Check(f"{tier}: fault", "warning", f"`{fault}` is on; {off(servers, tier, fault)}")
        for tier, fault in on(servers)
    ]


def on(servers: Servers, wanted: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield tier and fault for each that is on; `wanted`: those alone, or all."""
    for tier in TIERS:
        if tier in servers.urls:
            try:
                told = servers.send("GET", tier, "/metrics").text
            except BrokenError:
                continue
            yield from ((tier, fault) for fault in _ON.findall(told) if not wanted or fault in wanted)


def off(servers: Servers, tier: str, fault: str) -> str:
    """Return what to do about it."""
    if servers.mode == "compose":
        return "switch it off as docs/compose.md says, or wait until its time is over"
    allowed = '-H "Authorization: Bearer $(cat .cache/run/secrets/admin-token)"'
    return f"switch it off: curl -sSf -X DELETE {allowed} {servers.urls[tier]}/admin/faults/{fault}"
