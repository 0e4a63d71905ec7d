"""What `slo serve` needs to know to serve."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slo.serve.security import LOOPBACK

if TYPE_CHECKING:
    from slo.observe.client import Client


@dataclass(frozen=True, slots=True)
class Tile:
    """A link to another page of the installation."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Config:
    """The servers to ask, how often, under which names the pages may be reached, and links to other pages."""

    prometheus: Client
    alertmanager: Client | None = None
    jaeger: Client | None = None
    victorialogs: Client | None = None
    seconds: float = 15.0
    hosts: frozenset[str] = LOOPBACK
    tiles: tuple[Tile, ...] = field(default=())
