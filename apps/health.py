"""Liveness and readiness: alive means restarting does not help, ready means sending requests makes sense."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from apps.telemetry.instrument import untraced

Check = Callable[[], Awaitable[str]]
"""Returns "" when all is well, else the reason in words."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something this tier uses; it cannot serve without a `required` one, nor when it has lost them all."""

    name: str
    check: Check
    required: bool


@dataclass(slots=True)
class Health:
    """What the tier needs, and whether it is about to leave."""

    needs: list[Need] = field(default_factory=list)
    draining: bool = False

    async def report(self) -> tuple[bool, dict[str, str]]:
        """Whether requests make sense, and the reasons by name (`ok` where there is nothing to tell)."""
        failed = {need: reason for need in self.needs if (reason := await need.check())}
        reasons = {need.name: failed.get(need, "ok") for need in self.needs}
        if self.draining:
            reasons["process"] = "shutting down"
        nothing_left = bool(self.needs) and len(failed) == len(self.needs)
        ready = not (self.draining or nothing_left or any(need.required for need in failed))
        return ready, reasons


router = APIRouter()


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Whether this process can serve, with the reasons."""
    health: Health = request.app.state.health
    with untraced():
        ready, reasons = await health.report()
    status = "ready" if ready else "not ready"
    if ready and any(reason != "ok" for reason in reasons.values()):
        status = "degraded"
    return JSONResponse({"status": status, "checks": reasons}, status_code=200 if ready else 503)
