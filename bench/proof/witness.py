"""Looks at every exemplar as soon as it is fifteen seconds old: the trace it points at has to be there by then."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests

from bench.cost import CommandFailedError
from bench.proof import stores

if TYPE_CHECKING:
    from bench.proof.fullbox import FullBox
    from bench.proof.stores import Exemplar, Span

AGE_SECONDS = 15.0
_LOOK_SECONDS = 2.0


@dataclass(slots=True)
class Witness:
    """Follows the exemplars of a run from a thread of its own."""

    box: FullBox
    since: float
    seen: dict[Exemplar, tuple[Span, ...]] = field(default_factory=dict)
    oldest: float = 0.0
    """Age at which the latest look found an exemplar, at most, in seconds."""
    failures: list[str] = field(default_factory=list)
    _done: threading.Event = field(default_factory=threading.Event)

    def start(self) -> threading.Thread:
        """Begin to look."""
        thread = threading.Thread(target=self._run, name="witness", daemon=True)
        thread.start()
        return thread

    def finish(self, thread: threading.Thread) -> None:
        """Wait until the last exemplars are old enough, look at them, and end."""
        time.sleep(AGE_SECONDS + _LOOK_SECONDS)
        self._done.set()
        thread.join()
        self._look()

    def _run(self) -> None:
        while not self._done.wait(_LOOK_SECONDS):
            try:
                self._look()
            except (CommandFailedError, requests.RequestException) as error:
                self.failures.append(str(error))

    def _look(self) -> None:
        for each in stores.exemplars(self.box, self.since, time.time() - AGE_SECONDS):
            if each not in self.seen:
                self.oldest = max(self.oldest, time.time() - each.at)
                self.seen[each] = stores.trace(self.box, each.trace)
