"""Sends log records to a Collector by OTLP, so many a second, whatever it answers, and tells what became of them.

A process of its own: `python -m bench.proof.sender URL RATE SECONDS` prints one JSON object.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from struct import pack_into
from typing import TYPE_CHECKING

import requests
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs, SeverityNumber
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICE = "flood-sender"
BATCH = 500
MOST_SECONDS = 120.0
_MARK = 0x7EADBEEF_00000000  # found nowhere else in what is sent
_TEXT = "a line of a service that has lost its mind: {number} of very many that all look alike and help nobody"


@dataclass(frozen=True, slots=True)
class Sent:
    """Records that were attempted, and those that the Collector took; `answers` counts requests by status."""

    attempted: int
    taken: int
    seconds: float
    answers: dict[str, int]


def send(url: str, per_second: float, seconds: float) -> Sent:
    """Send batches at an even pace; one that is refused is not repeated, and one that is late is made up for."""
    answers: Counter[int] = Counter()
    batch = Batch()
    begun = time.monotonic()
    count = int(per_second * min(seconds, MOST_SECONDS) / BATCH)
    with LocalSession(10) as session:
        for number in range(count):
            time.sleep(max(0.0, begun + number * BATCH / per_second - time.monotonic()))
            answers[_post(session, url, batch.at(time.time_ns()))] += 1
    taken = sum(times for status, times in answers.items() if status == HTTPStatus.OK) * BATCH
    told = {str(status): times for status, times in answers.items()}
    return Sent(count * BATCH, taken, time.monotonic() - begun, told)


def start(url: str, per_second: float, seconds: float) -> subprocess.Popen[str]:
    """Send from a process of its own."""
    command = [sys.executable, "-m", "bench.proof.sender", url, str(per_second), str(seconds)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> Sent:
    """What such a process told at its end."""
    output, _ = process.communicate(timeout=MOST_SECONDS + 60)
    return Sent(**json.loads(output))


def _post(session: requests.Session, url: str, body: bytes) -> int:
    try:
        answer = session.post(f"{url}/v1/logs", data=body, headers={"content-type": "application/x-protobuf"})
    except requests.RequestException:
        return 0
    return answer.status_code


class Batch:
    """The same records again and again, each time under new times: to serialise them anew would cost a processor."""

    def __init__(self) -> None:
        """Serialise them once, and find the places of their times."""
        marks = [_MARK + index for index in range(BATCH)]
        body = _serialised(marks)
        self._body = bytearray(body)
        self._places = [body.index(mark.to_bytes(8, "little")) for mark in marks]

    def at(self, nanoseconds: int) -> bytes:
        """The records as of this time, a nanosecond apart."""
        for index, place in enumerate(self._places):
            pack_into("<Q", self._body, place, nanoseconds + index)
        return bytes(self._body)


def _serialised(times: Iterable[int]) -> bytes:
    records = [
        LogRecord(
            time_unix_nano=time_unix_nano,
            severity_text="INFO",
            severity_number=SeverityNumber.SEVERITY_NUMBER_INFO,
            body=AnyValue(string_value=_TEXT.format(number=number)),
        )
        for number, time_unix_nano in enumerate(times)
    ]
    resource = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value=SERVICE))])
    scope = ScopeLogs(log_records=records)
    request = ExportLogsServiceRequest(resource_logs=[ResourceLogs(resource=resource, scope_logs=[scope])])
    return bytes(request.SerializeToString())


def main() -> None:
    """Send to the address that stands in the arguments."""
    url, per_second, seconds = sys.argv[1:]
    print(json.dumps(asdict(send(url, float(per_second), float(seconds)))))


if __name__ == "__main__":
    main()
