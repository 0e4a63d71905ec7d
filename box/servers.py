"""The servers of a running box, by name, and requests to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from box.errors import Broken, BrokenError
from box.http import LocalSession, reason
from box.services import BY_NAME

ANSWER_SECONDS = 5.0
PROBE_SECONDS = 10.0
"""Between two liveness probes, and for the timeout of one."""
MOST_SHOWN = 200
"""Characters shown of an error response."""
SERVER_ERROR = 500

READY_PATHS: Mapping[str, str] = {
    "web": "/healthz",
    "catalog": "/healthz",
    "orders": "/healthz",
    "prometheus": "/-/ready",
    "alertmanager": "/-/ready",
    "pager": "/healthz",
    "prober": "/healthz",
    "slo-serve": "/healthz",
    "locust": "/",
    "otel-collector": "/",
    "loki": "/ready",
    "victoria-logs": "/health",
    "jaeger": "/api/services",
    "tempo": "/ready",
    "grafana": "/api/health",
}
"""All servers in the order of the checks: those that others depend on come first."""

LOG_STORES = ("loki", "victoria-logs")
TRACE_STORES = ("tempo", "jaeger")


def _session() -> requests.Session:
    return LocalSession(ANSWER_SECONDS)


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses of the servers, and the command that starts one again (`{name}` is filled in).

    Those in `down` do not answer and are not called again: each lookup of a stopped container takes seconds.
    """

    urls: Mapping[str, str]
    mode: str
    start: str
    session: requests.Session = field(default_factory=_session)
    down: Mapping[str, Broken] = field(default_factory=dict)

    @property
    def log_store(self) -> str:
        """Return the name of the log store, or an empty string without one."""
        return next((name for name in LOG_STORES if name in self.urls), "")

    @property
    def trace_store(self) -> str:
        """Return the name of the trace store, or an empty string without one."""
        return next((name for name in TRACE_STORES if name in self.urls), "")

    @property
    def full(self) -> bool:
        """Return whether logs and traces are kept."""
        return bool(self.log_store and self.trace_store)

    def broken(self, name: str, problem: str, repair: str = "") -> BrokenError:
        """Return the error of a server; the default repair starts it again."""
        return BrokenError(Broken(name, problem, repair or f"start it: {self.start.format(name=name)}"))

    def log(self, name: str) -> str:
        """Return the command that shows the log of a server."""
        return f"see {'docker compose' if self.mode == 'compose' else '.venv/bin/box'} logs {name}"

    def send(self, method: str, name: str, path: str, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """Return the answer of a server, whatever its status.

        Raises:
            BrokenError: it does not answer.
        """
        if name in self.down:
            raise BrokenError(self.down[name])
        try:
            return self.session.request(method, self.urls[name] + path, **options)
        except requests.Timeout:
            problem = f"gives no answer at {self.urls[name]} within {ANSWER_SECONDS:.0f} s"
            raise self.broken(name, problem, self._restart(name)) from None
        except requests.RequestException as error:
            raise self.broken(name, f"does not answer at {self.urls[name]} ({reason(error)})") from None

    def _restart(self, name: str) -> str:
        """Return how a server that hangs is restarted; without containers the liveness probes do it."""
        command = self.start.replace("up -d", "restart").format(name=name)
        service = BY_NAME.get(name)
        if self.mode == "native" and service and service.alive_path:
            seconds = service.silent_seconds + PROBE_SECONDS
            return f"liveness probes restart it within {seconds:.0f} s; if they do not: {command}"
        return f"restart it: {command}"

    @contextmanager
    def reading(self, name: str) -> Iterator[None]:
        """Turn errors while an answer is read into a BrokenError of its server."""
        try:
            yield
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            problem = f"does not answer as {name} does ({type(error).__name__}: {error})"
            raise self.broken(name, problem, "see whether another program has its port") from None

    def read(self, name: str, path: str, **parameters: str) -> requests.Response:
        """Return the answer to a query that the server accepts.

        Raises:
            BrokenError: it refuses the query, fails, or does not answer.
        """
        answer = self.send("GET", name, path, params=parameters)
        if answer.ok:
            return answer
        shown = " ".join(answer.text.split())[:MOST_SHOWN]
        # A server that refuses a query runs.
        repair = self.log(name) if answer.status_code < SERVER_ERROR else ""
        raise self.broken(name, f"answers {answer.status_code} to {path}: {shown}", repair)

    def ask(self, name: str, path: str, **parameters: str) -> Any:  # noqa: ANN401 - JSON is anything
        """Return the JSON that a server answers.

        Raises:
            BrokenError: it answers something else, or nothing.
        """
        answer = self.read(name, path, **parameters)
        try:
            return answer.json()
        except ValueError:
            raise self.broken(name, f"answers no JSON to {path}; is it another program?") from None
