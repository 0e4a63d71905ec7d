"""What `box status` counts as memory of a service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from box.memory import MIB, resident_mib, used_mib

FILE_MIB = 48
MAPS_A_FILE = """
import mmap, sys
with open(sys.argv[1], "r+b") as file:
    mapped = mmap.mmap(file.fileno(), 0)
    sum(mapped[at] for at in range(0, len(mapped), 4096))
    print("mapped", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not tell pages of files apart")
def test_pages_of_files_do_not_count(tmp_path: Path) -> None:
    """A store that maps its data into memory takes what it allocates; the kernel can drop the rest."""
    (tmp_path / "data").write_bytes(bytes(FILE_MIB * MIB))
    command = [sys.executable, "-c", MAPS_A_FILE, str(tmp_path / "data")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        used, resident = used_mib(process.pid), resident_mib(process.pid)

    assert used is not None
    assert resident is not None
    assert 0 < used < resident - FILE_MIB + 1


def test_what_does_not_run_has_no_memory() -> None:
    """No process, or one that has ended: None, and not 0."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert used_mib(0) is None
    assert used_mib(ended.pid) is None
    assert (used_mib(os.getpid()) or 0) > 1
