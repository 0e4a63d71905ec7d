"""Free ports that stay free until a server takes them."""

import secrets

from box.ports import is_taken

LOWEST, HIGHEST = 21000, 31999
"""Below the ports that the system gives to outgoing connections and to servers that want any port, as Jaeger does."""


def quiet_ports(count: int) -> list[int]:
    """Return free ports that the system assigns to nothing else."""
    found: list[int] = []
    while len(found) < count:
        candidate = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        if candidate not in found and not is_taken(candidate):
            found.append(candidate)
    return found


def quiet_port() -> int:
    """Return one of them."""
    return quiet_ports(1)[0]
