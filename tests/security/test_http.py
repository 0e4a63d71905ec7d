"""What a tier of the shop and the pager refuse, asked as processes over real connections."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from fastapi import HTTPException

from apps.admin import check
from tests.conftest import ROOT
from tests.local import send
from tests.security.processes import raw, request, serving, status

TOKEN = "token-of-the-tests"
PUT_FAULT = "/admin/faults/latency"
LATENCY = b'{"delay_ms": 1}'
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Server:
    """A process: where it listens, a page that it has, and where it takes a body."""

    port: int
    page: str
    takes: str

    def get(self, path: str = "", **headers: str) -> requests.Response:
        """Get a page."""
        return send("GET", f"http://127.0.0.1:{self.port}{path or self.page}", headers=headers)

    def send(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> int:
        """Return the status of a request."""
        given = headers if "Transfer-Encoding" in headers else headers | {"Content-Length": str(len(body))}
        return status(raw(self.port, request(method, target, given, body)))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A tier of the shop: all three have the same edge, and the same admin calls."""
    folder = tmp_path_factory.mktemp("orders")
    (folder / "token").write_text(TOKEN + "\n")
    settings = {
        "SHOP_PORT": "{port}",
        "SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.db",
        "SHOP_ADMIN_TOKEN_FILE": f"{folder}/token",
        "SHOP_DEADLINE_SECONDS": "1",
    }
    with serving("apps.orders", "/readyz", folder, **settings) as port:
        yield Server(port, "/healthz", "/orders")


