"""What a span tells about a transaction: which statements it made on which tables, never a value."""

import re
from functools import lru_cache

from opentelemetry.trace import Span
from sqlalchemy import URL, Connection

EXECUTED = "shop_executed"
"""Execution option of a connection: the list to which the texts of its statements are added."""
SYSTEMS = {"sqlite": "sqlite", "postgresql": "postgresql"}
LONGEST = 255
_STATEMENT = re.compile(r"\s*(\w+)(?:.*?\b(?:FROM|INTO|UPDATE)\s+\"?(\w+))?", re.DOTALL)
_UPDATE = re.compile(r"\s*UPDATE\s+\"?(\w+)")


def describe(url: URL) -> dict[str, str | int]:
    """What all spans of a database have in common; SQLite has no address, and its file is nobody's business."""
    attributes: dict[str, str | int] = {
        "db.system.name": SYSTEMS.get(url.get_backend_name(), "other_sql"),
        "peer.service": "database",
    }
    if url.host:
        attributes |= {"server.address": url.host, "server.port": url.port or 5432, "db.namespace": url.database or ""}
    return attributes


def note_statement(
    connection: Connection, _cursor: object, statement: str, _parameters: object, _context: object, _many: object
) -> None:
    """Remember a statement for the span of its transaction."""
    executed = connection.get_execution_options().get(EXECUTED)
    if executed is not None:
        executed.append(statement)


def summary(span: Span, executed: list[str]) -> None:
    """Name the span after its statements."""
    names = [name for name in map(_name, executed) if name]
    text = "; ".join(dict.fromkeys(names))[:LONGEST]
    span.update_name(text)
    span.set_attribute("db.query.summary", text)
    if len(names) > 1:
        span.set_attribute("db.operation.batch.size", len(names))


@lru_cache(maxsize=256)
def _name(statement: str) -> str:
    """`SELECT products` for a statement; empty for BEGIN, which every transaction has."""
    match = _UPDATE.match(statement)
    if match is not None:
        return f"UPDATE {match[1]}"
    match = _STATEMENT.match(statement)
    if match is None or match[1].upper() == "BEGIN":
        return ""
    return f"{match[1].upper()} {match[2]}" if match[2] else match[1].upper()
