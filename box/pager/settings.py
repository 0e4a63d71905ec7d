"""Settings of the pager, from PAGER_* variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PagerSettings:
    """Where to listen, where the runbooks lie, and which file keeps the notifications.

    Without `graphs` Prometheus has no web pages: then alerts link to the answer of its API.
    """

    host: str
    port: int
    runbooks: Path
    journal: Path
    graphs: bool = True


def from_environment(environment: Mapping[str, str]) -> PagerSettings:
    """Return the settings; PAGER_DATA may be a folder or a file that ends in .jsonl."""
    data = Path(environment.get("PAGER_DATA", ".cache/pager"))
    return PagerSettings(
        host=environment.get("PAGER_HOST", "127.0.0.1"),
        port=int(environment.get("PAGER_PORT", "8091")),
        runbooks=Path(environment.get("PAGER_RUNBOOKS", "runbooks")),
        journal=data if data.suffix == ".jsonl" else data / "notifications.jsonl",
        graphs=environment.get("PAGER_GRAPHS", "1") != "0",
    )
