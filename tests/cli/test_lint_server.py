"""`slo lint --prometheus`: credentials by options and variables, and none in an argument, a message or a log."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.certificates import Certificates
from tests.cli.command import Slo
from tests.serving import Answer, page, serving

SECRET = "s3cr3t-t0k3n"


@dataclass
class Prometheus:
    """A server without any series, which keeps the headers of requests."""

    url: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)

    def answer(self, _path: str, _query: object, headers: dict[str, str]) -> Answer:
        """Answer."""
        self.headers.append(headers)
        return page(json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}}))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Prometheus]:
    """A Prometheus, asked without a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    prometheus = Prometheus()
    with serving(prometheus.answer) as prometheus.url:
        yield prometheus


def test_credentials_by_options(slo: Slo, folder: Path, server: Prometheus) -> None:
    """Every request has them."""
    (folder / "token").write_text(f"{SECRET}\n")
    (folder / "key").write_text("a-key")

    options = ("--header", "X-Scope-OrgID:shop", "--header", "X-Api-Key:@key", "--bearer-token-file", "token")
    said = slo("lint", "--prometheus", server.url, *options)

    assert "SLO136" not in said.err
    assert len(server.headers) > 1
    for headers in server.headers:
        assert headers["X-Scope-OrgID"] == "shop"
        assert headers["X-Api-Key"] == "a-key"
        assert headers["Authorization"] == f"Bearer {SECRET}"


