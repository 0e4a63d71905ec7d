"""Settings of the pager, from PAGER_* variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from box import state
from box.services import PORT_VARIABLES
from box.settings import read_ports

# Alertmanager repeats the notification every 15 s, when it may be that old: two may be lost.
WATCHDOG_SECONDS = 45


@dataclass(frozen=True, slots=True)
class PagerSettings:
    """Settings of the pager.

    Attributes:
        host: address to listen on.
        port: port to listen on.
        runbooks: folder of the runbooks.
        journal: file of the notifications.
        graphs: whether Prometheus has web pages; otherwise alerts link to its API.
        watchdog_seconds: time after which the dead man's switch is overdue; 0 expects none.
        ports: ports of the repository's `.env`, and those that are used instead.
    """

    host: str
    port: int
    runbooks: Path
    journal: Path
    graphs: bool = True
    watchdog_seconds: float = WATCHDOG_SECONDS
    ports: Mapping[int, int] = field(default_factory=dict)

    @property
    def watchdog(self) -> Path:
        """Return the file of the last watchdog notification."""
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
        ports=_changed_ports(environment),
    )


def _changed_ports(environment: Mapping[str, str]) -> dict[int, int]:
    """Return the ports of `PAGER_ENV_FILE` that differ in the box whose state is `PAGER_STATE`."""
    known = state.load(Path(environment.get("PAGER_STATE", "")))
    if known is None:
        return {}
    defaults = read_ports(Path(environment["PAGER_ENV_FILE"]), {}, {name: PORT_VARIABLES[name] for name in known.ports})
    return {defaults[name]: port for name, port in known.ports.items() if port != defaults[name]}
