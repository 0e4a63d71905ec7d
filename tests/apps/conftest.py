"""Fixtures of the shop's tests: settings, databases and the whole shop."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text

from apps.settings import Settings
from tests.apps.running import TOKEN, Shop, open_shop
from tests.apps.servers import postgres


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test exports telemetry because of the environment it is run in."""
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a shop on SQLite that has an admin token."""
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    return Settings(
        database_url=f"sqlite:///{tmp_path}/shop.db",
        admin_token_file=token,
        initial_stock=1000,
        catalog_url="http://catalog",
        orders_url="http://orders",
    )


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[Shop]:
    """The whole shop on SQLite."""
    async with open_shop(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One Postgres for all tests; its folder is not below pytest's, which only its owner may enter."""
    with TemporaryDirectory(prefix="slobox-postgres-") as folder, postgres(Path(folder)) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh Postgres database."""
    name = f"shop_{time.monotonic_ns()}"
    admin = create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield f"{postgres_server}/{name}"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, settings: Settings) -> str:
    """The URL of an empty database: the test runs on SQLite and on Postgres."""
    if request.param == "sqlite":
        return settings.database_url
    url: str = request.getfixturevalue("postgres_url")
    return url
