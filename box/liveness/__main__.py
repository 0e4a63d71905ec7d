"""An event listener of supervisord: every five seconds it probes the services and ends overdue breaks.

It records each service that exits.

`superlance` has one as well, httpok. One process of it watches one URL, restarts at the first missed answer, also while
a service starts, and has no limit: ten of them would take 200 MiB, and could restart a service without end.
"""

import os
import sys
import time
from pathlib import Path

from supervisor import childutils

from box import state
from box.breaking import breaks
from box.layout import Layout
from box.liveness.keeper import Keeper, handle
from box.supervision.control import UNREACHABLE, Control


def main() -> None:
    """Handle events until supervisord ends this process."""
    layout = Layout(Path(os.environ["SLOBOX_ROOT"]), Path(os.environ["SLOBOX_RUN"]))
    known = state.load(layout.state)
    if known is None:
        sys.exit(f"no state in {layout.state}")
    keeper = Keeper(known.settings, Control(layout.socket), layout.liveness, say)
    ours = [service.name for service in known.settings.services]
    while True:
        headers, payload = childutils.listener.wait()
        try:
            handle(keeper, headers["eventname"], childutils.get_headers(payload), ours)
            restore_overdue(layout)
        except UNREACHABLE as error:
            if "SHUTDOWN_STATE" not in str(error):  # `box down`
                say(f"supervisord does not answer: {error}")
        childutils.listener.ok()


def restore_overdue(layout: Layout) -> None:
    """End the breaks that outlived both their command and their watchdog."""
    try:
        for each in breaks.undo_overdue(layout):
            say(f"found an overdue break ({each.kind} of {each.service}), restored it")
    except OSError as error:  # a full disk
        say(f"cannot record that a break ended: {error}")


def say(text: str) -> None:
    """Write a line of the log; on a full disk it is lost."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