def test_credentials_by_variables(slo: Slo, folder: Path, server: Prometheus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of headers may hold secrets; an option comes before the variable."""
    (folder / "token").write_text(SECRET)
    monkeypatch.setenv("SLO_HEADERS", "X-Scope-OrgID: other\nX-Api-Key: a-key\n")
    monkeypatch.setenv("SLO_BEARER_TOKEN_FILE", "token")

    slo("lint", "--prometheus", server.url, "--header", "x-scope-orgid:shop")

    (tenant,) = {value for name, value in server.headers[0].items() if name.lower() == "x-scope-orgid"}
    assert (tenant, server.headers[0]["X-Api-Key"]) == ("shop", "a-key")
    assert server.headers[0]["Authorization"] == f"Bearer {SECRET}"


def test_certificates_by_options(slo: Slo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of a private CA that requires a client certificate gives an answer; each option is necessary."""
    for name in ("SLO_CA_FILE", "SLO_CLIENT_CERT", "SLO_CLIENT_KEY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    files = Certificates.written(tmp_path)
    options = {"--ca-file": files.ca, "--client-cert": files.cert, "--client-key": files.key}
    prometheus = Prometheus()

    with serving(prometheus.answer, files.server(of_clients=True)) as url:
        assert "SLO136" not in slo("lint", "--prometheus", url, *itertools.chain(*options.items())).err
        assert prometheus.headers
        for left_out in options:
            given = [each for option, file in options.items() if option != left_out for each in (option, file)]
            said = slo("lint", "--prometheus", url, *given)
            assert said.status == 2 or "SLO136" in said.err, left_out


def test_certificates_by_variables(slo: Slo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is read: the first that is missing is named."""
    for name in ("CLIENT_KEY", "CLIENT_CERT", "CA_FILE"):
        monkeypatch.setenv(f"SLO_{name}", name)
        if name != "CLIENT_KEY":
            assert (
                f"{name}: error[SLO136]: no such file; named by SLO_{name}"
                in slo("lint", "--prometheus", "https://127.0.0.1:9").err
            )


def test_credentials_are_for_the_server_alone(slo: Slo, folder: Path, server: Prometheus) -> None:
    """A page of metrics belongs to somebody else."""
    (folder / "token").write_text(SECRET)
    page_of_metrics = Prometheus()
    with serving(page_of_metrics.answer) as url:
        slo("lint", "--prometheus", server.url, "--metrics", f"{url}/metrics", "--bearer-token-file", "token")

    assert page_of_metrics.headers
    assert not any("Authorization" in headers for headers in page_of_metrics.headers)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--header", f"Authorization: Bearer {SECRET}"), "--header Authorization:@FILE or --bearer-token-file FILE"),
        (("--header", f"X-Api-Key:{SECRET}"), "--header X-Api-Key:@FILE"),
        (("--header", f"Cookie:{SECRET}"), "--header Cookie:@FILE"),
        *(
            (("--header", f"{name}:{SECRET}"), f"--header {name}:@FILE")
            for name in ("X-Jwt", "X-Goog-IAP-JWT-Assertion", "X-Session-Id", "X-Amz-Signature", "X-Saml-Assertion")
        ),
        (("--header", SECRET), "--header: no colon; write NAME:VALUE"),
        (("--header", f"X Scope:{SECRET}"), "--header: invalid header name"),
        (("--header", f"X-Scope-OrgID:{SECRET}\nX-Other:1"), "--header: the value of X-Scope-OrgID"),
        (("--header", "Authorization:@token", "--bearer-token-file", "token"), "two values for Authorization"),
        (("--header", "X-Scope-OrgID:a", "--header", "x-scope-orgid:b"), "--header: two values for x-scope-orgid"),
        (("--prometheus", ""), "--prometheus: empty; write http://HOST:PORT"),
        (("--metrics", " "), "--metrics: empty; name a file"),
        (("--bearer-token-file", ""), "--bearer-token-file: empty; name a file"),
        (("--client-key", "key"), "add --client-cert"),
    ],
)
def test_wrong_usage(slo: Slo, server: Prometheus, options: tuple[str, ...], why: str) -> None:
    """One line with the fix and without the value; nothing is asked."""
    said = slo("lint", "--prometheus", server.url, *options)

    assert said.status == 2
    assert why in said.err
    assert SECRET not in said.out + said.err
    assert server.headers == []


@pytest.mark.parametrize("address", ["http://", "https:///prometheus", "http://:9090"])
@pytest.mark.parametrize("option", ["--prometheus", "--metrics"])
def test_an_address_without_a_host(slo: Slo, option: str, address: str) -> None:
    """It is shown as it was written."""
    assert f"{address}: error[SLO136]: no host in the address; write http" in slo("lint", option, address).err


def test_a_wrong_variable_is_named(slo: Slo, server: Prometheus, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line, not what stands in it."""
    monkeypatch.setenv("SLO_HEADERS", f"X-Scope-OrgID: shop\n{SECRET}")

    said = slo("lint", "--prometheus", server.url)

    assert said.status == 2
    assert "SLO_HEADERS, line 2: no colon" in said.err
    assert SECRET not in said.err


@pytest.mark.parametrize("option", ["--header", "--bearer-token-file", "--ca-file", "--client-cert", "--client-key"])
def test_credentials_without_a_server(slo: Slo, option: str) -> None:
    """An option without effect is a mistake; a variable that is always set is none."""
    said = slo("lint", option, "a:b")

    assert said.status == 2
    assert said.err.endswith("add --prometheus URL\n")


def test_a_token_file_that_cannot_be_used(slo: Slo, folder: Path, server: Prometheus) -> None:
    """A finding that names the file."""
    (folder / "token").write_text("")

    said = slo("lint", "--prometheus", server.url, "--bearer-token-file", "token")

    assert said.status == 1
    assert (
        "token: error[SLO136]: this file is empty; write the token alone into it; named by --bearer-token-file"
        in said.err
    )


@pytest.mark.parametrize("option", ["--bearer-token-file", "--ca-file", "--client-cert", "--header"])
@pytest.mark.parametrize(("file", "why"), [("missing", "no such file"), ("/dev/zero", "not a regular file")])
def test_who_named_a_file(slo: Slo, server: Prometheus, option: str, file: str, why: str) -> None:
    """The option is in the message; a device is not read."""
    said = slo("lint", "--prometheus", server.url, option, f"X-Api-Key:@{file}" if option == "--header" else file)

    by = "--header X-Api-Key" if option == "--header" else option
    assert f"{file}: error[SLO136]: {why}; named by {by}\n" in said.err
    assert server.headers == []


def test_variables_that_name_files(slo: Slo, server: Prometheus, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are in the message."""
    monkeypatch.setenv("SLO_HEADERS", "X-Scope-OrgID: shop\nX-Api-Key: @missing")
    assert "no such file; named by SLO_HEADERS, line 2" in slo("lint", "--prometheus", server.url).err
    monkeypatch.delenv("SLO_HEADERS")
    monkeypatch.setenv("SLO_BEARER_TOKEN_FILE", "missing")
    assert "no such file; named by SLO_BEARER_TOKEN_FILE" in slo("lint", "--prometheus", server.url).err


def test_two_ways_to_authenticate(slo: Slo, folder: Path, server: Prometheus) -> None:
    """Which one is meant cannot be guessed."""
    (folder / "token").write_text("token")
    url = server.url.replace("//", f"//me:{SECRET}@")

    said = slo("lint", "--prometheus", url, "--bearer-token-file", "token")

    assert "two values for Authorization" in said.err
    assert SECRET not in said.err


def test_a_password_in_an_argument(slo: Slo, server: Prometheus) -> None:
    """It is sent, and one warning says where else to write it."""
    url = server.url.replace("//", f"//me:{SECRET}@")

    said = slo("lint", "--prometheus", url, "--metrics", f"{url}/metrics")

    assert server.headers[0]["Authorization"].startswith("Basic ")
    warnings = [line for line in said.err.splitlines() if line.startswith("slo: warning: ")]
    assert [("~/.netrc" in line, "Authorization:@FILE" in line) for line in warnings] == [(True, True), (True, False)]
    assert SECRET not in said.out + said.err
    assert "slo: warning" not in slo("lint", "--prometheus", server.url).err


@pytest.mark.parametrize("command", ["build", "lint"])
def test_nothing_is_imported_that_only_a_server_needs(folder: Path, command: str) -> None:
    """`requests` and what it needs take longer to import than a small build."""
    code = f"import sys; from slo.cli import main; main(['{command}']); print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)

    modules = set(done.stdout.split())
    assert "slo.pipeline" in modules
    assert {"requests", "urllib3", "ssl", "http.client"}.isdisjoint(modules)
