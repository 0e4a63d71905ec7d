"""The log records of a trace, from VictoriaLogs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from slo.observe.errors import ObserveError
from slo.serve.traces import TRACE_ID

if TYPE_CHECKING:
    from slo.observe.client import Client

_LIMIT = 200
_OK = 200


@dataclass(frozen=True, slots=True)
class Record:
    """One log record; `at` is the time as the store spells it."""

    at: str
    service: str
    level: str
    message: str
    fields: tuple[tuple[str, str], ...]


class Logs:
    """A log store that answers LogsQL."""

    def __init__(self, web: Client) -> None:
        self._web = web
        self.where = web.where

    def of_trace(self, trace_id: str) -> list[Record]:
        """Return the records of a trace, the oldest first.

        Raises:
            ObserveError: no answer, or not that of VictoriaLogs.
        """
        if not TRACE_ID.fullmatch(trace_id):
            return []
        parameters = {"query": f'_time:1d trace_id:="{trace_id}"', "limit": str(_LIMIT)}
        page = self._web.get("/select/logsql/query", parameters)
        if page.status != _OK:
            raise ObserveError(self.where, f"/select/logsql/query answers with status {page.status}")
        try:
            lines = [msgspec.json.decode(line, type=dict[str, str]) for line in page.text.split("\n") if line]
        except msgspec.MsgspecError:
            raise ObserveError(self.where, "the answer is not that of VictoriaLogs") from None
        return sorted(map(_record, lines), key=lambda record: record.at)


def _record(line: dict[str, str]) -> Record:
    hidden = {"_msg", "_time", "_stream", "_stream_id", "trace_id"}
    fields = tuple((name, value) for name, value in sorted(line.items()) if name not in hidden)
    level = line.get("severity_text") or line.get("severity") or line.get("level") or ""
    return Record(line.get("_time", ""), line.get("service.name", ""), level.lower(), line.get("_msg", ""), fields)
