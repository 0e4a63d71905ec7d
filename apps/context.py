"""What the parts of a tier share, typed: `TierContext` of the application, and how a request reaches it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from prometheus_client import CollectorRegistry

from apps.faults import Faults
from apps.health import Health
from apps.resilience.metrics import DependencyMetrics
from apps.resilience.shedding import Admission
from apps.settings import Settings
from apps.telemetry.otel import Telemetry
from apps.telemetry.rate_limit import LogRateLimiter


@dataclass(slots=True, kw_only=True)
class TierContext:
    """The shared parts of one tier.

    Attributes:
        dependencies: what it calls.
        routes: path and method of the customers' routes.
    """

    settings: Settings
    registry: CollectorRegistry
    faults: Faults
    health: Health
    admission: Admission
    metrics: DependencyMetrics
    telemetry: Telemetry
    rate_limiter: LogRateLimiter
    dependencies: tuple[str, ...]
    routes: tuple[tuple[str, str], ...]


def context_of(app: FastAPI) -> TierContext:
    """Return the context of an application."""
    context: TierContext = app.state.context
    return context


async def _of_request(request: Request) -> TierContext:
    return context_of(request.app)


Context = Annotated[TierContext, Depends(_of_request)]
"""A parameter of a route that gets the context."""
