"""The state of a run: its ports, time scale and data profile."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from box.settings import Settings


@dataclass(frozen=True, slots=True)
class State:
    """What later commands need; `fingerprint` changes with every configuration."""

    ports: dict[str, int]
    time_scale: int
    profile: str
    fingerprint: str

    @property
    def settings(self) -> Settings:
        """Return the ports that the run uses."""
        return Settings(self.ports)


def save(path: Path, state: State) -> None:
    """Write the state; a reader sees the old or the new one, never half of it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state), indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def load(path: Path) -> State | None:
    """Return the saved state, None when there is none or it is not readable."""
    try:
        return State(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
