"""Being asked to stop: which signals count, and with what exit code a command ends."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

STOPPED_IN_EXEC = """
import signal, sys
from box import interrupts
if signal.getsignal({number}) == signal.SIG_IGN:  # whoever runs the tests may do so under nohup
    signal.signal({number}, signal.SIG_DFL)
interrupts.treat_as_ctrl_c()
try:
    exec("import os, time; os.kill(os.getpid(), {number}); time.sleep(30)")
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_exit_code_is_ours_wherever_the_signal_arrives(name: signal.Signals, tmp_path: Path) -> None:
    """Also inside of `exec`, where importing a dataclass spends its time: `python -m` would end by SIGINT instead."""
    (tmp_path / "stopped.py").write_text(STOPPED_IN_EXEC.format(number=int(name)))
    command = [sys.executable, "-m", "stopped"]

    assert subprocess.run(command, cwd=tmp_path, check=False, timeout=60).returncode == 130


def test_what_the_caller_ignores_stays_ignored() -> None:
    """`nohup make demo` survives the end of its terminal."""
    program = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from box import interrupts; interrupts.treat_as_ctrl_c()\n"
        "signal.raise_signal(signal.SIGHUP)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
