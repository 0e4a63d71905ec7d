"""`slo serve`: show all SLOs that a Prometheus records as web pages; writes nothing."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from slo.cli.server import ServerOptions, access_of, add_server, not_empty, warn_of_passwords
from slo.cli.usage import CommandError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import Any

    from slo.observe.access import Access
    from slo.serve.config import Config

EPILOG = """\
examples:
  slo serve                                             a Prometheus on this machine
  slo serve --prometheus https://mimir.example/prometheus --header X-Scope-OrgID:shop --bearer-token-file token
  slo serve slos.yaml --runbooks runbooks --grafana https://grafana.example
  slo serve --listen 127.0.0.1:9000 --link Grafana=https://grafana.example
"""

_SHORTEST = 1.0
_LONGEST = 3_600.0
_LAST_PORT = 65_535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add = parser.add_argument
    text = "specifications, to show what `slo explain` says about their SLOs"
    add("files", nargs="*", metavar="FILE", help=text)
    default = "http://127.0.0.1:9090"
    text = f"Prometheus to read (default: {default})"
    add("--prometheus", type=_url, default=default, metavar="URL", help=text)
    add("--alertmanager", type=_url, metavar="URL", help="show receivers and silences of this server")
    add("--jaeger", type=_url, metavar="URL", help="show traces of this server (SLO_JAEGER_URL)")
    text = "show the log records of a trace from this server (SLO_VICTORIALOGS_URL)"
    add("--victorialogs", type=_url, metavar="URL", help=text)
    text = "show the runbooks in this folder: Markdown, named like their alerts"
    add("--runbooks", type=_folder, metavar="FOLDER", help=text)
    add("--grafana", type=_page, metavar="URL", help="link charts with Explore of this Grafana")
    text = "UID of its Prometheus data source (default: prometheus)"
    add("--grafana-datasource", default="prometheus", metavar="UID", help=text)
    text = "link charts with the web pages of Prometheus at this address"
    add("--prometheus-pages", type=_page, metavar="URL", help=text)
    text = "address of the pages (default: 127.0.0.1:8090)"
    add("--listen", type=_address, default=("127.0.0.1", 8090), metavar="HOST:PORT", help=text)
    text = "also accept this Host header (repeatable; default: loopback names)"
    add("--host-name", action="append", default=[], metavar="NAME", help=text)
    text = "interval between two snapshots (default: 15)"
    add("--refresh", type=_seconds, default=15.0, metavar="SECONDS", help=text)
    text = "link in the header (repeatable; SLO_LINKS, one a line)"
    add("--link", action="append", default=[], type=_link, metavar="TITLE=URL", help=text)
    text = "name the series that an expression returns above the list, such as faults that are on"
    add("--notice", type=_notice, metavar="TITLE=PROMQL", help=text)
    add_server(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    try:
        import uvicorn  # noqa: PLC0415 - an extra of the package

        from slo.serve.app import create_app  # noqa: PLC0415 - as above
    except ImportError as error:
        raise CommandError(f"{error.name} is not installed; run: pip install 'slobox[serve]'") from None
    warn_of_passwords(args.prometheus, [])
    options = ServerOptions(tuple(args.header), args.bearer_token_file, args.ca_file, args.client_cert, args.client_key)
    urls = {
        "prometheus": args.prometheus,
        "alertmanager": args.alertmanager,
        "jaeger": args.jaeger or os.environ.get("SLO_JAEGER_URL", ""),
        "victorialogs": args.victorialogs or os.environ.get("SLO_VICTORIALOGS_URL", ""),
    }
    config = _config(urls, access_of(options, os.environ), vars(args))
    host, port = args.listen
    print(f"http://{host}:{port}/", flush=True)
    uvicorn.run(create_app(config), host=host.strip("[]"), port=port, log_level="warning")
    return 0


def _config(urls: Mapping[str, str], access: Access, given: Mapping[str, Any]) -> Config:
    from slo.observe.client import Client  # noqa: PLC0415 - most commands ask no server
    from slo.serve.config import Config, Notice, Tile  # noqa: PLC0415 - as above
    from slo.serve.links import Outside  # noqa: PLC0415 - as above
    from slo.serve.security import LOOPBACK  # noqa: PLC0415 - as above
    from slo.serve.specification import read  # noqa: PLC0415 - as above

    return Config(
        prometheus=Client(urls["prometheus"].rstrip("/"), access),
        **{name: Client(url.rstrip("/")) if url else None for name, url in urls.items() if name != "prometheus"},
        seconds=given["refresh"],
        hosts=LOOPBACK | {name.lower() for name in given["host_name"]},
        tiles=tuple(Tile(title, url) for title, url in (*given["link"], *_more_links(os.environ))),
        notice=Notice(*given["notice"]) if given["notice"] else None,
        outside=Outside(given["grafana"] or "", given["grafana_datasource"], given["prometheus_pages"] or ""),
        runbooks=given["runbooks"],
        explained=read(given["files"]) if given["files"] else {},
    )


def _url(text: str) -> str:
    return not_empty(text, "write http://HOST:PORT").rstrip("/")


def _page(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ArgumentTypeError("write http://HOST:PORT, as browsers reach it")
    return text.rstrip("/")


def _folder(text: str) -> Path:
    folder = Path(not_empty(text, "name a folder"))
    if not folder.is_dir():
        raise ArgumentTypeError(f"there is no folder {text}")
    return folder


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port[:6]) > _LAST_PORT:
        raise ArgumentTypeError("write HOST:PORT, such as 127.0.0.1:8090")
    return host, int(port)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not _SHORTEST <= seconds <= _LONGEST:
        raise ArgumentTypeError("write a number of seconds from 1 to 3600")
    return seconds


def _more_links(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    try:
        return [_link(line) for line in environ.get("SLO_LINKS", "").splitlines() if line.strip()]
    except ArgumentTypeError as error:
        raise UsageError(f"SLO_LINKS: {error}") from None


def _notice(text: str) -> tuple[str, str]:
    title, _, expression = text.partition("=")
    if not title.strip() or not expression.strip():
        raise ArgumentTypeError("write TITLE=PROMQL, such as 'Faults=fault_active == 1'")
    return title.strip(), expression.strip()


def _link(text: str) -> tuple[str, str]:
    title, _, url = text.partition("=")
    if not title or not url.startswith(("http://", "https://")):
        raise ArgumentTypeError("write TITLE=URL, with http:// or https://")
    return title, url
