"""Renders runbooks: commands in them name the ports of this machine's servers."""

import re
import shutil
from collections.abc import Mapping

from box.layout import Layout
from box.services import PORT_VARIABLES
from box.settings import Settings, read_ports

LOCAL = re.compile(r"\b127\.0\.0\.1:(\d{1,5})\b")


def with_ports(markdown: str, ports: Mapping[int, int]) -> str:
    """Return a page with the ports of this machine's servers replaced."""
    return LOCAL.sub(lambda found: f"127.0.0.1:{ports.get(int(found[1]), found[1])}", markdown)


def write_runbooks(layout: Layout, settings: Settings) -> None:
    """Write every runbook of the checkout into `runbooks/` of the run folder.

    Raises:
        BoxError: a port is missing in `.env`.
    """
    variables = {name: PORT_VARIABLES[name] for name in settings.ports}
    written = read_ports(layout.root / ".env", {}, variables)
    changed = {written[name]: port for name, port in settings.ports.items()}
    target = layout.run / "runbooks"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for path in sorted((layout.root / "runbooks").glob("*.md")):
        text = path.read_text(encoding="utf-8", errors="replace")
        (target / path.name).write_text(with_ports(text, changed), encoding="utf-8")
