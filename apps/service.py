"""Puts a tier together: what web, catalog and orders have in common."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import stamina.instrumentation
from anyio import CapacityLimiterStatistics, to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import choose_encoder

from apps import admin, answers, health
from apps.cardinality import BoundedCounter
from apps.edge import Edge
from apps.faults import NAMES, FaultName, Faults
from apps.floods import Floods
from apps.resilience.meters import DependencyMeters
from apps.resilience.shedding import Admission
from apps.settings import Settings
from apps.telemetry import otel
from apps.telemetry.instrument import trace_requests
from apps.telemetry.metrics import HttpMeters, new_registry
from apps.telemetry.middleware import Observe
from apps.telemetry.throttle import Throttle

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own, beside which each request would have a second span."""
THREADS = 16
"""Worker threads for blocking calls: somewhat more than there are database connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What makes one tier different from the others."""

    name: str
    routers: tuple[APIRouter, ...]
    dependencies: tuple[str, ...]
    render: answers.Render = answers.problem
    open_to_visitors: bool = False


@dataclass(frozen=True, slots=True)
class Kit:
    """What a tier gets to build its own parts with."""

    settings: Settings
    registry: CollectorRegistry
    faults: Faults
    health: health.Health
    meters: DependencyMeters
    telemetry: otel.Telemetry
    throttle: Throttle


Parts: TypeAlias = Callable[[FastAPI, Kit], AbstractAsyncContextManager[None]]
"""Opens what the tier needs while it serves, and puts it on `app.state`."""


def create_service(tier: Tier, settings: Settings, parts: Parts, registry: CollectorRegistry | None = None) -> FastAPI:
    """An application that serves `tier`; everything with a connection is opened by its lifespan."""
    registry = new_registry() if registry is None else registry
    kit = _kit(tier, settings, registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with parts(app, kit):
                # What lives now lives as long as the process: collections need not walk through it again and again.
                gc.collect()
                gc.freeze()
                to_thread.current_default_thread_limiter().total_tokens = THREADS
                yield
            await kit.faults.stop()
        finally:
            await to_thread.run_sync(kit.telemetry.close)

    app = FastAPI(title=f"Shop: {tier.name}", lifespan=lifespan, openapi_url=None, telemetry=NO_TELEMETRY)
    _state(app, tier, kit)
    answers.install(app, tier.render)
    for router in (*tier.routers, health.router, admin.router, _metrics_router(registry)):
        # At the router and not at the application, whose limit lies outside of our middleware: nobody would count.
        app.include_router(router, max_body_size=settings.max_body_bytes)
    app.add_middleware(Edge, deadline_seconds=settings.deadline_seconds, open_to_visitors=tier.open_to_visitors)
    app.add_middleware(Observe, meters=_http_meters(app, kit))
    if not kit.telemetry.by_agent:
        trace_requests(app, kit.telemetry)
    return app


def _kit(tier: Tier, settings: Settings, registry: CollectorRegistry) -> Kit:
    stamina.instrumentation.set_on_retry_hooks([])  # retries are counted by our own metrics
    effects = Counter("shop_fault_effects", "Requests and calls that a fault hit.", ("fault",), registry=registry)
    for name in NAMES:
        effects.labels(name)
    Gauge("shop_build_info", "1, with the version that runs.", ("tier", "version"), registry=registry).labels(
        tier.name, settings.version
    ).set(1)
    faults = Faults(lambda name: effects.labels(name).inc())
    _floods(faults, settings, registry, lambda name, number: effects.labels(name).inc(number))
    return Kit(
        settings=settings,
        registry=registry,
        faults=faults,
        health=health.Health(),
        meters=DependencyMeters(registry, tier.dependencies),
        telemetry=otel.set_up(tier.name, settings.version, registry),
        throttle=_throttle(settings, registry),
    )


def _floods(
    faults: Faults, settings: Settings, registry: CollectorRegistry, count: Callable[[FaultName, int], None]
) -> None:
    visitors = BoundedCounter(
        "shop_visits",
        "Visits by visitor: the mistake that the fault `cardinality` makes.",
        "visitor",
        settings.max_label_values,
        registry,
    )
    floods = Floods(faults, visitors, count)
    faults.effects |= {"log_flood": floods.log_flood, "cardinality": floods.cardinality}


def _throttle(settings: Settings, registry: CollectorRegistry) -> Throttle:
    dropped = Counter("shop_log_lines_dropped", "Lines that a logger had too many of.", ("logger",), registry=registry)
    for logger in ("apps.requests", "apps.floods"):
        dropped.labels(logger)
    return Throttle(settings.log_lines_per_second, lambda logger: dropped.labels(logger).inc())


def _state(app: FastAPI, tier: Tier, kit: Kit) -> None:
    shed = Counter("shop_requests_shed", "Requests refused because too many were in progress.", registry=kit.registry)
    admission = Admission(kit.settings.max_in_flight, shed.inc)
    app.state.settings = kit.settings
    app.state.faults = kit.faults
    app.state.health = kit.health
    app.state.admission = admission
    app.state.telemetry = kit.telemetry
    app.state.throttle = kit.throttle
    app.state.dependencies = tier.dependencies
    app.state.routes = tuple(
        (route.path, method)
        for router in tier.routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    )
    _gauges(kit, admission)


def _gauges(kit: Kit, admission: Admission) -> None:
    gauge = partial(Gauge, registry=kit.registry)
    active = gauge("shop_fault_active", "1 while the fault is switched on.", ("fault",))
    for name in NAMES:
        active.labels(name).set_function(partial(_is_active, kit.faults, name))
    gauge("shop_requests_in_flight", "Requests being served.").set_function(lambda: admission.in_flight)
    gauge("shop_requests_in_flight_limit", "Most requests at once.").set(admission.limit)
    gauge("shop_draining", "1 while the process is shutting down.").set_function(lambda: kit.health.draining)
    threads = gauge("shop_threads", "Blocking calls that have a worker thread, or wait for one.", ("state",))
    threads.labels("busy").set_function(lambda: _threads().borrowed_tokens)
    threads.labels("waiting").set_function(lambda: _threads().tasks_waiting)
    gauge("shop_threads_limit", "Most worker threads.").set(THREADS)


def _is_active(faults: Faults, name: FaultName) -> float:
    return faults.active(name) is not None


def _threads() -> CapacityLimiterStatistics:
    return to_thread.current_default_thread_limiter().statistics()


def _http_meters(app: FastAPI, kit: Kit) -> HttpMeters | None:
    if not kit.settings.http_metrics:
        return None
    meters = HttpMeters(kit.registry, kit.settings.exemplar_seconds)
    meters.announce(app.state.routes)
    return meters


def _metrics_router(registry: CollectorRegistry) -> APIRouter:
    router = APIRouter()

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": content_type})

    return router
