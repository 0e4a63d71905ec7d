"""A bounded outbox for one signal: what happens waits here, packed, until the Collector has taken it.

Own code, because the SDK's batch processors cannot do what the shop promises: their HTTP client gives a batch up after
six tries, that is after about 31 seconds, whatever the timeout; their shutdown takes up to 30 seconds; and what they
drop is told to nobody but a second metrics pipeline. They also keep whole objects while they wait: 32,768 spans would
need more memory than a tier has. Here they are packed within a second, some tens of bytes each.
"""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

Item = TypeVar("Item")

BATCH = 512
"""Most items in one request."""
TICK_SECONDS = 1.0
"""How long an item waits at most before it is sent."""
LONGEST_PAUSE_SECONDS = 5.0
"""Longest pause between two tries: a Collector that is back is noticed this soon."""
SHUTDOWN_PAUSE_SECONDS = 0.25
REASONS = ("queue_full", "expired", "refused", "shutdown")
"""Why an item is dropped: no room, not taken in time, refused for good by the Collector, or left at the end."""

log = logging.getLogger(__name__)
sending = threading.local()
"""Has `now` set in threads that send: what they log must not be sent in turn."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request; `rejected` of its items were refused though the others were taken."""

    delivered: bool
    again: bool = False
    pause: float = 0.0
    rejected: int = 0
    why: str = ""


Post: TypeAlias = Callable[[bytes, float], Answer]
"""Sends a packed batch and tells what became of it; takes at most so many seconds, and never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may wait, for how long the oldest batch is tried until it is given up, and how long one try may take.

    The patience begins with the first try of a batch, and batches are tried one after the other. So while the Collector
    is away one is given up each time that the patience is over, and those behind it are kept: what an outage costs is
    bounded by the queue.
    """

    queue: int = 32_768
    patience_seconds: float = 150.0
    request_seconds: float = 10.0


USUAL = Limits()


class Tally(Protocol):
    """Is told what happened to items."""

    def sent(self, count: int) -> None:
        """So many were taken by the Collector."""

    def dropped(self, reason: str, count: int) -> None:
        """So many were lost."""


@dataclass(slots=True)
class _Parcel:
    payload: bytes
    count: int
    first_try: float | None = None


class Outbox(Generic[Item]):
    """Takes items from any thread and delivers them in order from a thread of its own."""

    def __init__(
        self, name: str, pack: Callable[[list[Item]], bytes], post: Post, tally: Tally, limits: Limits = USUAL
    ) -> None:
        self._name = name
        self._pack = pack
        self._post = post
        self._tally = tally
        self._limits = limits
        self._fresh: deque[Item] = deque()
        self._parcels: deque[_Parcel] = deque()
        self._packed = 0
        self._lock = threading.Lock()
        self._failures = 0
        self._not_before = 0.0
        self._wake = threading.Event()
        self._leave_by: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"outbox-{name}", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many items are not yet delivered."""
        return len(self._fresh) + self._packed

    def room(self, spare: int = 0) -> bool:
        """True when an item would be taken, and `spare` more."""
        return self._leave_by is None and self.waiting + spare < self._limits.queue

    def put(self, item: Item) -> None:
        """Take an item; without room it is the newest that goes, so that what waits stays whole."""
        with self._lock:
            room = self.room()
            if room:
                self._fresh.append(item)
        if not room:
            self._tally.dropped("queue_full" if self._leave_by is None else "shutdown", 1)
            return
        if len(self._fresh) == BATCH:
            self._wake.set()

    def leave(self, seconds: float) -> None:
        """Begin to close: deliver what waits within so many seconds; `join` waits for it."""
        self._leave_by = time.monotonic() + seconds
        self._wake.set()

    def join(self) -> None:
        """Wait until the outbox is empty or its time is over; what is left then is counted as dropped."""
        leave_by = self._leave_by if self._leave_by is not None else time.monotonic()
        self._thread.join(max(0.0, leave_by - time.monotonic()) + SHUTDOWN_PAUSE_SECONDS)
        if self.waiting:
            self._tally.dropped("shutdown", self.waiting)
            log.warning("%s: %d items were not delivered before the end", self._name, self.waiting)

    def _run(self) -> None:
        sending.now = True
        while self._leave_by is None:
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()
            self._pack_fresh()
            if time.monotonic() >= self._not_before:
                self._deliver()
        while self.waiting and time.monotonic() < self._leave_by:
            self._pack_fresh()
            self._deliver()
            if self.waiting:
                time.sleep(SHUTDOWN_PAUSE_SECONDS)

    def _pack_fresh(self) -> None:
        while self._fresh:
            with self._lock:
                batch = [self._fresh.popleft() for _ in range(min(BATCH, len(self._fresh)))]
                self._packed += len(batch)
            try:
                self._parcels.append(_Parcel(self._pack(batch), len(batch)))
            except Exception:
                self._packed -= len(batch)
                self._tally.dropped("refused", len(batch))
                log.exception("%s: a batch could not be packed", self._name)

    def _deliver(self) -> None:
        while self._parcels:
            parcel = self._parcels[0]
            now = time.monotonic()
            parcel.first_try = first = now if parcel.first_try is None else parcel.first_try
            seconds = self._limits.request_seconds
            if self._leave_by is not None:
                seconds = min(seconds, self._leave_by - now)
                if seconds <= 0:
                    return
            answer = self._try(parcel.payload, seconds)
            expired = answer.again and time.monotonic() - first >= self._limits.patience_seconds
            if answer.again and not expired:
                self._failed(answer)
                return
            self._done(parcel, answer, "expired" if expired else "refused")

    def _try(self, payload: bytes, seconds: float) -> Answer:
        try:
            return self._post(payload, seconds)
        except Exception as error:  # noqa: BLE001 - else the thread ends, and with it all that waits or is still to come
            return Answer(delivered=False, again=False, why=type(error).__name__)

    def _done(self, parcel: _Parcel, answer: Answer, reason: str) -> None:
        self._parcels.popleft()
        self._packed -= parcel.count
        lost = answer.rejected if answer.delivered else parcel.count
        self._tally.sent(parcel.count - lost)
        if lost:
            self._tally.dropped(reason, lost)
            log.warning("%s: %d items were dropped (%s): %s", self._name, lost, reason, answer.why)
        if answer.delivered and self._failures:
            log.warning("%s: delivered again", self._name)
            self._failures = 0

    def _failed(self, answer: Answer) -> None:
        if not self._failures:
            log.warning("%s: not delivered, will try again: %s", self._name, answer.why)
        longest = min(LONGEST_PAUSE_SECONDS, 2.0 ** min(self._failures, 8))
        self._failures += 1
        self._not_before = time.monotonic() + (answer.pause or longest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter


def close(outboxes: list[Outbox[Item]], seconds: float) -> None:
    """Close several outboxes within the same seconds."""
    for outbox in outboxes:
        outbox.leave(seconds)
    for outbox in outboxes:
        outbox.join()
