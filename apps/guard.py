"""The route class of customers' requests: each is admitted, meets the faults, and is then served.

It works at the route and not as middleware because only here the template of the route is known: a request that is
shed or fails by a fault must count for the route (and so for the SLO) it was meant for.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from apps.faults import Faults
from apps.problems import DeadlineExceeded
from apps.resilience import deadline
from apps.resilience.shedding import Admission


class GuardedRoute(APIRoute):
    """A route behind load shedding and fault switches."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that FastAPI calls, before it reads the body."""
        serve = super().get_route_handler()
        template = self.path

        async def handle(request: Request) -> Response:
            state = request.app.state
            admission: Admission = state.admission
            faults: Faults = state.faults
            if deadline.remaining() <= 0:
                raise DeadlineExceeded
            with admission.enter():
                await faults.apply(template)
                return await serve(request)

        return handle
