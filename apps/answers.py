"""Turns errors into responses: problem details (RFC 9457), which `web` replaces by pages for people."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from opentelemetry import trace
from starlette.exceptions import HTTPException as StarletteHTTPException

from apps.problems import DependencyError, ShopError
from apps.telemetry.events import ERROR_KEY

Render = Callable[[Request, ShopError], Awaitable[Response]]


async def problem(_request: Request, error: ShopError) -> Response:
    """The error as problem details, with the trace id to ask for."""
    content = error.body() | {"type": "about:blank"}
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        content["trace_id"] = f"{context.trace_id:032x}"
    return JSONResponse(content, status_code=error.status, headers=error.headers, media_type="application/problem+json")


def install(app: FastAPI, render: Render) -> None:
    """Answer every error of `app` by `render`."""
    app.state.render = render

    async def on_shop_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, ShopError):
            raise error
        request.scope[ERROR_KEY] = _reason(error)
        return await render(request, error)

    async def on_http_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException | StarletteHTTPException):
            raise error
        title, detail = HTTPStatus(error.status_code).phrase, str(error.detail)
        if detail == title:  # nobody wrote a detail, and the router found no route
            detail = "There is nothing at this address."
        return await render(request, ShopError(error.status_code, title, detail, dict(error.headers or {})))

    async def on_invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        invalid = ShopError(422, "Invalid request", _faulty_fields(error))
        request.scope[ERROR_KEY] = invalid.title
        return await render(request, invalid)

    app.add_exception_handler(ShopError, on_shop_error)
    app.add_exception_handler(StarletteHTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)


def _reason(error: ShopError) -> str:
    if isinstance(error, DependencyError):
        return f"{error.dependency}: {error.reason}"
    return error.title


def _faulty_fields(error: RequestValidationError) -> str:
    """Names and complaints, never the values: they may be personal."""
    problems = error.errors()
    if len(problems) > 1:
        # When the only line of an order is faulty, pydantic goes on to say that there is no line.
        problems = [item for item in problems if item["type"] != "too_short"]
    return "; ".join(f"{_place(item['loc'])}: {item['msg'].removeprefix('Value error, ')}" for item in problems)


def _place(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location if part != "body") or "body"
