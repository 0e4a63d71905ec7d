"""The header `Idempotency-Key`, which every order needs."""

from typing import Annotated

from fastapi import Depends, Header, HTTPException

from apps.schemas import IdempotencyKey


async def _required(idempotency_key: Annotated[IdempotencyKey | None, Header()] = None) -> str:
    if idempotency_key is None:
        raise HTTPException(400, "The header Idempotency-Key is missing.")
    return idempotency_key


RequiredKey = Annotated[str, Depends(_required)]
"""A parameter of a route that gets the key; without one the request is answered with 400."""
