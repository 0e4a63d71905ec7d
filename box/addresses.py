"""Where to look: from what `box up` left in its run folder, or from variables inside of docker compose."""

import socket
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from box.servers import LOG_STORES, READY_PATHS, TRACE_STORES, Servers
from box.state import State

USUAL_SCALE = 60
SIGNALS = ("otel-collector", *LOG_STORES, *TRACE_STORES)
"""What keeps logs and traces: a profile of docker compose has all of it or nothing."""
PROFILES = {"full": SIGNALS, "load": ("locust",)}


def resolves(host: str) -> bool:
    """Return whether the name is known: in docker compose those of running containers are."""
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return False
    return True


def from_environment(environment: Mapping[str, str], known: Callable[[str], bool] = resolves) -> Servers | None:
    """Return the servers that variables such as DOCTOR_OTEL_COLLECTOR_URL name, None when there is none.

    DOCTOR_PROFILES, when it is given, holds the profiles of docker compose that are in use: a profile that is among
    them is missed when nothing of it runs. Without it, whether logs and traces are kept is guessed from what runs.
    """
    named = {name: environment.get(f"DOCTOR_{name.upper().replace('-', '_')}_URL", "") for name in READY_PATHS}
    urls = {name: url.rstrip("/") for name, url in named.items() if url}
    given = environment.get("DOCTOR_PROFILES")
    profiles = ("full,load" if given is None else given).split(",")
    absent = _other_stores(urls, known)
    if given is None and not _running(SIGNALS, urls, known):
        absent |= set(SIGNALS)
    absent |= {name for profile, names in PROFILES.items() if profile not in profiles for name in names}
    kept = {name: url for name, url in urls.items() if name not in absent}
    return Servers(kept, "compose", "docker compose up -d {name}") if kept else None


def _running(names: Iterable[str], urls: Mapping[str, str], known: Callable[[str], bool]) -> list[str]:
    return [name for name in names if name in urls and known(urlsplit(urls[name]).hostname or "")]


def _other_stores(urls: Mapping[str, str], known: Callable[[str], bool]) -> set[str]:
    """Return the log stores but one, and the trace stores but one: the one that runs, or else the usual one."""
    families = [[name for name in family if name in urls] for family in (LOG_STORES, TRACE_STORES)]
    kept = {name for named in families for name in [*_running(named, urls, known), *named][:1]}
    return {name for named in families for name in named} - kept


def from_state(known: State) -> Servers:
    """Return the servers of a box that runs without containers."""
    urls = {name: known.settings.url(name) for name in READY_PATHS if name in known.ports}
    servers = Servers(urls, "native", "")
    scale = "" if known.time_scale == USUAL_SCALE else f" --time-scale {known.time_scale}"
    return Servers(urls, "native", f".venv/bin/box up{' --full' if servers.full else ''}{scale}", servers.session)
