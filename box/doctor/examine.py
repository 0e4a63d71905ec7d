"""Puts everything together: first who lives, then what arrives."""

import time
from collections.abc import Sequence
from dataclasses import replace

from box.doctor import components, matrix
from box.doctor.alertpath import AlertPath
from box.doctor.roundtrip import RoundTrip
from box.doctor.values import Check, Report
from box.servers import Servers

PATIENCE_SECONDS = 35.0
"""For each step: two scrapes of 15 s and what the stores take."""
HURRY_SECONDS = 3.0
"""When a component is known to be down, waiting for what goes through it helps nobody."""
UNVISITED_SECONDS = 3600.0
"""How old the newest log line of a tier may be that was not asked for anything."""


def examine(
    servers: Servers, environment: Sequence[Check], disks: Sequence[Check] = (), patience: float = PATIENCE_SECONDS
) -> Report:
    """Return the whole report; needs the servers' answers alone, so that it works the same in both modes.

    Args:
        servers: whom to ask.
        environment: what is known of the machine.
        disks: full disks, which explain whatever else is broken.
        patience: seconds to wait for each step.
    """
    alive = [*disks, *components.look(servers, min(patience, HURRY_SECONDS) if disks else patience)]
    if any(check.broken for check in alive):
        patience = min(patience, HURRY_SECONDS)
        down = {check.name: check.broken for check in alive if check.broken and check.name in servers.urls}
        servers = replace(servers, down=down)
    visited = time.time()
    round_trip = list(RoundTrip(servers, patience).walk())
    if round_trip[0].broken:  # not every tier was visited then, and has a line of its own to show
        patience, visited = min(patience, HURRY_SECONDS), visited - UNVISITED_SECONDS
    return Report(
        mode=f"{servers.mode}, {'metrics, logs and traces' if servers.full else 'metrics alone'}",
        environment=environment,
        components=alive,
        round_trip=round_trip,
        matrix=matrix.look(servers, patience, visited),
        alert_path=list(AlertPath(servers, patience).walk()),
    )
