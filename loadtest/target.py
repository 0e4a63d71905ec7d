"""Decide which hosts may be loaded: this machine, and those that the operator names."""

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

ALLOW = "LOADTEST_ALLOW_HOSTS"
"""Environment variable with further host names, separated by commas."""


def refusal(url: str, allowed: frozenset[str]) -> str | None:
    """Return why `url` must not be loaded, or None when it may be.

    Args:
        url: The base URL of the shop.
        allowed: Host names that the operator allowed besides this machine.
    """
    host = urlsplit(url).hostname
    if not host:
        return f"invalid URL {url!r}; write one such as http://127.0.0.1:8000"
    if host in allowed or _is_loopback(host):
        return None
    return f"{host} is not this machine; if you may load it, set {ALLOW}={host}"


def allowed_hosts() -> frozenset[str]:
    """Return the host names in the environment variable `LOADTEST_ALLOW_HOSTS`."""
    names = (name.strip().lower() for name in os.environ.get(ALLOW, "").split(","))
    return frozenset(name for name in names if name)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
