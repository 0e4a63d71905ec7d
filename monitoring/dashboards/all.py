"""All dashboards of the platform, in the order in which they are listed."""

from monitoring.dashboards.boards import (
    fleet,
    golden,
    incident,
    load,
    logs,
    pipeline,
    red,
    service_map,
    start,
    traces,
    use,
)

BOARDS = tuple(
    module.BOARD for module in (start, fleet, red, golden, use, service_map, logs, traces, pipeline, load, incident)
)
