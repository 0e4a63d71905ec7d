"""The route class of customers' requests: admission control and fault switches, then the handler.

A route class and not a middleware, because only here the route's template is known: a request that is shed or fails by
a fault must count for its route, and so for its SLO.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from apps.context import context_of
from apps.errors import DeadlineExceeded
from apps.resilience import deadline


class AdmittedRoute(APIRoute):
    """A route behind load shedding and fault switches."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler that FastAPI calls before it reads the body."""
        serve = super().get_route_handler()
        template = self.path

        async def handle(request: Request) -> Response:
            context = context_of(request.app)
            if deadline.remaining() <= 0:
                raise DeadlineExceeded
            with context.admission.enter():
                await context.faults.apply(template)
                return await serve(request)

        return handle