@pytest.fixture(scope="module")
def pager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The pager with the runbooks of the project."""
    folder = tmp_path_factory.mktemp("pager")
    settings = {"PAGER_PORT": "{port}", "PAGER_RUNBOOKS": f"{ROOT}/runbooks", "PAGER_DATA": f"{folder}/data"}
    with serving("box.pager", "/healthz", folder, **settings) as port:
        yield Server(port, "/", "/alertmanager")


@pytest.fixture(params=["shop", "pager"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("path", ["", "/nothing", "/metrics"])
def test_every_answer_has_the_headers_that_browsers_obey(server: Server, path: str) -> None:
    """No script, no frame, no guessing of types, no address told to others, nothing kept, no name of the server."""
    headers = server.get(path).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "base-uri 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in {"no-referrer", "same-origin"}
    assert headers["cache-control"] == "no-store"
    assert not {"server", "x-powered-by", "access-control-allow-origin"} & set(headers)


def test_a_head_is_refused_above_its_limit(server: Server) -> None:
    """400 for a long header, many headers and a long address that come in pieces, as over a network."""
    piece, line = b"x" * 1000, b"X-Many: 1234567890\r\n" * 50
    heads = {
        "header": [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ", *([piece] * 30)],
        "many headers": [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", *([line] * 30)],
        "address": [b"GET /", *([piece] * 30)],
        "query": [b"GET /?", *([piece] * 30)],
    }

    answers = {name: status(raw(server.port, *parts, pause=0.01)) for name, parts in heads.items()}
    assert answers == dict.fromkeys(heads, 400)
    assert server.get().ok


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"0\r\n", b"X-Many: 1234567890\r\n" * 50),
        (b"0\r\nX-Long: ", b"x" * 1000),
        (b"1;x=", b"x" * 1000),
    ],
    ids=["trailers", "trailer", "extension"],
)
def test_what_comes_around_a_body_is_refused_above_the_limit(server: Server, begin: bytes, more: bytes) -> None:
    """400 for trailers without end, for a long one, and for a long head of a chunk, while the body is waited for."""
    head = request("POST", server.takes, JSON | {"Idempotency-Key": "k1", "Transfer-Encoding": "chunked"})

    assert status(raw(server.port, head + b"1\r\n{\r\n" + begin, *([more] * 40), pause=0.01)) == 400
    assert server.get().ok


def test_a_trailer_is_no_header(shop: Server) -> None:
    """What comes after a body, below the limit, changes nothing: the key of an order must be in its head."""
    head = request("POST", "/orders", JSON | {"Transfer-Encoding": "chunked"})
    order = b'{"items": [{"sku": "mug", "quantity": 1}], "email": "a@example.org"}'
    chunk = f"{len(order):x}\r\n".encode() + order + b"\r\n0\r\n"

    without, with_trailer = (raw(shop.port, head + chunk + each) for each in (b"\r\n", b"Idempotency-Key: k9\r\n\r\n"))

    assert status(without) == status(with_trailer) == 400


def test_a_head_below_its_limit_is_served_with_a_body_above_it(shop: Server) -> None:
    """A body that comes in one piece with its head does not count as head."""
    headers = JSON | {"Idempotency-Key": "k1", "X-Long": "x" * 15_000}

    assert shop.send("POST", "/orders", headers, b'{"items": []' + b" " * 1500 + b"}") == 422


def test_bodies_are_refused_above_their_limit(shop: Server, pager: Server) -> None:
    """413, with a length and without; the limit of an admin call holds for those without a token as well."""
    large = b'{"x": "' + b"x" * 20_000 + b'"}'
    chunked = {"Transfer-Encoding": "chunked"}
    in_chunks = f"{len(large):x}\r\n".encode() + large + b"\r\n0\r\n\r\n"

    assert shop.send("POST", "/orders", JSON | {"Idempotency-Key": "k1"}, large) == 413
    assert shop.send("POST", "/orders", JSON | chunked | {"Idempotency-Key": "k1"}, in_chunks) == 413
    assert shop.send("PUT", PUT_FAULT, JSON, large) == 413
    assert pager.send("POST", "/alertmanager", JSON, b"x" * (4 * 1024 * 1024 + 1)) == 413


def test_a_body_that_does_not_come_is_not_waited_for(shop: Server) -> None:
    """Whoever announces a body and sends none is answered when the time of the request is over."""
    head = request("POST", "/orders", JSON | {"Idempotency-Key": "k1", "Content-Length": "100"})

    assert status(raw(shop.port, head, b'{"items"')) == 504


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        f"Basic {TOKEN}",
        f"Token {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN} {TOKEN}",
        "Bearer \xe4\xf6\xfc",
    ],
)
def test_admin_calls_are_refused_without_the_token(shop: Server, header: str) -> None:
    """401 for every call, whatever stands where the token should be; nothing is switched on."""
    headers = {"Authorization": header} if header else {}

    assert shop.send("GET", "/admin/faults", headers) == 401
    assert shop.send("PUT", PUT_FAULT, JSON | headers, LATENCY) == 401
    assert shop.send("DELETE", PUT_FAULT, headers) == 401
    shown = shop.get("/admin/faults", Authorization=f"Bearer {TOKEN}").json()["faults"]
    assert not any(fault["active"] for fault in shown.values())


@pytest.mark.parametrize("method", ["POST", "PATCH", "TRACE", "CONNECT", "OPTIONS", "HEAD"])
def test_admin_calls_take_no_other_method(shop: Server, method: str) -> None:
    """Even with the token, a method that is no admin call changes nothing."""
    headers = JSON | {"Authorization": f"Bearer {TOKEN}"}

    assert shop.send(method, PUT_FAULT, headers, LATENCY) in {400, 404, 405}
    shown = shop.get("/admin/faults", Authorization=f"Bearer {TOKEN}").json()["faults"]
    assert not shown["latency"]["active"]


@pytest.mark.parametrize(
    "target", ["/admin/../admin/faults", "//admin/faults", "/%61dmin/faults", "/admin/faults/", "/ADMIN/faults"]
)
def test_no_other_spelling_leads_past_the_token(shop: Server, target: str) -> None:
    """An admin call under another spelling of its address is refused or does not exist."""
    assert shop.send("GET", target, {}) in {307, 401, 404}


def test_the_token_is_compared_in_constant_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`hmac.compare_digest` alone decides: what it refuses is refused, the right token and a wrong one alike."""
    compared: list[tuple[bytes, bytes]] = []

    def refuse(given: bytes, token: bytes) -> bool:
        compared.append((given, token))
        return False

    monkeypatch.setattr(hmac, "compare_digest", refuse)
    (tmp_path / "token").write_text(TOKEN)

    for given in (TOKEN, "wrong"):
        with pytest.raises(HTTPException) as refused:
            check(f"Bearer {given}", tmp_path / "token")
        assert refused.value.status_code == 401
    assert compared == [(TOKEN.encode(), TOKEN.encode()), (b"wrong", TOKEN.encode())]


@pytest.mark.parametrize(
    "target",
    [
        "/runbooks/../pager/app.py",
        "/runbooks/..%2f..%2fpyproject.toml",
        "/runbooks/%2e%2e/%2e%2e/etc/passwd",
        "/runbooks//etc/passwd",
        "/runbooks/..%5c..%5cpyproject",
        "/runbooks/%00",
        "/runbooks/http:%2f%2f127.0.0.1:1%2f",
        "/style.css/../app.py",
    ],
)
def test_the_pager_serves_no_file_but_its_runbooks(pager: Server, target: str) -> None:
    """No path leads out, sent as it stands, untidied by a client, and nothing is fetched from elsewhere."""
    answer = raw(pager.port, request("GET", target, {}))

    assert status(answer) == 404
    assert b"[build-system]" not in answer
    assert b"root:" not in answer


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8091", "127.0.0.1.evil.example", "pager.evil.example"])
def test_the_pager_answers_under_its_own_names_alone(pager: Server, host: str) -> None:
    """A page whose name was bound to this machine later on (DNS rebinding) reads and posts nothing."""
    assert pager.get("/api/notifications", Host=host).status_code == 400
