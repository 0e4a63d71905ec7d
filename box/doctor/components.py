"""Health of every server."""

import time
from http import HTTPStatus

import requests

from box.doctor import faults
from box.doctor.values import Check
from box.doctor.waiting import POLL_SECONDS
from box.errors import Broken, BrokenError
from box.servers import READY_PATHS, Servers
from box.services import TIERS

STORE_SECONDS = 30.0
"""Time of a tier to notice that a store is down: the name of a stopped container is looked up for long."""
STARTING_SECONDS = 25.0
"""Time for all servers that are not ready yet: Loki and Prometheus replay their write-ahead logs."""


def look(servers: Servers, patience: float = STARTING_SECONDS) -> list[Check]:
    """Return a check for each server, and for each failed health check of a tier, within `patience` seconds."""
    answers = {name: _answer(servers, name) for name in READY_PATHS if name in servers.urls}
    _wait_for_starting(servers, answers, min(patience, STARTING_SECONDS))
    found = [_alive(servers, name, answer) for name, answer in answers.items()]
    alive = {check.name for check in found if check.state == "ok"}
    failed = [check for tier in TIERS if tier in alive for check in _failed_checks(servers, tier)]
    return [*found, *failed, *faults.look(servers)]


def _answer(servers: Servers, name: str) -> requests.Response | BrokenError:
    try:
        return servers.send("GET", name, READY_PATHS[name])
    except BrokenError as error:
        return error


def _wait_for_starting(servers: Servers, answers: dict[str, requests.Response | BrokenError], seconds: float) -> None:
    """Poll the servers that are not ready, until they are or the time is over.

    A server that is restarted is not ready, then does not answer, then is not ready again.
    """
    deadline = time.monotonic() + seconds
    waiting = [name for name, answer in answers.items() if _is_unready(answer)]
    while waiting and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        answers.update({name: _answer(servers, name) for name in waiting})
        waiting = [name for name in waiting if _is_unready(answers[name]) or isinstance(answers[name], BrokenError)]


def _is_unready(answer: requests.Response | BrokenError) -> bool:
    return isinstance(answer, requests.Response) and answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE


def _alive(servers: Servers, name: str, answer: requests.Response | BrokenError) -> Check:
    if isinstance(answer, BrokenError):
        return Check(name, "broken", answer.broken.problem, answer.broken)
    if answer.ok:
        return Check(name, "ok", f"answers at {servers.urls[name]}")
    problem = f"is not ready at {servers.urls[name]}: {answer.status_code} {answer.text.strip()[:120]}"
    return Check(name, "broken", problem, servers.broken(name, problem, servers.log(name)).broken)


def _failed_checks(servers: Servers, tier: str) -> list[Check]:
    """Return the failed health checks of a tier, for stores that only the tier can reach."""
    try:
        answer = servers.send("GET", tier, "/readyz", timeout=STORE_SECONDS)
        checks: dict[str, str] = dict(answer.json().get("checks", {}))
    except (BrokenError, ValueError, AttributeError, TypeError):
        problem = "has no readable /readyz"
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
