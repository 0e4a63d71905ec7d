"""Whether every server that should run does."""

import time

import httpx

from box.doctor import faults
from box.doctor.servers import READY_PATHS, TIERS, Servers
from box.doctor.values import Broken, BrokenError, Check
from box.doctor.waiting import POLL_SECONDS

STORE_SECONDS = 30.0
"""What a tier may take to find out that a store is gone: the name of a stopped container is looked up for long."""
STARTING_SECONDS = 25.0
"""How long servers that say they are not ready yet are waited for, all together: a Loki that has just started says so
for 15 s, a Prometheus as long as it reads its log."""


def look(servers: Servers, patience: float = STARTING_SECONDS) -> list[Check]:
    """Return a check for each server, and for what a tier says that it misses; waits `patience` seconds at most."""
    deadline = time.monotonic() + min(patience, STARTING_SECONDS)
    found = [_alive(servers, name, deadline) for name in READY_PATHS if name in servers.urls]
    alive = {check.name for check in found if check.state == "ok"}
    needs = [check for tier in TIERS if tier in alive for check in _needs(servers, tier)]
    return [*found, *needs, *faults.look(servers)]


def _alive(servers: Servers, name: str, deadline: float) -> Check:
    try:
        answer = _settled(servers, name, deadline)
    except BrokenError as error:
        return Check(name, "broken", error.broken.problem, error.broken)
    if answer.is_success:
        return Check(name, "ok", f"answers at {servers.urls[name]}")
    problem = f"is not ready at {servers.urls[name]}: {answer.status_code} {answer.text.strip()[:120]}"
    return Check(name, "broken", problem, servers.broken(name, problem, servers.log(name)).broken)


def _settled(servers: Servers, name: str, deadline: float) -> httpx.Response:
    """Return the first answer that is not `not ready yet`, or the last one before the deadline."""
    while True:
        answer = servers.send("GET", name, READY_PATHS[name])
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() >= deadline:
            return answer
        time.sleep(POLL_SECONDS)


def _needs(servers: Servers, tier: str) -> list[Check]:
    """Return what a tier says of the stores behind it, which nobody else can reach."""
    try:
        answer = servers.send("GET", tier, "/readyz", timeout=STORE_SECONDS)
        checks: dict[str, str] = dict(answer.json().get("checks", {}))
    except (BrokenError, ValueError, AttributeError, TypeError):
        problem = "does not tell whether it is ready"
        return [Check(tier, "broken", problem, Broken(tier, problem, servers.log(tier)))]
    return [
        Check(f"{tier}: {name}", "broken", reason, _store(servers, tier, name, reason).broken)
        for name, reason in checks.items()
        if reason != "ok" and name not in servers.urls
    ]


def _store(servers: Servers, tier: str, name: str, reason: str) -> BrokenError:
    store = {"database": "postgres", "cache": "redis"}.get(name, name)
    if servers.mode == "compose":
        return servers.broken(store, f"{tier} cannot use it ({reason})")
    return servers.broken(tier, f"cannot use its {name} ({reason})", servers.log(tier))
