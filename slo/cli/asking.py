"""The options of commands that ask a server: headers, a bearer token, certificates; each has a variable, too."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentTypeError
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping

    from slo.observe.access import Access, Header

_OPTIONS = ("--header", "--bearer-token-file", "--client-cert", "--client-key")
_CERTIFICATES = ("ca_file", "client_cert", "client_key")
_SECRET = re.compile(
    r"authorization|cookie|token|secret|passw|credential|apikey|jwt|assertion|session|signature|\b(auth|key)\b",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"//[^/@]*:.*@", re.DOTALL)


def add_access(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group(
        "access to the server", "Each option overrides the environment variable in parentheses."
    )
    text = "send this header, such as X-Scope-OrgID:shop; for a secret NAME:@FILE (repeatable; SLO_HEADERS, one a line)"
    group.add_argument("--header", action="append", default=[], metavar="NAME:VALUE", help=text)
    text = "send the bearer token in this file (SLO_BEARER_TOKEN_FILE)"
    group.add_argument("--bearer-token-file", type=_file, metavar="FILE", help=text)
    text = "trust the CA certificates in this file (SLO_CA_FILE; default: REQUESTS_CA_BUNDLE, or those of certifi)"
    group.add_argument("--ca-file", type=_file, metavar="FILE", help=text)
    group.add_argument(
        "--client-cert", type=_file, metavar="FILE", help="show this client certificate (SLO_CLIENT_CERT)"
    )
    text = "its private key, where that is another file (SLO_CLIENT_KEY)"
    group.add_argument("--client-key", type=_file, metavar="FILE", help=text)


def filled(text: str, fix: str) -> str:
    """Return the text; an empty one is a variable of a script that is not set."""
    if not text.strip():
        raise ArgumentTypeError(f"empty; {fix}")
    return text


def _file(text: str) -> str:
    return filled(text, "name a file")


def access_of(args: argparse.Namespace, parser: argparse.ArgumentParser, environ: Mapping[str, str]) -> Access:
    """Return what options and variables say; ends with a message and exit code 2 where they cannot be used."""
    from slo.observe.access import Access, Header  # noqa: PLC0415 - only needed when a server is asked

    headers = _headers(args, parser, environ)
    token = args.bearer_token_file or environ.get("SLO_BEARER_TOKEN_FILE", "")
    source = "--bearer-token-file" if args.bearer_token_file else "SLO_BEARER_TOKEN_FILE"
    if token and "authorization" in headers:
        parser.error("two values for Authorization: a header and a bearer token; remove one")
    if token:
        headers["authorization"] = Header("Authorization", file=token, prefix="Bearer ", named_by=source)
    variables = {name: f"SLO_{name.upper()}" for name in _CERTIFICATES if not getattr(args, name)}
    ca, cert, key = (getattr(args, name) or environ.get(f"SLO_{name.upper()}", "") for name in _CERTIFICATES)
    if key and not cert:
        parser.error("a client key without its certificate; add --client-cert, or SLO_CLIENT_CERT")
    return Access(tuple(headers.values()), ca, cert, key, variables)


def warn_of_passwords(args: argparse.Namespace) -> None:
    """Warn of an address with a password, which is not shown; it works, for a script may have no other way."""
    fixes = {"--prometheus": "~/.netrc, or send --header Authorization:@FILE", "--metrics": "~/.netrc"}
    urls = {"--prometheus": [args.prometheus or ""], "--metrics": args.metrics}
    for option, fix in fixes.items():
        if any(map(_PASSWORD.search, urls[option])):
            text = f"the password in the address of {option} is visible in the list of processes; write it to {fix}"
            print(f"slo: warning: {text}", file=sys.stderr)


def given(args: argparse.Namespace) -> str:
    """Return the first of these options that was given and is about who asks; empty where none was."""
    return next((name for name in _OPTIONS if getattr(args, name[2:].replace("-", "_"))), "")


def _headers(
    args: argparse.Namespace, parser: argparse.ArgumentParser, environ: Mapping[str, str]
) -> dict[str, Header]:
    """Return the headers by their names in lower case; an option replaces a line of the variable."""
    lines = [line for line in environ.get("SLO_HEADERS", "").splitlines() if line.strip()]
    found = {header.name.lower(): header for header in _parsed("SLO_HEADERS", lines, parser)}
    for header in _parsed("--header", args.header, parser):
        if not header.file and _SECRET.search(header.name):
            fix = " or --bearer-token-file FILE" if header.name.lower() == "authorization" else ""
            parser.error(
                f"--header {header.name}: a secret in an argument is visible in the list of processes; "
                f"write it to a file: --header {header.name}:@FILE{fix}"
            )
        found[header.name.lower()] = header
    return found


def _parsed(where: str, texts: Iterable[str], parser: argparse.ArgumentParser) -> Iterator[Header]:
    from slo.observe.access import HeaderError, parse_header  # noqa: PLC0415 - as above

    names: set[str] = set()
    for number, text in enumerate(texts, 1):
        place = where if where == "--header" else f"{where}, line {number}"
        try:
            header = parse_header(text)
        except HeaderError as error:
            parser.error(f"{place}: {error}")
        if header.name.lower() in names:
            parser.error(f"{place}: two values for {header.name}; remove one")
        names.add(header.name.lower())
        yield replace(header, named_by=f"{where} {header.name}" if where == "--header" else place)
