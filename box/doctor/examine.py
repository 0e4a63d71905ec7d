"""The whole examination: first the components, then the signals."""

import time
from collections.abc import Sequence
from dataclasses import replace

from box.doctor import components, matrix
from box.doctor.alertpath import AlertPath
from box.doctor.roundtrip import RoundTrip
from box.doctor.values import Check, Report
from box.servers import Servers

PATIENCE_SECONDS = 35.0
"""For each step: two scrapes of 15 s, and the time of the stores."""
HURRY_SECONDS = 3.0
"""With a component down, there is nothing to wait for."""
UNVISITED_SECONDS = 3600.0
"""Greatest age of the newest log line of a tier without a request."""


def examine(
    servers: Servers, environment: Sequence[Check], disks: Sequence[Check] = (), patience: float = PATIENCE_SECONDS
) -> Report:
    """Return the whole report, from answers of the servers alone, so that it works in both modes.

    Args:
        servers: the servers to query.
        environment: checks of the machine.
        disks: full disks, which explain other problems.
        patience: seconds to wait for each step.
    """
    alive = [*disks, *components.look(servers, min(patience, HURRY_SECONDS) if disks else patience)]
    if any(check.broken for check in alive):
        patience = min(patience, HURRY_SECONDS)
        down = {check.name: check.broken for check in alive if check.broken and check.name in servers.urls}
        servers = replace(servers, down=down)
    visited = time.time()
    round_trip = list(RoundTrip(servers, patience).walk())
    if round_trip[0].broken:  # then not every tier had a request to log
        patience, visited = min(patience, HURRY_SECONDS), visited - UNVISITED_SECONDS
    return Report(
        mode=f"{servers.mode}, {'metrics, logs and traces' if servers.full else 'metrics alone'}",
        environment=environment,
        components=alive,
        round_trip=round_trip,
        matrix=matrix.look(servers, patience, visited),
        alert_path=list(AlertPath(servers, patience).walk()),
    )
