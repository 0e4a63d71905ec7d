"""Restores one break at its end: `python -m box.breaking ROOT RUN ID UNTIL`, started by `box break`."""

import sys
import time
from pathlib import Path

from box.breaking.breaks import undo
from box.breaking.record import load
from box.layout import Layout

POLL_SECONDS = 0.5


def main(root: str, run: str, number: str, until: str) -> None:
    """Wait for the end of a break, unless it is undone before, and restore it."""
    layout, end = Layout(Path(root), Path(run)), float(until)

    def is_on() -> bool:
        return any((each.id, each.until) == (int(number), end) for each in load(layout))

    while is_on() and (left := end - time.time()) > 0:
        time.sleep(min(left, POLL_SECONDS))
    if is_on():
        undo(layout, {int(number)})


if __name__ == "__main__":
    main(*sys.argv[1:])
