"""Whether every server that should run does."""

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
"""What a tier may take to find out that a store is gone: the name of a stopped container is looked up for long."""
STARTING_SECONDS = 25.0
"""How long servers that say they are not ready yet are waited for, all together: Loki and Prometheus say so while they
replay their write-ahead logs."""


def look(servers: Servers, patience: float = STARTING_SECONDS) -> list[Check]:
    """Return a check for each server, and for what a tier says that it misses; waits `patience` seconds at most."""
    answers = {name: _answer(servers, name) for name in READY_PATHS if name in servers.urls}
    _wait_for_starting(servers, answers, min(patience, STARTING_SECONDS))
    found = [_alive(servers, name, answer) for name, answer in answers.items()]
    alive = {check.name for check in found if check.state == "ok"}
    needs = [check for tier in TIERS if tier in alive for check in _needs(servers, tier)]
    return [*found, *needs, *faults.look(servers)]


def _answer(servers: Servers, name: str) -> requests.Response | BrokenError:
    try:
        return servers.send("GET", name, READY_PATHS[name])
    except BrokenError as error:
        return error


def _wait_for_starting(servers: Servers, answers: dict[str, requests.Response | BrokenError], seconds: float) -> None:
    """Ask those again that said they are not ready, until they are or the time is over.

    Who is being restarted says so, then gives no answer for a moment, and says so once more.
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
