"""Builds a tier: what web, catalog and orders have in common."""

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

from apps import admin, error_handlers, health
from apps.cardinality import BoundedCounter
from apps.context import TierContext
from apps.faults import NAMES, FaultName, Faults, bad_deploy, cpu, memory_leak
from apps.faults.requests import OF_REQUESTS
from apps.floods import Floods
from apps.middleware import RequestMiddleware
from apps.resilience.metrics import DependencyMetrics
from apps.resilience.shedding import Admission
from apps.settings import Settings
from apps.telemetry import otel
from apps.telemetry.instrument import trace_requests
from apps.telemetry.metrics import HttpMetrics, new_registry
from apps.telemetry.middleware import TelemetryMiddleware
from apps.telemetry.rate_limit import LogRateLimiter

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own would give each request a second span."""
THREADS = 16
"""Worker threads for blocking calls: a few more than database connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What makes one tier different from the others; customers reach a `public` one themselves."""

    name: str
    routers: tuple[APIRouter, ...]
    dependencies: tuple[str, ...]
    render: error_handlers.Render = error_handlers.problem_details
    public: bool = False


Resources: TypeAlias = Callable[[FastAPI, TierContext], AbstractAsyncContextManager[None]]
"""Opens the connections of a tier while it serves, and puts them on `app.state`."""


def create_service(
    tier: Tier, settings: Settings, resources: Resources, registry: CollectorRegistry | None = None
) -> FastAPI:
    """Return an application that serves `tier`; its lifespan opens everything with a connection."""
    registry = new_registry() if registry is None else registry
    context = _context(tier, settings, registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with resources(app, context):
                # What lives now lives as long as the process: keep it out of garbage collections.
                gc.collect()
                gc.freeze()
                to_thread.current_default_thread_limiter().total_tokens = THREADS
                yield
            await context.faults.stop()
        finally:
            await to_thread.run_sync(context.telemetry.close)

    app = FastAPI(title=f"Shop: {tier.name}", lifespan=lifespan, openapi_url=None, telemetry=NO_TELEMETRY)
    app.state.context = context
    error_handlers.install(app, tier.render)
    for router in (*tier.routers, health.router(context.health), admin.router, _metrics_router(registry)):
        # Not at the application, whose limit is outside of our middleware: refused requests would not be counted.
        app.include_router(router, max_body_size=settings.max_body_bytes)
    app.add_middleware(
        RequestMiddleware, render=tier.render, deadline_seconds=settings.deadline_seconds, public=tier.public
    )
    app.add_middleware(TelemetryMiddleware, metrics=_http_metrics(context))
    if not context.telemetry.by_agent:
        trace_requests(app, context.telemetry)
    return app


def _context(tier: Tier, settings: Settings, registry: CollectorRegistry) -> TierContext:
    stamina.instrumentation.set_on_retry_hooks([])  # retries are counted by our own metrics
    shed = Counter("shop_requests_shed", "Requests refused because too many were in progress.", registry=registry)
    context = TierContext(
        settings=settings,
        registry=registry,
        faults=_faults(tier.name, settings, registry),
        health=health.Health(),
        admission=Admission(settings.max_in_flight, shed.inc),
        metrics=DependencyMetrics(registry, tier.dependencies),
        telemetry=otel.set_up(tier.name, settings.version, registry),
        rate_limiter=_rate_limiter(settings, registry),
        dependencies=tier.dependencies,
        routes=_routes(tier),
    )
    _gauges(context)
    return context


def _faults(tier: str, settings: Settings, registry: CollectorRegistry) -> Faults:
    effects = Counter("shop_fault_effects", "Requests and calls that a fault hit.", ("fault",), registry=registry)
    for name in NAMES:
        effects.labels(name)
    visitors = BoundedCounter(
        "shop_visits",
        "Visits by visitor: the mistake that the fault `cardinality` makes.",
        "visitor",
        settings.max_label_values,
        registry,
    )
    faults = Faults(lambda name: effects.labels(name).inc(), of_requests=OF_REQUESTS)
    info = Gauge("shop_build_info", "1, with the version that runs.", ("tier", "version"), registry=registry)
    release = bad_deploy.Release(info, tier, settings.version, faults)
    release.show()
    floods = Floods(faults, visitors, lambda name, number: effects.labels(name).inc(number))
    faults.effects |= {
        "log_flood": floods.log_flood,
        "cardinality": floods.cardinality,
        "cpu": partial(cpu.burn, faults),
        "memory_leak": partial(memory_leak.leak, faults),
        "bad_deploy": release.run,
    }
    return faults


def _rate_limiter(settings: Settings, registry: CollectorRegistry) -> LogRateLimiter:
    dropped = Counter("shop_log_lines_dropped", "Lines that a logger had too many of.", ("logger",), registry=registry)
    for logger in ("apps.requests", "apps.floods"):
        dropped.labels(logger)
    return LogRateLimiter(settings.log_lines_per_second, lambda logger: dropped.labels(logger).inc())


def _routes(tier: Tier) -> tuple[tuple[str, str], ...]:
    return tuple(
        (route.path, method)
        for router in tier.routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    )


def _gauges(context: TierContext) -> None:
    gauge = partial(Gauge, registry=context.registry)
    active = gauge("shop_fault_active", "1 while the fault is switched on.", ("fault",))
    for name in NAMES:
        active.labels(name).set_function(partial(_is_active, context.faults, name))
    admission = context.admission
    gauge("shop_requests_in_flight", "Requests being served.").set_function(lambda: admission.in_flight)
    gauge("shop_requests_in_flight_limit", "Most requests at once.").set(admission.limit)
    gauge("shop_draining", "1 while the process is shutting down.").set_function(lambda: context.health.draining)
    threads = gauge("shop_threads", "Blocking calls that have a worker thread, or wait for one.", ("state",))
    threads.labels("busy").set_function(lambda: _threads().borrowed_tokens)
    threads.labels("waiting").set_function(lambda: _threads().tasks_waiting)
    gauge("shop_threads_limit", "Most worker threads.").set(THREADS)


def _is_active(faults: Faults, name: FaultName) -> float:
    return faults.active(name) is not None


def _threads() -> CapacityLimiterStatistics:
    return to_thread.current_default_thread_limiter().statistics()


def _http_metrics(context: TierContext) -> HttpMetrics | None:
    if not context.settings.http_metrics:
        return None
    metrics = HttpMetrics(context.registry, context.settings.exemplar_seconds)
    metrics.initialise(context.routes)
    return metrics


def _metrics_router(registry: CollectorRegistry) -> APIRouter:
    router = APIRouter()

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": content_type})

    return router
