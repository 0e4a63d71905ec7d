"""What `slo serve` needs to know to serve."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slo.serve.links import Outside
from slo.serve.security import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path

    from slo.observe.client import Client
    from slo.serve.specification import Explained


@dataclass(frozen=True, slots=True)
class Tile:
    """A link to another page of the installation."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """An expression whose series viewers should know of: faults that are on, a freeze, a release."""

    title: str
    expression: str


@dataclass(frozen=True, slots=True)
class Config:
    """The servers to ask, how often, under which names the pages may be reached, and what else they show.

    Attributes:
        tiles: links in the header.
        notice: what is shown above the list while it has series.
        outside: Grafana and Prometheus, as browsers reach them.
        runbooks: a folder of Markdown files, named like their alerts.
        explained: the SLOs of specifications.
    """

    prometheus: Client
    alertmanager: Client | None = None
    jaeger: Client | None = None
    victorialogs: Client | None = None
    seconds: float = 15.0
    hosts: frozenset[str] = LOOPBACK
    tiles: tuple[Tile, ...] = ()
    notice: Notice | None = None
    outside: Outside = field(default_factory=Outside)
    runbooks: Path | None = None
    explained: Explained = field(default_factory=dict)
