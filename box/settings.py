"""Ports: read from the committed `.env`, overridden by the environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from box.errors import BoxError
from box.services import CORE, OTEL_COLLECTOR, SERVICES, TRACE_STORES, Service

HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Settings:
    """One port per name of the service table; a service whose name is not among them does not run."""

    ports: Mapping[str, int]

    @property
    def services(self) -> tuple[Service, ...]:
        """Return what runs, in the order of the table."""
        return tuple(service for service in SERVICES if service.name in self.ports)

    @property
    def full(self) -> bool:
        """Return whether logs and traces are kept."""
        return OTEL_COLLECTOR.name in self.ports

    @property
    def trace_store(self) -> str:
        """Return the name of what keeps traces; empty when nothing does."""
        return next((store.name for store in TRACE_STORES if store.name in self.ports), "")

    def url(self, name: str) -> str:
        """Return the address of a service on this machine, without a slash at the end."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def with_ports(self, ports: Mapping[str, int]) -> "Settings":
        """Return the same settings with some ports changed."""
        return Settings({**self.ports, **ports})


def read_env_file(path: Path) -> dict[str, str]:
    """Return the variables of a `.env` file: KEY=VALUE lines, comments, values with or without quotes.

    Raises:
        BoxError: the file cannot be read, or a line is something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BoxError(f"cannot read {path}: {error.strerror}") from error
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        key, equals, value = content.partition("=")
        if not equals or not key.strip().isidentifier():
            raise BoxError(f"{path}:{number}: expected KEY=VALUE, found {content!r}")
        found[key.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    for quote in ("'", '"'):
        if value.startswith(quote) and value.endswith(quote) and len(value) > 1:
            return value[1:-1]
    return value.partition(" #")[0].rstrip()


def load_settings(env_file: Path, environment: Mapping[str, str], services: Sequence[Service] = CORE) -> Settings:
    """Return the ports of the services.

    Raises:
        BoxError: a port is missing, no port number, or given to two services.
    """
    ports = read_ports(env_file, environment, dict(port for service in services for port in service.ports))
    _refuse_shared_ports(ports)
    return Settings(ports)


def read_ports(env_file: Path, environment: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, int]:
    """Return the port of each name by its variable: that of the environment, unless it is empty, or of the file.

    Raises:
        BoxError: a port is missing, or no port number.
    """
    written = read_env_file(env_file)
    ports: dict[str, int] = {}
    for name, variable in variables.items():
        value = environment.get(variable) or written.get(variable, "")
        origin = "the environment" if environment.get(variable) else str(env_file)
        ports[name] = _port(variable, value, origin)
    return ports


def _port(variable: str, value: str, origin: str) -> int:
    if value.isascii() and value.isdigit() and 1 <= int(value) <= HIGHEST_PORT:
        return int(value)
    raise BoxError(f"{variable} in {origin} must be a port from 1 to {HIGHEST_PORT}, it is {value!r}")


def _refuse_shared_ports(ports: Mapping[str, int]) -> None:
    owner: dict[int, str] = {}
    for name, port in ports.items():
        if port in owner:
            raise BoxError(f"port {port} is given to {owner[port]} and to {name}; each service needs its own")
        owner[port] = name
