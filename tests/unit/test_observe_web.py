"""Requests to a server: credentials, TLS, redirects, proxies, compressed and endless answers, each by a real server."""

from __future__ import annotations

import gzip
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_server

import pytest
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from slo.observe import client, server_of
from slo.observe.access import Access, Header, HeaderError, parse_header
from slo.observe.client import Client
from slo.observe.errors import ObserveError, TooLargeError
from slo.observe.retry import RETRY
from tests.certificates import Certificates
from tests.serving import Answer, page, serving

Serve = Callable[..., str]
SECRET = "s3cr3t-t0k3n"
PASSWORDS = [
    "me:LEFT/RIGHT",
    "me:12/RIGHT",
    "me:LEFT#RIGHT",
    "me:LEFT?RIGHT",
    "me:LEFT@RIGHT/",
    "me:LEFT /RIGHT",
    "me:/RIGHT",
]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve answers until the test is over; gives the base URL."""
    with ExitStack() as servers:
        yield lambda *given: servers.enter_context(serving(*given))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither proxies nor certificates of whoever runs the tests."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@dataclass
class Log:
    """Answers every request alike and keeps their headers."""

    answer: Answer = field(default_factory=lambda: page("fine"))
    headers: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, _path: str, _query: object, headers: dict[str, str]) -> Answer:
        """Answer."""
        self.headers.append(headers)
        return self.answer


def refusal(url: str, access: Access = Access()) -> str:  # noqa: B008 - frozen
    """Why there is no page; one line without the secret."""
    with pytest.raises(ObserveError) as refused:
        Client(url, access).get()
    assert "\n" not in str(refused.value)
    assert SECRET not in str(refused.value)
    return str(refused.value)


def without_parts(said: str) -> str:
    """The message, which has no part of a password of these."""
    assert "LEFT" not in said
    assert "RIGHT" not in said
    return said


# --- headers ---------------------------------------------------------------------------------------------------------


def test_a_token_from_a_pipe(serve: Serve) -> None:
    """As that of `<(command)`, which can be read only once; all requests have it."""
    reading, writing = os.pipe()
    os.write(writing, b"token\n")
    os.close(writing)
    log = Log()
    token = Header("Authorization", file=f"/dev/fd/{reading}", prefix="Bearer ")
    server = Client(serve(log), Access((parse_header("X-Scope-OrgID: shop"), token)))
    os.close(reading)

    server.get()
    server.get()

    assert [headers["Authorization"] for headers in log.headers] == ["Bearer token"] * 2
    assert {headers["X-Scope-OrgID"] for headers in log.headers} == {"shop"}


def test_files_that_are_no_files(tmp_path: Path) -> None:
    """Neither waited for nor read without end."""
    os.mkfifo(fifo := tmp_path / "fifo")
    url = "https://127.0.0.1:9"

    for file in (str(tmp_path), "/dev/zero"):
        assert refusal(url, Access((Header("X-Key", file=file),))) == f"{file}: not a regular file"
    assert "this file is empty" in refusal(url, Access((Header("X-Key", file=str(fifo)),)))
    for file in (str(tmp_path), "/dev/zero", str(fifo)):
        for access in (Access(ca_file=file), Access(client_cert=file)):
            assert refusal(url, access).startswith(f"{file}: not a regular file; named by --c")


def test_a_secret_header_from_a_file(serve: Serve, tmp_path: Path) -> None:
    """`NAME:@FILE` sends what is in the file; neither shows in a representation."""
    (tmp_path / "key").write_text(f"{SECRET}\n")
    log = Log()

    Client(serve(log), Access((parse_header(f"X-Api-Key:@{tmp_path / 'key'}"),))).get()

    assert log.headers[0]["X-Api-Key"] == SECRET
    assert SECRET not in repr(Access((parse_header(f"X-Scope-OrgID:{SECRET}"),)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (SECRET, "no colon"),
        (f"X Scope:{SECRET}", "invalid header name"),
        (f":{SECRET}", "invalid header name"),
        (f"X-Scope-OrgID:{SECRET}\r\nX-Other: 1", "other than printable ASCII"),
        (f"X-Scope-OrgID:{SECRET}\u00e9", "other than printable ASCII"),
        ("X-Scope-OrgID:", "X-Scope-OrgID has no value"),
        ("X-Scope-OrgID:@", "X-Scope-OrgID has no file"),
        ("Content-Length:5", "Content-Length is set by"),
    ],
)
def test_headers_that_cannot_be_sent(text: str, why: str) -> None:
    """Each is refused with a reason that does not hold the value."""
    with pytest.raises(HeaderError, match=why) as refused:
        parse_header(text)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "no such file"),
        (b"", "this file is empty; write the token alone"),
        pytest.param(b"x" * 65_537, "larger than 64 KiB", id="large"),
        (b" \n", "this file is empty"),
        (f"Bearer {SECRET}".encode(), "write the token alone"),
        (f"{SECRET}\nsecond".encode(), "write the token alone"),
        (f"{SECRET}\0".encode(), "write the token alone"),
        (b"\xff\xfe", "write the token alone"),
    ],
)
def test_token_files_that_cannot_be_used(serve: Serve, tmp_path: Path, content: bytes | None, why: str) -> None:
    """The message names the file, not its content, and nothing is sent."""
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    log = Log()
    said = refusal(serve(log), Access((Header("Authorization", file=str(tmp_path / "token"), prefix="Bearer "),)))

    assert said.startswith(f"{tmp_path / 'token'}: ")
    assert why in said
    assert log.headers == []


def test_netrc_is_read_and_does_not_replace_a_token(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for curl: it is for those who gave no other credentials."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password p@ss\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    log = Log()
    url = serve(log)

    Client(url).get()
    Client(url, Access((Header("authorization", "Bearer mine"),))).get()

    assert [headers["Authorization"] for headers in log.headers] == ["Basic bWU6cEBzcw==", "Bearer mine"]


_BASE = "not a Prometheus API: /api/v1/query answers with status {}; give the base URL; Mimir's ends in /prometheus"
_PROXY = (
    "/api/v1/query answers with status 407, which comes from a proxy: it requires credentials; "
    "see HTTP_PROXY, HTTPS_PROXY"
)
_SAID = "/api/v1/query answers with status"
_ADD = "; add credentials, see --bearer-token-file, --header"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page("", 401), f"{_SAID} 401{_ADD}"),
        (page("no org id\n", 401, Content_Type="text/plain"), f"{_SAID} 401: no org id{_ADD}"),
        (page("<html>", 403, Content_Type="text/html"), f"{_SAID} 403{_ADD}"),
        (page("", 407), _PROXY),
        (page("", 500), "/api/v1/query answers with status 500"),
        (page('{"status": "error", "error": "too\\u0007 \\u202emany\\nqueries"}', 422),
         "/api/v1/query answers with status 422: too many queries"),
        (page('{"status": "error", "error": "' + "x" * 300 + '"}', 503),
         "/api/v1/query answers with status 503: " + "x" * 200),
        (page("", 404), _BASE.format(404)),
        (page("<html>"), _BASE.format(200)),
        (page("Client sent an HTTP request to an HTTPS server.\n", 400), "this port speaks TLS; use https://"),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_server_that_refuses(serve: Serve, answer: Answer, why: str) -> None:
    """Each reason is told apart, with what the server says itself, as one printable line."""
    url = serve(Log(answer))

    with pytest.raises(ObserveError) as refused:
        server_of(url)
    assert str(refused.value) == f"{url}: {why}"


def test_a_server_that_refuses_credentials(serve: Serve) -> None:
    """Nobody is told to add what was sent; a tenant is no credential; a token that the server repeats is not shown."""
    url = serve(Log(page(f"bad token {SECRET}", 403, Content_Type="text/plain; charset=utf-8")))

    for header in (f"Authorization:Bearer {SECRET}", f"X-Api-Key:{SECRET}"):
        with pytest.raises(ObserveError) as refused:
            server_of(url, Access((parse_header(header),)))
        said = "the server refused the credentials: /api/v1/query answers with status 403: bad token ***"
        assert str(refused.value) == f"{url}: {said}"
    with pytest.raises(ObserveError, match=r"refused the credentials: .* bad token \*\*\*$"):
        server_of(url.replace("//", f"//me:{SECRET}@"))
    with pytest.raises(ObserveError, match="add credentials"):
        server_of(url, Access((parse_header("X-Scope-OrgID:shop"),)))


def test_http_for_a_port_of_https(serve: Serve) -> None:
    """A page of metrics is told of TLS, too."""
    text = "Client sent an HTTP request to an HTTPS server.\n"

    assert refusal(serve(Log(page(text, 400)))).endswith("this port speaks TLS; use https://")


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", ["127.0.0.1:9", "127.0.0.1:9/metrics", "host:port", "[::1", "ho..st"])
@pytest.mark.parametrize("user", PASSWORDS)
def test_no_part_of_a_password_is_shown(user: str, rest: str) -> None:
    """Characters that end the host are a mistake in a password; nothing is asked, and the message has the fix."""
    assert "percent-encode / # ? @ in a password" in without_parts(refusal(f"http://{user}@{rest}"))


@pytest.mark.parametrize("url", [f"{user}@127.0.0.1:9" for user in PASSWORDS] + ["//me:LEFT@127.0.0.1:9"])
def test_no_part_of_a_password_is_shown_without_a_scheme(url: str) -> None:
    """The scheme is forgotten easily."""
    assert "begin with http://" in without_parts(refusal(url))


@pytest.mark.parametrize("url", ["http://127.0.0.1:port", "http://127.0.0.1:0", "http://[::1", "http://ho..st/"])
def test_an_address_that_is_invalid(url: str) -> None:
    """It is shown whole where it has no password."""
    assert refusal(url) == f"{url}: invalid address; write http://HOST:PORT, and percent-encode / # ? @ in a password"


@pytest.mark.parametrize("access", [Access(), Access((Header("X-Scope-OrgID", "shop"),))], ids=["anonymous", "secret"])
def test_a_redirect_to_an_address_that_is_invalid(serve: Serve, access: Access) -> None:
    """No part of its password is shown either."""
    url = serve(Log(page("", 302, Location="http://me:LEFT/RIGHT@127.0.0.1:9/")))

    assert "redirect" in without_parts(refusal(url, access))


# --- redirects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["header", "token", "user"])
def test_no_credentials_follow_a_redirect_to_another_host(serve: Serve, way: str) -> None:
    """The other host is not even asked, and the message names it."""
    other = Log()
    target = serve(other)
    url = serve(Log(page("", 302, Location=f"{target.replace('//', f'//u:{SECRET}@')}/login?next=1")))
    access = Access((Header({"token": "Authorization"}.get(way, "X-Scope-OrgID"), SECRET),) if way != "user" else ())

    said = refusal(url.replace("//", f"//me:{SECRET}@") if way == "user" else url, access)

    assert f"redirects to {target}, where credentials are not sent" in said
    assert other.headers == []


def test_redirects_without_credentials_are_followed(serve: Serve) -> None:
    """A public server may have moved."""
    target = serve(Log(page("there")))

    assert Client(serve(Log(page("", 302, Location=f"{target}/new")))).get().text == "there"


def test_redirects_on_the_same_server_keep_the_headers(serve: Serve) -> None:
    """Such as a slash that was missing."""
    seen: list[dict[str, str]] = []

    def answers(path: str, _query: object, headers: dict[str, str]) -> Answer:
        seen.append(headers)
        return page("there") if path == "/new" else page("", 307, Location="/new")

    assert Client(serve(answers), Access((Header("X-Scope-OrgID", "shop"),))).get().text == "there"
    assert [headers["X-Scope-OrgID"] for headers in seen] == ["shop", "shop"]


# --- answers ---------------------------------------------------------------------------------------------------------


def test_a_compressed_answer(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is unpacked, and the limit is one of what comes out."""
    url = serve(Log(page(gzip.compress(b"x" * 500_000), Content_Encoding="gzip")))
    assert Client(url).get().text == "x" * 500_000

    monkeypatch.setattr(client, "MOST_BYTES", 100_000)
    with pytest.raises(TooLargeError, match="larger than"):
        Client(url).get()


