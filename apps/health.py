"""Liveness and readiness: alive means that a restart does not help, ready means that requests can be served."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from apps.telemetry.instrument import untraced


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A check of a dependency: `run` returns "" or the reason why it cannot be used.

    A tier is not ready without a `required` one, nor when all of its checks fail.
    """

    name: str
    run: Callable[[], Awaitable[str]]
    required: bool


@dataclass(slots=True)
class Health:
    """The checks of a tier, and whether it is shutting down."""

    checks: list[HealthCheck] = field(default_factory=list)
    draining: bool = False

    async def report(self) -> tuple[bool, dict[str, str]]:
        """Return whether the tier is ready, and the result of each check: `ok` or a reason."""
        failed = {check: reason for check in self.checks if (reason := await check.run())}
        reasons = {check.name: failed.get(check, "ok") for check in self.checks}
        if self.draining:
            reasons["process"] = "shutting down"
        all_failed = bool(self.checks) and len(failed) == len(self.checks)
        ready = not (self.draining or all_failed or any(check.required for check in failed))
        return ready, reasons


def router(health: Health) -> APIRouter:
    """Return the routes `/healthz` and `/readyz`."""
    made = APIRouter()

    @made.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @made.get("/readyz")
    async def readyz() -> JSONResponse:
        with untraced():
            ready, reasons = await health.report()
        status = "ready" if ready else "not ready"
        if ready and any(reason != "ok" for reason in reasons.values()):
            status = "degraded"
        return JSONResponse({"status": status, "checks": reasons}, status_code=200 if ready else 503)

    return made
