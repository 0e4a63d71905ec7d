"""The fault `slow_database`: each transaction takes longer, and keeps its connection meanwhile."""

import time

from apps.errors import unreachable
from apps.faults.switches import Faults


def wait(faults: Faults, most_seconds: float) -> None:
    """Delay a transaction by the fault, in its worker thread.

    Raises:
        DependencyError: the delay is longer than a statement may take.
    """
    fault = faults.hit("slow_database")
    if fault is None:
        return
    seconds = fault.delay_ms / 1000
    time.sleep(min(seconds, most_seconds))
    if seconds > most_seconds:
        raise unreachable("database", "statement timeout (injected fault)", repeatable=True)