def test_an_answer_without_an_end(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that come now and then do not prolong the deadline."""
    monkeypatch.setattr(client, "SECONDS", 0.5)

    assert "no complete answer within 0.5 seconds" in refusal(serve(Log((200, {}, itertools.repeat(b"x")))))


def test_a_question_shares_nothing_with_an_abandoned_one(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread of the old one still uses its session, so the next one gets a new session."""
    log = Log((200, {"Set-Cookie": "of=the-old-one"}, itertools.repeat(b"x")))
    server = Client(serve(log))
    monkeypatch.setattr(client, "SECONDS", 0.5)
    with pytest.raises(ObserveError, match="no complete answer"):
        server.get()
    monkeypatch.undo()
    log.answer = page("fine")

    assert server.get().text == "fine"
    assert [headers.get("Cookie") for headers in log.headers] == [None, None]


def test_a_bug_is_raised_and_is_no_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not expected reaches the caller at once, with its own name."""

    def broken(_access: Access) -> dict[str, str]:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Access, "read_headers", broken)

    with pytest.raises(ZeroDivisionError, match="a bug"):
        Client("http://127.0.0.1:9").get()


def test_a_server_that_starts_is_asked_again(serve: Serve) -> None:
    """Answers of a proxy whose server is not there yet are retried, and the last one counts."""
    answers = [page("", 503, Retry_After="60"), page("", 502), page("up")]

    assert Client(serve(lambda *_: answers.pop(0))).get().text == "up"
    assert Client(serve(Log(page("", 503)))).get().status == 503


def test_a_request_that_timed_out_is_not_repeated() -> None:
    """A slow server would get the same work three times; a connection that broke is tried again."""
    broken, slow = ProtocolError("reset"), ReadTimeoutError(HTTPConnectionPool("localhost"), "/", "slow")

    assert RETRY.increment("GET", "/", error=broken).total == 1
    with pytest.raises(ReadTimeoutError):
        RETRY.increment("GET", "/", error=slow)


def test_a_connection_that_is_refused() -> None:
    """One plain reason."""
    with closing(create_server(("127.0.0.1", 0))) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

    assert refusal(url) == f"{url}: connection refused"


# --- proxies ---------------------------------------------------------------------------------------------------------


def test_a_proxy_of_the_environment(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY is used, and NO_PROXY names those who are asked directly."""
    direct = serve(Log(page("direct")))
    monkeypatch.setenv("HTTP_PROXY", serve(Log(page("by proxy"))))

    assert Client("http://prometheus.invalid/metrics").get().text == "by proxy"
    assert Client(direct).get().text == "by proxy"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert Client(direct).get().text == "direct"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """The proxy is named as the reason, without its password."""
    with closing(create_server(("127.0.0.1", 0))) as unused:
        proxy = f"http://me:{SECRET}@127.0.0.1:{unused.getsockname()[1]}"
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", proxy)

    assert refusal(f"{scheme}://prometheus.invalid").endswith("the proxy does not answer: connection refused")


def test_a_proxy_that_refuses_a_tunnel(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own words are shown."""
    monkeypatch.setenv("HTTPS_PROXY", serve(Log()))

    assert "unnel connection failed: 501" in refusal("https://prometheus.invalid")


@pytest.mark.parametrize("user", PASSWORDS)
def test_a_proxy_that_is_no_address(monkeypatch: pytest.MonkeyPatch, user: str) -> None:
    """A typing error in the variable does not show the password in it."""
    monkeypatch.setenv("HTTP_PROXY", f"http://{user}@proxy:port")

    assert "the proxy" in without_parts(refusal("http://127.0.0.1:9"))


# --- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Written as the files that options name."""
    return Certificates.written(tmp_path_factory.mktemp("certificates"))


def test_a_private_ca(serve: Serve, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is trusted by the option, or by REQUESTS_CA_BUNDLE; the option wins, and without either the error names it."""
    url = serve(Log(), certificates.server())

    assert Client(url, Access(ca_file=certificates.ca)).get().text == "fine"
    assert "certificate cannot be verified" in (said := refusal(url))
    assert said.endswith("name the file of its CA with --ca-file")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificates.ca)
    assert Client(url).get().text == "fine"
    assert "cannot be verified" in refusal(url, Access(ca_file=certificates.cert))


def test_a_certificate_of_another_host(serve: Serve, certificates: Certificates) -> None:
    """Trust in the CA does not help here, and the message does not say so."""
    said = refusal(serve(Log(), certificates.server("prometheus.example")), Access(ca_file=certificates.ca))

    assert "the certificate is for another host" in said
    assert "--ca-file" not in said


def test_a_client_certificate(serve: Serve, certificates: Certificates, tmp_path: Path) -> None:
    """Certificate and key in two files or in one; without them the server's refusal is told."""
    both = tmp_path / "both.pem"
    both.write_text(Path(certificates.cert).read_text() + Path(certificates.key).read_text())
    url = serve(Log(), certificates.server(of_clients=True))

    for cert, key in ((certificates.cert, certificates.key), (str(both), "")):
        assert Client(url, Access((), certificates.ca, cert, key)).get().text == "fine"
    assert refusal(url, Access(ca_file=certificates.ca))


def test_a_server_without_tls(serve: Serve) -> None:
    """https:// written by mistake."""
    assert refusal(serve(Log()).replace("http:", "https:")).endswith("does not use TLS on this port; try http://")


def test_certificates_that_cannot_be_used(certificates: Certificates, tmp_path: Path) -> None:
    """The file at fault is named before anything is sent."""
    ca, cert, key = certificates.ca, certificates.cert, certificates.key
    (text := tmp_path / "text").write_text("no certificate")
    missing, other = str(tmp_path / "missing"), str(tmp_path / "other.key")
    certificates.authority.issue_cert("other.example").private_key_pem.write_to_path(other)

    cases = [
        (Access(ca_file=missing), missing, "no such file"),
        (Access(ca_file=str(text)), str(text), "no certificate in PEM format"),
        (Access(ca_file=ca, client_cert=missing), missing, "no such file"),
        (Access(client_cert=cert, client_key=missing), missing, "no such file"),
        (Access(client_cert=cert), cert, "--client-key"),
        (Access(client_cert=cert, client_key=other), other, "does not match"),
        (Access(client_cert=str(text), client_key=key), key, "PEM"),
    ]
    for access, file, why in cases:
        said = refusal("https://127.0.0.1:9", access)
        assert said.startswith(f"{file}: "), said
        assert why in said


def test_a_key_with_a_passphrase(certificates: Certificates, tmp_path: Path) -> None:
    """Nobody is asked for it: a message, not a prompt."""
    encrypted = tmp_path / "encrypted.key"
    encrypted.write_bytes(_encrypted(Path(certificates.key).read_bytes()))

    said = refusal("https://127.0.0.1:9", Access(client_cert=certificates.cert, client_key=str(encrypted)))

    assert said == f"{encrypted}: this key has a passphrase; name a key without one; named by --client-key"


def _encrypted(pem: bytes) -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - comes with trustme, needed here alone

    return serialization.load_pem_private_key(pem, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )
