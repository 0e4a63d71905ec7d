"""Free ports that stay free until a server takes them: for benchmarks and tests that start whole stacks."""

import secrets

from box.ports import is_taken

LOWEST, HIGHEST = 21000, 31999
"""Below the ports that the system gives to outgoing connections and to servers that want any port, as Jaeger does."""


def quiet_ports(count: int) -> list[int]:
    """Return ports that nobody uses and that the system gives to nobody."""
    found: list[int] = []
    while len(found) < count:
        candidate = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        if candidate not in found and not is_taken(candidate):
            found.append(candidate)
    return found
