"""All servers of the box in one: a stand-in that answers each path as a test says, on one free port."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from box.services import BY_NAME
from box.settings import Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path is answered, whatever the query; with `location` it is a redirect that keeps the query."""

    status: int = 200
    body: str = ""
    location: str = ""


@contextmanager
def served(answers: Mapping[str, Answer]) -> Iterator[Settings]:
    """Serve these paths, and 404 for all others; the settings say that every service is here."""

    class Server(BaseHTTPRequestHandler):
        """Answers as told."""

        def do_GET(self) -> None:
            """Answer."""
            path, _, query = self.path.partition("?")
            answer = answers.get(path, Answer(404))
            body = answer.body.encode()
            self.send_response(302 if answer.location else answer.status)
            if answer.location:
                self.send_header("Location", f"{answer.location}?{query}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Settings(dict.fromkeys(BY_NAME, server.server_port))
        server.shutdown()
