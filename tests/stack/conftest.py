"""The compose file as data."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def env() -> dict[str, str]:
    """The variables of `.env`."""
    lines = (ROOT / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", maxsplit=1) for line in lines if line and not line.startswith("#"))


@pytest.fixture(scope="session")
def compose(env: dict[str, str]) -> dict[str, Any]:
    """`docker-compose.yml` with anchors resolved and the variables of `.env` filled in."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    filled = re.sub(r"(?<!\$)\$\{(\w+)\}", lambda found: env[found[1]], text)
    document: dict[str, Any] = yaml.safe_load(filled)
    return document


@pytest.fixture(scope="session")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services of the compose file."""
    found: dict[str, dict[str, Any]] = compose["services"]
    return found
