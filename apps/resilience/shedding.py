"""Load shedding: a process serves a bounded number of requests and refuses the rest at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from apps.errors import Overloaded


@dataclass(slots=True)
class Admission:
    """Counts the requests in progress, at most `limit`."""

    limit: int
    shed: Callable[[], None]
    in_flight: int = 0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Hold a place while a request is served.

        Raises:
            Overloaded: every place is taken.
        """
        if self.in_flight >= self.limit:
            self.shed()
            raise Overloaded
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1
