"""The admin calls: fault switches behind a bearer token, which a file holds itself or as a digest."""

import hashlib
import hmac
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from apps.faults import NAMES, Fault, FaultName, Faults

MAX_SECONDS = 3600
OF_ROUTES = frozenset({"errors", "latency"})
"""Faults that can be bound to routes."""
FLOODS = frozenset({"log_flood", "cardinality"})
MAX_BYPASS_SECONDS = 600
"""What a flood with `bypass` writes costs disk and memory of the whole stack."""
DIGEST = b"sha256:"
"""What the file begins with when it holds a digest of the token, from which the token cannot be found."""


def authorize(request: Request) -> None:
    """Let the caller pass who knows the token.

    Raises:
        HTTPException: 403 when this process has no token, 401 when the caller's is not it.
    """
    expected = _read(request.app.state.settings.admin_token_file)
    if not expected:
        raise HTTPException(403, "Admin calls are switched off: SHOP_ADMIN_TOKEN_FILE names no readable token.")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _matches(given.strip().encode(), expected):
        raise HTTPException(401, "The bearer token is missing or wrong.", {"WWW-Authenticate": "Bearer"})


def _matches(given: bytes, expected: bytes) -> bool:
    if expected.startswith(DIGEST):
        given = DIGEST + hashlib.sha256(given).hexdigest().encode()
    return hmac.compare_digest(given, expected)


def _read(path: Path | None) -> bytes:
    try:
        return path.read_bytes().strip() if path is not None else b""
    except OSError:
        return b""


class FaultRequest(BaseModel):
    """How to switch a fault on; the members that do not belong to it must be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: float = Field(default=1.0, ge=0, le=1)
    seconds: float = Field(default=60, gt=0, le=MAX_SECONDS)
    delay_ms: int | None = Field(default=None, ge=1, le=60_000)
    dependency: str | None = None
    routes: tuple[str, ...] = ()
    bypass: bool = False


router = APIRouter(prefix="/admin", dependencies=[Depends(authorize)])


@router.get("/faults")
async def show(request: Request) -> dict[str, Any]:
    """All faults this tier knows, and those that are on with the seconds they have left."""
    faults: Faults = request.app.state.faults
    return {
        "faults": {name: _describe(faults, name) for name in NAMES},
        "dependencies": list(request.app.state.dependencies),
    }


@router.put("/faults/{name}")
async def switch_on(request: Request, name: FaultName, wanted: FaultRequest) -> dict[str, Any]:
    """Switch a fault on until it expires; an earlier one of the same name is replaced."""
    _validate(request, name, wanted)
    faults: Faults = request.app.state.faults
    faults.switch_on(
        Fault(
            name=name,
            rate=wanted.rate,
            until=faults.clock() + wanted.seconds,
            delay_ms=wanted.delay_ms or 0,
            dependency=wanted.dependency or "",
            routes=wanted.routes,
            bypass=wanted.bypass,
        )
    )
    return _describe(faults, name)


@router.delete("/faults/{name}")
async def switch_off(request: Request, name: FaultName) -> dict[str, Any]:
    """Switch a fault off; it is no error when it was not on."""
    faults: Faults = request.app.state.faults
    faults.switch_off(name)
    return _describe(faults, name)


def _validate(request: Request, name: FaultName, wanted: FaultRequest) -> None:
    known_routes = {route for route, _ in request.app.state.routes}
    known_dependencies = request.app.state.dependencies
    problems = _misused_bypass(name, wanted)
    if (wanted.delay_ms is not None) != (name == "latency"):
        problems.append("`delay_ms` is needed for `latency` and for nothing else")
    if name == "dependency" and wanted.dependency not in known_dependencies:
        problems.append(f"`dependency` must be one of: {', '.join(known_dependencies)}")
    if name != "dependency" and wanted.dependency is not None:
        problems.append("`dependency` belongs to the fault `dependency`")
    if name not in OF_ROUTES and wanted.routes:
        problems.append(f"`routes` does not apply to the fault `{name}`")
    unknown = sorted(set(wanted.routes) - known_routes)
    if unknown:
        problems.append(f"unknown routes: {', '.join(unknown)}; known: {', '.join(sorted(known_routes))}")
    if problems:
        raise HTTPException(422, "; ".join(problems))


def _misused_bypass(name: FaultName, wanted: FaultRequest) -> list[str]:
    if not wanted.bypass:
        return []
    if name not in FLOODS:
        return [f"`bypass` does not apply to the fault `{name}`"]
    if wanted.seconds > MAX_BYPASS_SECONDS:
        return [f"`seconds` must be at most {MAX_BYPASS_SECONDS} with `bypass`"]
    return []


def _describe(faults: Faults, name: FaultName) -> dict[str, Any]:
    fault = faults.active(name)
    if fault is None:
        return {"active": False}
    return {
        "active": True,
        "rate": fault.rate,
        "seconds_left": round(fault.until - faults.clock(), 1),
        "delay_ms": fault.delay_ms,
        "dependency": fault.dependency,
        "routes": list(fault.routes),
        "bypass": fault.bypass,
    }
