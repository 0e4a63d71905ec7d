"""The exemplar watcher: follows every exemplar as soon as it is fifteen seconds old, when its trace has to be there."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests

from bench.cost import CommandFailedError
from tests.e2e import stores

if TYPE_CHECKING:
    from bench.fullbox import FullBox
    from tests.e2e.stores import Exemplar, Span

AGE_SECONDS = 15.0
_POLL_SECONDS = 2.0


@dataclass(slots=True)
class ExemplarWatcher:
    """Follows the exemplars of a run in a thread; `oldest` is the greatest age at which one was followed."""

    box: FullBox
    since: float
    seen: dict[Exemplar, tuple[Span, ...]] = field(default_factory=dict)
    oldest: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event)

    def start(self) -> threading.Thread:
        """Begin to watch."""
        thread = threading.Thread(target=self._run, name="exemplars", daemon=True)
        thread.start()
        return thread

    def finish(self, thread: threading.Thread) -> None:
        """Wait until the last exemplars are old enough, follow them, and end."""
        time.sleep(AGE_SECONDS + _POLL_SECONDS)
        self._done.set()
        thread.join()
        self._follow()

    def _run(self) -> None:
        while not self._done.wait(_POLL_SECONDS):
            try:
                self._follow()
            except (CommandFailedError, requests.RequestException) as error:
                print(f"exemplars: {error}; trying again")  # noqa: T201 - a note in the report of the run

    def _follow(self) -> None:
        until = max(self.since, time.time() - AGE_SECONDS)
        for each in stores.exemplars(self.box, self.since, until):
            if each not in self.seen:
                self.oldest = max(self.oldest, time.time() - each.at)
                self.seen[each] = stores.trace(self.box, each.trace)
