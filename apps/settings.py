"""Settings of a tier, read once from the environment (`SHOP_...`)."""

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """All settings; `apps/README.md` lists the same names."""

    model_config = SettingsConfigDict(env_prefix="SHOP_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)
    version: str = "dev"
    log_level: str = "INFO"

    catalog_url: str = "http://127.0.0.1:8001"
    orders_url: str = "http://127.0.0.1:8002"
    database_url: str = "sqlite:///.cache/shop.db"
    database_password_file: Path | None = None
    redis_url: str = ""
    redis_password_file: Path | None = None
    admin_token_file: Path | None = None

    deadline_seconds: float = Field(default=2.0, gt=0)
    attempt_seconds: float = Field(default=1.0, gt=0)
    attempts: int = Field(default=3, ge=1)
    retry_ratio: float = Field(default=0.2, ge=0, le=1)
    breaker_share: float = Field(default=0.6, gt=0, le=1)
    breaker_calls: int = Field(default=10, ge=1)
    breaker_first_seconds: float = Field(default=0.25, gt=0)
    breaker_most_seconds: float = Field(default=1.0, gt=0)
    max_in_flight: int = Field(default=100, ge=1)
    max_connections: int = Field(default=16, ge=1)
    max_body_bytes: int = Field(default=16_384, ge=1)
    cache_seconds: float = Field(default=5.0, gt=0)
    exemplar_seconds: float = Field(default=5.0, ge=0)
    initial_stock: int = Field(default=1_000_000, ge=0)
    log_lines_per_second: float = Field(default=200.0, ge=1)
    http_metrics: bool = True
    max_label_values: int = Field(default=500, ge=1)
    drain_seconds: float = Field(default=0.0, ge=0)
    shutdown_seconds: int = Field(default=5, ge=1)


def with_password(url: str, password_file: Path | None) -> str:
    """Return `url` with the password of the file, so that the environment holds no password.

    Raises:
        OSError: the file is named but cannot be read.
    """
    if not url or password_file is None:
        return url
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    password = quote(password_file.read_text(encoding="utf-8").strip(), safe="")
    return urlunsplit(parts._replace(netloc=f"{user.split(':')[0]}:{password}@{place}"))
