"""The admin API: fault switches behind a bearer token; a file holds the token or its digest."""

import hashlib
import hmac
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from apps.context import Context, TierContext
from apps.faults import NAMES, Fault, FaultName, Faults

MAX_SECONDS = 3600
OF_ROUTES = frozenset({"errors", "latency"})
"""Faults that can be bound to routes."""
FLOODS = frozenset({"log_flood", "cardinality"})
MAX_BYPASS_SECONDS = 600
"""What a flood with `bypass` writes costs disk and memory of the whole stack."""
DIGEST = b"sha256:"
"""Begins a file that holds a digest of the token."""


async def authorize(request: Request, context: Context) -> None:
    """Check the bearer token of a request."""
    check(request.headers.get("authorization", ""), context.settings.admin_token_file)


def check(authorization: str, token_file: Path | None) -> None:
    """Check a header against the token of a file.

    Raises:
        HTTPException: 403 without a readable token, 401 when the caller's differs.
    """
    expected = _read(token_file)
    if not expected:
        raise HTTPException(403, "The admin API is off: SHOP_ADMIN_TOKEN_FILE names no readable token.")
    scheme, _, given = authorization.partition(" ")
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
    """Settings of a fault; those of other faults are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: float = Field(default=1.0, ge=0, le=1)
    seconds: float = Field(default=60, gt=0, le=MAX_SECONDS)
    delay_ms: int | None = Field(default=None, ge=1, le=60_000)
    dependency: str | None = None
    routes: tuple[str, ...] = ()
    bypass: bool = False


router = APIRouter(prefix="/admin", dependencies=[Depends(authorize)])


@router.get("/faults")
async def show(context: Context) -> dict[str, Any]:
    """Return all faults of this tier; those that are on with the seconds left."""
    return {
        "faults": {name: _describe(context.faults, name) for name in NAMES},
        "dependencies": list(context.dependencies),
    }


@router.put("/faults/{name}")
async def switch_on(context: Context, name: FaultName, wanted: FaultRequest) -> dict[str, Any]:
    """Switch a fault on until it expires; an earlier one of the same name is replaced."""
    _validate(context, name, wanted)
    faults = context.faults
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
async def switch_off(context: Context, name: FaultName) -> dict[str, Any]:
    """Switch a fault off, if it is on."""
    context.faults.switch_off(name)
    return _describe(context.faults, name)


def _validate(context: TierContext, name: FaultName, wanted: FaultRequest) -> None:
    known_routes = {route for route, _ in context.routes}
    known_dependencies = context.dependencies
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
