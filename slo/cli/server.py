"""Options for access to a server: headers, a bearer token, certificates; each has an environment variable, too."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentTypeError
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slo.cli.usage import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slo.observe.access import Access, Header

_CERTIFICATES = ("ca_file", "client_cert", "client_key")
_SECRET = re.compile(
    r"authorization|cookie|token|secret|passw|credential|apikey|jwt|assertion|session|signature|\b(auth|key)\b",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"//[^/@]*:.*@", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The options as given; empty or None where they were not."""

    header: tuple[str, ...] = ()
    bearer_token_file: str | None = None
    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None

    @property
    def credential(self) -> str:
        """The first option that was given and identifies the client; empty where none was."""
        given = ("header", "bearer_token_file", "client_cert", "client_key")
        return next((f"--{name.replace('_', '-')}" for name in given if getattr(self, name)), "")


def add_server(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument_group(
        "access to the server", "Each option overrides the environment variable in parentheses."
    ).add_argument
    text = "send this header, such as X-Scope-OrgID:shop; for a secret NAME:@FILE (repeatable; SLO_HEADERS, one a line)"
    add("--header", action="append", default=[], metavar="NAME:VALUE", help=text)
    text = "send the bearer token in this file (SLO_BEARER_TOKEN_FILE)"
    add("--bearer-token-file", type=_file, metavar="FILE", help=text)
    text = "trust the CA certificates in this file (SLO_CA_FILE; default: REQUESTS_CA_BUNDLE, or those of certifi)"
    add("--ca-file", type=_file, metavar="FILE", help=text)
    add("--client-cert", type=_file, metavar="FILE", help="present this client certificate (SLO_CLIENT_CERT)")
    text = "its private key, if in another file (SLO_CLIENT_KEY)"
    add("--client-key", type=_file, metavar="FILE", help=text)


def not_empty(text: str, fix: str) -> str:
    """Return the text; an empty one comes from an unset variable of a script."""
    if not text.strip():
        raise ArgumentTypeError(f"empty; {fix}")
    return text


def _file(text: str) -> str:
    return not_empty(text, "name a file")


def access_of(options: ServerOptions, environ: Mapping[str, str]) -> Access:
    """Return the access that options and environment variables give.

    Raises:
        UsageError: they contradict each other.
    """
    from slo.observe.access import Access, Header  # noqa: PLC0415 - most runs ask no server

    headers = _headers(options.header, environ)
    token = options.bearer_token_file or environ.get("SLO_BEARER_TOKEN_FILE", "")
    source = "--bearer-token-file" if options.bearer_token_file else "SLO_BEARER_TOKEN_FILE"
    if token and "authorization" in headers:
        raise UsageError("two values for Authorization: a header and a bearer token; remove one")
    if token:
        headers["authorization"] = Header("Authorization", file=token, prefix="Bearer ", named_by=source)
    variables = {name: f"SLO_{name.upper()}" for name in _CERTIFICATES if not getattr(options, name)}
    ca, cert, key = (getattr(options, name) or environ.get(f"SLO_{name.upper()}", "") for name in _CERTIFICATES)
    if key and not cert:
        raise UsageError("a client key without its certificate; add --client-cert, or SLO_CLIENT_CERT")
    return Access(tuple(headers.values()), ca, cert, key, variables)


def warn_of_passwords(prometheus: str, metrics: Iterable[str]) -> None:
    """Warn of an address with a password, without printing it; a script may have no other way."""
    fixes = (
        ("--prometheus", [prometheus], "~/.netrc, or send --header Authorization:@FILE"),
        ("--metrics", metrics, "~/.netrc"),
    )
    for option, urls, fix in fixes:
        if any(map(_PASSWORD.search, urls)):
            text = f"the password in the address of {option} is visible in the list of processes; write it to {fix}"
            print(f"slo: warning: {text}", file=sys.stderr)


def _headers(options: Sequence[str], environ: Mapping[str, str]) -> dict[str, Header]:
    """Return the headers by their names in lower case; an option replaces a line of the variable."""
    lines = [line for line in environ.get("SLO_HEADERS", "").splitlines() if line.strip()]
    found = {header.name.lower(): header for header in _parsed("SLO_HEADERS", lines)}
    for header in _parsed("--header", options):
        if not header.file and _SECRET.search(header.name):
            fix = " or --bearer-token-file FILE" if header.name.lower() == "authorization" else ""
            raise UsageError(
                f"--header {header.name}: a secret in an argument is visible in the list of processes; "
                f"write it to a file: --header {header.name}:@FILE{fix}"
            )
        found[header.name.lower()] = header
    return found


def _parsed(where: str, texts: Iterable[str]) -> Iterator[Header]:
    from slo.observe.access import HeaderError, parse_header  # noqa: PLC0415 - as above

    names: set[str] = set()
    for number, text in enumerate(texts, 1):
        place = where if where == "--header" else f"{where}, line {number}"
        try:
            header = parse_header(text)
        except HeaderError as error:
            raise UsageError(f"{place}: {error}") from None
        if header.name.lower() in names:
            raise UsageError(f"{place}: two values for {header.name}; remove one")
        names.add(header.name.lower())
        yield replace(header, named_by=f"{where} {header.name}" if where == "--header" else place)
