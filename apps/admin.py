"""The admin API: fault switches behind a bearer token; a file holds the token or its digest."""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from apps.context import Context, TierContext
from apps.faults import NAMES, Fault, FaultName, Faults
from apps.faults.fault import BAD_VERSION, MIB_PER_MINUTE
from apps.faults.kinds import KINDS
from apps.faults.switches import settings

MAX_SECONDS = 3600
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
    p99_ms: int | None = Field(default=None, ge=1, le=60_000)
    dependency: str | None = None
    routes: tuple[str, ...] = ()
    bypass: bool = False
    mib_per_minute: float = Field(default=MIB_PER_MINUTE, gt=0, le=600)
    version: str = Field(default=BAD_VERSION, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")

    def given(self) -> dict[str, Any]:
        """Return the settings that differ from their defaults, rate and seconds left out."""
        return self.model_dump(exclude={"rate", "seconds"}, exclude_defaults=True)


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
    until = faults.clock() + wanted.seconds
    faults.switch_on(Fault(name=name, rate=wanted.rate, until=until, **wanted.given()))
    return _describe(faults, name)


@router.delete("/faults/{name}")
async def switch_off(context: Context, name: FaultName) -> dict[str, Any]:
    """Switch a fault off, if it is on."""
    context.faults.switch_off(name)
    return _describe(context.faults, name)


def _validate(context: TierContext, name: FaultName, wanted: FaultRequest) -> None:
    problems = [
        *_misfits(name, wanted),
        *_unknown_names(context, name, wanted),
        *_missing(context, name),
        *_beyond_limits(wanted),
    ]
    if problems:
        raise HTTPException(422, "; ".join(problems))


def _misfits(name: FaultName, wanted: FaultRequest) -> list[str]:
    kind, given = KINDS[name], wanted.given()
    absent = [f"`{setting}` is needed for the fault `{name}`" for setting in kind.needs if setting not in given]
    foreign = [setting for setting in given if setting not in (*kind.needs, *kind.takes)]
    return absent + [f"`{setting}` does not apply to the fault `{name}`" for setting in foreign]


def _unknown_names(context: TierContext, name: FaultName, wanted: FaultRequest) -> Iterator[str]:
    if "dependency" in KINDS[name].needs and wanted.dependency not in context.dependencies:
        yield f"`dependency` must be one of: {', '.join(context.dependencies)}"
    known = {route for route, _ in context.routes}
    if unknown := sorted(set(wanted.routes) - known):
        yield f"unknown routes: {', '.join(unknown)}; known: {', '.join(sorted(known))}"


def _missing(context: TierContext, name: FaultName) -> list[str]:
    required = KINDS[name].requires
    if not required or required in context.dependencies:
        return []
    return [f"the fault `{name}` needs a tier with a {required}; this one depends on {', '.join(context.dependencies)}"]


def _beyond_limits(wanted: FaultRequest) -> Iterator[str]:
    if wanted.bypass and wanted.seconds > MAX_BYPASS_SECONDS:
        yield f"`seconds` must be at most {MAX_BYPASS_SECONDS} with `bypass`"
    if wanted.p99_ms is not None and wanted.delay_ms is not None and wanted.p99_ms < wanted.delay_ms:
        yield "`p99_ms` must be at least `delay_ms`, the median"


def _describe(faults: Faults, name: FaultName) -> dict[str, Any]:
    fault = faults.active(name)
    if fault is None:
        return {"active": False}
    return {"active": True, "seconds_left": round(fault.until - faults.clock(), 1), **settings(fault)}
