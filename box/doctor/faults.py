"""Faults of the shop that are on: they explain what is broken."""

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from box.doctor.values import Check
from box.errors import BrokenError
from box.servers import Servers
from box.services import TIERS

REFUSING = frozenset({"errors", "latency", "dependency"})
"""Faults that make orders fail; a flood does not."""
_ON = re.compile(r'^shop_fault_active\{fault="(\w+)"\} 1(?:\.0)?$', re.MULTILINE)


def look(servers: Servers) -> list[Check]:
    """Return a warning for each fault that is on; the tiers know it before Prometheus does."""
    return [
        Check(f"{tier}: fault", "warning", f"`{fault}` is on; {off(servers, tier, fault)}")
        for tier, fault in on(servers)
    ]


def on(servers: Servers, wanted: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield tier and fault for each that is on, of those `wanted` or of all."""
    for tier in TIERS:
        if tier in servers.urls:
            try:
                metrics = servers.send("GET", tier, "/metrics").text
            except BrokenError:
                continue
            yield from ((tier, fault) for fault in _ON.findall(metrics) if not wanted or fault in wanted)


def off(servers: Servers, tier: str, fault: str) -> str:
    """Return the command that switches it off; each tier has a token of its own."""
    url, token = servers.urls[tier], f"cat .cache/run/secrets/admin-{tier}"
    if servers.mode == "compose":  # this container cannot read the token, and does not know the published port
        url = f"http://$(docker compose port {tier} {urlsplit(url).port})"
        token = f"docker compose run --rm secrets show admin-{tier}"
    allowed = f'-H "Authorization: Bearer $({token})"'
    return f"switch it off: curl -sSf -X DELETE {allowed} {url}/admin/faults/{fault}"
