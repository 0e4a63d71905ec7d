"""Settings of the pager, from PAGER_* variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Alertmanager repeats the sign every 15 s, and it may be that old when it does: two may be lost.
WATCHDOG_SECONDS = 45


@dataclass(frozen=True, slots=True)
class PagerSettings:
    """Where to listen, where the runbooks lie, and which file keeps the notifications.

    Without `graphs` Prometheus has no web pages: then alerts link to the answer of its API. The dead man's switch is
    overdue after `watchdog_seconds`; 0 means that none is expected.
    """

    host: str
    port: int
    runbooks: Path
    journal: Path
    graphs: bool = True
    watchdog_seconds: float = WATCHDOG_SECONDS

    @property
    def watchdog(self) -> Path:
        """Return the file that remembers the last sign of life."""
        return self.journal.with_name("watchdog.json")


def from_environment(environment: Mapping[str, str]) -> PagerSettings:
    """Return the settings; PAGER_DATA may be a folder or a file that ends in .jsonl."""
    data = Path(environment.get("PAGER_DATA", ".cache/pager"))
    return PagerSettings(
        host=environment.get("PAGER_HOST", "127.0.0.1"),
        port=int(environment.get("PAGER_PORT", "8091")),
        runbooks=Path(environment.get("PAGER_RUNBOOKS", "runbooks")),
        journal=data if data.suffix == ".jsonl" else data / "notifications.jsonl",
        graphs=environment.get("PAGER_GRAPHS", "1") != "0",
        watchdog_seconds=float(environment.get("PAGER_WATCHDOG_SECONDS", WATCHDOG_SECONDS)),
    )
