"""A Prometheus and an Alertmanager that know what a test tells them."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI

from slo.observe.client import Client
from slo.serve.app import create_app
from slo.serve.config import Config
from slo.serve.refresh import Refresher
from tests.serving import Answer, page, serving

Series = dict[str, str]

HOSTILE = "<img src=x onerror=alert(1)>\"'${x}{{7*7}}{% raw %}\u202e" + "x" * 10_000


def info(name: str = "checkout", objective: str = "0.999", **labels: str) -> Series:
    """The labels of `slo:info`."""
    facts = {"shard": "shop-0", "service": "shop", "slo": name, "objective": objective, "window": "30d"}
    return {"__name__": "slo:info", **facts, **labels}


@dataclass
class Known:
    """What the servers answer; a series is looked for by the name, or the regular expression of names, in a query."""

    samples: list[tuple[Series, float]] = field(default_factory=list)
    rules: list[dict[str, object]] = field(default_factory=list)
    notified: list[dict[str, object]] = field(default_factory=list)
    silences: list[dict[str, object]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    exemplars: list[dict[str, object]] = field(default_factory=list)
    bounds: list[str] = field(default_factory=list)
    down: bool = False
    no_ranges: bool = False
    answers: Mapping[str, tuple[str, object]] = field(default_factory=dict)

    def slo(
        self,
        name: str = "checkout",
        *,
        remaining: float | None = 0.9,
        covered: float = 1.0,
        total: float = 100_000,
        bad: float = 10,
        burn: float = 0.5,
        objective: str = "0.999",
        **labels: str,
    ) -> None:
        """Add an SLO with its series; `remaining` None means that nothing was recorded."""
        facts = info(name, objective, **labels)
        own = {
            key: value
            for key, value in facts.items()
            if key not in {"__name__", "objective", "window", "title", "team"}
        }
        self.samples.append((facts, 1))
        if remaining is None:
            return
        self.samples += [
            ({"__name__": "slo:budget_remaining:ratio", **own}, remaining),
            ({"__name__": "slo:window_covered:ratio", **own}, covered),
            ({"__name__": "slo:events:30d", "kind": "total", **own}, total),
            ({"__name__": "slo:events:30d", "kind": "bad", **own}, bad),
            ({"__name__": "slo:error_ratio:30d", **own}, bad / total),
            ({"__name__": "slo:evaluated:timestamp_seconds", "shard": own["shard"]}, time.time()),
        ]
        for window, seconds in (("1h", 3_600), ("6h", 21_600)):
            metric = {"__name__": f"slo:events:{window}", "kind": "covered", **own}
            self.samples.append((metric, min(seconds, covered * 30 * 86_400)))
        for window in ("5m", "30m", "1h", "6h"):
            self.samples.append(({"__name__": f"slo:error_ratio:{window}", **own}, burn * (1 - float(objective))))

    def counts(self, total: str, bad: str, name: str = "checkout") -> None:
        """Add the rules that count the events of an SLO."""
        labels = {"service": "shop", "slo": name, "shard": "shop-0"}
        self.rules += [
            {"name": "slo:events:5m", "type": "recording", "query": query, "labels": {**labels, "kind": kind}}
            for kind, query in (("total", total), ("bad", bad))
        ]

    def alert(self, name: str = "checkout", tier: str = "page-fast", severity: str = "page", **labels: str) -> None:
        """Add a firing alert of an SLO, for a minute now."""
        own = {"alertname": "ShopBudgetBurn", "service": "shop", "slo": name, "tier": tier, "severity": severity}
        self.samples.append(({"__name__": "ALERTS", "alertstate": "firing", **own, **labels}, 1))
        self.samples.append(({"__name__": "ALERTS_FOR_STATE", **own, **labels}, time.time() - 60))

    def answer(self, path: str, query: Mapping[str, list[str]], _: Mapping[str, str]) -> Answer | None:
        """Answer one request, as both servers do."""
        self.requests.append(path)
        if self.down:
            return page("gone", 503)
        if path.startswith("/api/v2/"):
            return page(json.dumps(self.notified if path.endswith("alerts") else self.silences))
        if path == "/api/v1/query_exemplars":
            return _success(self.exemplars)
        if path == "/api/v1/label/le/values":
            return _success(self.bounds)
        if path == "/api/v1/rules":
            return _success({"groups": [{"rules": self.rules}]})
        return self._evaluate(path, query)

    def _evaluate(self, path: str, query: Mapping[str, list[str]]) -> Answer:
        """Answer a query."""
        expression = query.get("query", [""])[0]
        self.queries.append(expression)
        if expression in self.answers:
            kind, result = self.answers[expression]
            return _success({"resultType": kind, "result": result})
        if path == "/api/v1/query_range" and self.no_ranges:
            return page("too large", 422)
        if path == "/api/v1/query_range":
            start, step = float(query["start"][0]), float(query["step"][0])
            times = [start + step * index for index in range(5)]
            found = [
                {"metric": metric, "values": [[at, str(value)] for at in times]}
                for metric, value in self._of(expression)
            ]
            return _success({"resultType": "matrix", "result": found})
        now = [{"metric": metric, "value": [time.time(), str(value)]} for metric, value in self._of(expression)]
        return _success({"resultType": "vector", "result": now})

    def _of(self, expression: str) -> list[tuple[Series, float]]:
        named = re.match(r'\{__name__=~"([^"]+)"', expression)
        pattern = (
            named[1] if named else re.escape(re.split(r"[{ \[)]", re.sub(r"^\w+\(", "", expression), maxsplit=1)[0])
        )
        kind = re.search(r'kind=~?"([^"]+)"', expression)
        return [
            (metric, value)
            for metric, value in self.samples
            if re.fullmatch(pattern, metric["__name__"]) and (not kind or re.fullmatch(kind[1], metric.get("kind", "")))
        ]


def _success(data: object) -> Answer:
    return page(json.dumps({"status": "success", "data": data}))


@dataclass
class Opened:
    """The pages over a fake server."""

    app: FastAPI
    refresher: Refresher

    def ask(
        self, path: str, method: str = "GET", params: Mapping[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        """The answer to one request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8090") as client:
                return await client.request(method, path, params=params, headers=named)

        return asyncio.run(asked())

    def get(self, path: str) -> str:
        """The text of a page that has to be there."""
        answer = self.ask(path)
        assert answer.status_code == 200, answer.text
        return answer.text


@contextmanager
def opened(known: Known) -> Iterator[Opened]:
    """The pages over these servers, after one snapshot; nothing is asked in the background."""
    with serving(known.answer) as url:
        app = create_app(Config(Client(url), Client(url), seconds=3_600))
        refresher: Refresher = app.state.site.refresher
        refresher.refresh()
        yield Opened(app, refresher)
