"""No text that a visitor sends makes redaction slow: its time grows with the length of the text and no faster."""

import subprocess
import sys

from apps.telemetry.redaction import LONGEST_PATH, LONGEST_QUERY, REDACTED, query_names, redact_path
from tests.conftest import ROOT

PIECES = (
    *("a", "-", "_", "1", " ", "=", ":", "@", ".", "/", "://", '"', "'", "\\", ";", ",", "\n", "%3d", "[", "]"),
    *("password", "api_", "cookie", "authorization:", "bearer ", "basic", "eyJaaaaaaaa.", "5500-"),
)
"""What the patterns look for, and what may stand between: every two of them are repeated, one by one and by turns."""
LENGTH = 32_768
CPU_SECONDS = 1.0
"""What one text may take: it needs a fiftieth of that; a time that grows as the square of the length needs 30 s."""
SCRIPT = """
import signal, sys
from itertools import product
from apps.telemetry.redaction import redact

length, seconds, *pieces = sys.argv[1:]
length, seconds = int(length), float(seconds)
for one, other in product(pieces, repeat=2):
    half = length // 2
    for text in ((one + other) * (length // len(one + other)), one * (half // len(one)) + other * (half // len(other))):
        print(repr(text[:40]), flush=True)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        redact("/" + text + ":x=@")
"""


def test_no_text_takes_longer_than_its_length() -> None:
    """Repetitions of all that the patterns know, each within a second of processor time, or the process is killed."""
    command = [sys.executable, "-c", SCRIPT, str(LENGTH), str(CPU_SECONDS), *PIECES]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, f"too slow: {done.stdout.splitlines()[-1:]} {done.stderr}"


def test_of_a_long_address_the_beginning_is_told() -> None:
    """A path or a query is cut between its parts, so that nothing is left of a secret that was cut in two."""
    path, query = "/a" * 1000 + "/4111" + "1" * 100, b"a&" * 1000 + b"4111" + b"1" * 100

    assert redact_path("/a" * (LONGEST_PATH // 2)) == "/a" * (LONGEST_PATH // 2)
    assert redact_path(path) == "/a" * 1000 + "/..."
    assert redact_path("/" + "x" * 5000) == "/..."
    assert query_names(query) == "&".join([REDACTED] * 1000)
    assert query_names(b"a" * LONGEST_QUERY + b"=1") == ""
