"""The error handlers of an application: problem details (RFC 9457), for which `web` renders pages instead."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from opentelemetry import trace
from starlette.exceptions import HTTPException as StarletteHTTPException

from apps.errors import DependencyError, ShopError
from apps.telemetry.events import ERROR_KEY

Render = Callable[[Request, ShopError], Awaitable[Response]]


async def problem_details(_request: Request, error: ShopError) -> Response:
    """Return the error as problem details, with the trace ID."""
    content = error.body() | {"type": "about:blank"}
    if identity := trace_id():
        content["trace_id"] = identity
    return JSONResponse(content, status_code=error.status, headers=error.headers, media_type="application/problem+json")


def trace_id() -> str:
    """Return the ID of the current trace, empty without one."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def reason(error: ShopError) -> str:
    """Return the reason of an error for the log."""
    return f"{error.dependency}: {error.reason}" if isinstance(error, DependencyError) else error.title


def install(app: FastAPI, render: Render) -> None:
    """Answer every error of `app` by `render`."""

    async def on_shop_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, ShopError):
            raise error
        request.scope[ERROR_KEY] = reason(error)
        return await render(request, error)

    async def on_http_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException | StarletteHTTPException):
            raise error
        title, detail = HTTPStatus(error.status_code).phrase, str(error.detail)
        if detail == title:  # the router found no route
            detail = "There is nothing at this address."
        return await render(request, ShopError(error.status_code, title, detail, dict(error.headers or {})))

    async def on_invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        invalid = ShopError(422, "Invalid request", _invalid_fields(error))
        request.scope[ERROR_KEY] = invalid.title
        return await render(request, invalid)

    app.add_exception_handler(ShopError, on_shop_error)
    app.add_exception_handler(StarletteHTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)


def _invalid_fields(error: RequestValidationError) -> str:
    """Return names and messages, never the values: they may be personal."""
    errors = error.errors()
    if len(errors) > 1:
        # When the only line of an order is invalid, pydantic adds that there is no line.
        errors = [item for item in errors if item["type"] != "too_short"]
    return "; ".join(f"{_place(item['loc'])}: {item['msg'].removeprefix('Value error, ')}" for item in errors)


def _place(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location if part != "body") or "body"
