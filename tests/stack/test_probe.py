"""The health check of our containers."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from box.probe import probe


class Service(BaseHTTPRequestHandler):
    """Ready on one path, and not ready on all others."""

    def do_GET(self) -> None:
        """200 or 503."""
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a running service."""
    server = HTTPServer(("127.0.0.1", 0), Service)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_service_that_answers_200_is_healthy(port: int) -> None:
    """Ready means healthy."""
    assert probe(port, "/readyz")


def test_a_service_that_answers_otherwise_is_not(port: int) -> None:
    """503 is an answer, but not a healthy one."""
    assert not probe(port, "/other")


def test_a_service_that_does_not_listen_is_not() -> None:
    """Nothing on the port is no crash of the probe."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert not probe(taken.getsockname()[1], "/readyz")


def test_a_service_that_never_answers_is_not() -> None:
    """The probe gives up in time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not probe(silent.getsockname()[1], "/readyz", timeout=0.05)
