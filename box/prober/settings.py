"""Settings of the prober, from PROBER_* variables."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProberSettings:
    """Where to listen, and how to probe.

    Attributes:
        host: address to listen on.
        port: port to listen on.
        target: URL of the shop.
        per_second: probes per second of each journey.
        timeout_seconds: a probe without an answer this long after its intended start has failed.
        max_in_flight: probes of one journey under way at once; another one then has failed without being sent.
        wait_seconds: how long to wait at most for the shop to be ready before the first probe.
    """

    host: str = "127.0.0.1"
    port: int = 8092
    target: str = "http://127.0.0.1:8000"
    per_second: float = 1.0
    timeout_seconds: float = 10.0
    max_in_flight: int = 20
    wait_seconds: float = 60.0


def from_environment(environment: Mapping[str, str]) -> ProberSettings:
    """Return the settings; a variable that is missing or empty leaves the default."""
    given = {key.removeprefix("PROBER_"): value for key, value in environment.items() if value}
    default = ProberSettings()
    return ProberSettings(
        host=given.get("HOST", default.host),
        port=int(given.get("PORT", default.port)),
        target=given.get("TARGET", default.target).rstrip("/"),
        per_second=float(given.get("PER_SECOND", default.per_second)),
        timeout_seconds=float(given.get("TIMEOUT_SECONDS", default.timeout_seconds)),
        max_in_flight=int(given.get("MAX_IN_FLIGHT", default.max_in_flight)),
        wait_seconds=float(given.get("WAIT_SECONDS", default.wait_seconds)),
    )
