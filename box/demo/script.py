"""The demo's script as data: how many visitors, which fault, for how long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """Durations in seconds, visitors make one request a second each and every fifth is a checkout."""

    steady_users: int = 20
    spike_users: int = 40
    spawn_per_second: float = 20.0
    baseline: float = 12.0
    spike_lead: float = 4.0
    fault_tier: str = "orders"
    fault_name: str = "errors"
    fault_rate: float = 1.0
    fault: float = 14.0
    fault_expiry: int = 120
    fire_patience: float = 30.0
    page_patience: float = 15.0
    resolve_patience: float = 90.0
    poll: float = 0.15


DEMO = Script()
