"""Sends log records to a Collector by OTLP at an even rate, whatever it answers, and counts those it took.

Run it as a process: `python -m tests.e2e.log_flood URL RATE SECONDS` prints one JSON object.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import requests
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from box.http import LocalSession

SERVICE = "log-flood"
BATCH = 500
MOST_SECONDS = 120.0
_TEXT = "retrying a request that has failed {number} times before, as in all the lines around this one"


@dataclass(frozen=True, slots=True)
class Sent:
    """Records that were attempted, those that the Collector took, and the seconds."""

    attempted: int
    taken: int
    seconds: float


def send(url: str, per_second: float, seconds: float) -> Sent:
    """Send batches at an even rate; a refused one is not repeated, a late one is caught up on."""
    body, taken, begun = batch(), 0, time.monotonic()
    count = int(per_second * min(seconds, MOST_SECONDS) / BATCH)
    with LocalSession(10) as session:
        session.headers["content-type"] = "application/x-protobuf"
        for number in range(count):
            time.sleep(max(0.0, begun + number * BATCH / per_second - time.monotonic()))
            try:
                taken += BATCH * session.post(f"{url}/v1/logs", data=body).ok
            except requests.RequestException:
                continue
    return Sent(count * BATCH, taken, time.monotonic() - begun)


def batch() -> bytes:
    """Records without a time, serialised once: each store takes the time of arrival."""
    records = [LogRecord(body=AnyValue(string_value=_TEXT.format(number=number))) for number in range(BATCH)]
    resource = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value=SERVICE))])
    logs = ResourceLogs(resource=resource, scope_logs=[ScopeLogs(log_records=records)])
    return bytes(ExportLogsServiceRequest(resource_logs=[logs]).SerializeToString())


def start(url: str, per_second: float, seconds: float) -> subprocess.Popen[str]:
    """Send from a process of its own."""
    command = [sys.executable, "-m", "tests.e2e.log_flood", url, str(per_second), str(seconds)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> Sent:
    """The counts of such a process at its end."""
    output, _ = process.communicate(timeout=MOST_SECONDS + 60)
    return Sent(**json.loads(output))


def main() -> None:
    """Send to the address of the arguments."""
    url, per_second, seconds = sys.argv[1:]
    print(json.dumps(asdict(send(url, float(per_second), float(seconds)))))  # noqa: T201 - the result


if __name__ == "__main__":
    main()
