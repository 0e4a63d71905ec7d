"""Server processes of the benchmarks, and waiting for them."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from bench.cost import CommandFailedError
from box.http import LocalSession

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[1]


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:  # noqa: ANN401 - Popen's own
    """Run a command in the checkout until the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float) -> float:
    """Wait until an address answers with success; return the seconds.

    Raises:
        CommandFailedError: the process ended, or the time is over.
    """
    begun = time.monotonic()
    with LocalSession(10) as session:
        while process.poll() is None and (waited := time.monotonic() - begun) < seconds:
            with suppress(requests.RequestException):
                if session.get(url).ok:
                    return waited
            time.sleep(0.1)
    raise CommandFailedError(f"{url} did not answer within {seconds:.0f} s")
