"""What the tests start is gone when they end."""

import signal
import subprocess
import sys

import pytest

from tests.security.processes import end

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""


def test_a_process_that_does_not_end_is_killed_and_told() -> None:
    """A tier that ignores SIGTERM fails the test, and does not outlive it."""
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"

        with pytest.raises(subprocess.TimeoutExpired):
            end(process, patience=0.2)

    assert process.returncode == -signal.SIGKILL
