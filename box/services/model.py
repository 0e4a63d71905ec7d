"""A row of the service table: what runs, how it is probed, and what it needs."""

from dataclasses import dataclass

# Command and environment templates may name: {python}, {bin[<server>]} (programs), {root} and {run} (folders),
# {data} (this service's data folder), {folder} (the same, as a path from {run}: it has no character that a config could
# read as syntax), {port[<service>]}, {url[<service>]}, {lookback} and {resend_delay} (Prometheus'), {database} (the
# shop's database URL), {jaeger} (the query API of Jaeger, empty where Tempo runs). Of a service's further ports they
# name {port[<service>/<port>]}.


# A probe comes every 5 s and waits 4 s for its answer. A tier is restarted after two without one: back within 30 s, and
# left alone when it hangs for 5 s. What keeps data may be busy with it for longer.
TIER_SILENT_SECONDS = 8.0
STORE_SILENT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Port:
    """A further port of a service: its name, its variable in `.env`, and its number inside of a container."""

    name: str
    variable: str
    in_container: int


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the stack.

    Attributes:
        name: its name everywhere.
        command: program and arguments.
        port_variable: the variable of its port.
        ready_path: the path of its readiness probe.
        memory_mib: its limit in `box status`.
        depends_on: services that it uses; each waits for them itself.
        environment: its variables.
        with_collector: more variables where the Collector runs.
        directory: its working directory.
        more_ports: its other ports.
        configs: files of the checkout that it reads; when one changes, `box up` starts again.
        alive_path: the path of its liveness probe; without one it is never restarted.
        silent_seconds: time without an answer before it is restarted.
    """

    name: str
    command: tuple[str, ...]
    port_variable: str
    ready_path: str
    memory_mib: int
    depends_on: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    with_collector: tuple[tuple[str, str], ...] = ()
    directory: str = "{root}"
    more_ports: tuple[Port, ...] = ()
    configs: tuple[str, ...] = ()
    alive_path: str = ""
    silent_seconds: float = STORE_SILENT_SECONDS

    @property
    def ports(self) -> tuple[tuple[str, str], ...]:
        """Return name and variable of each port; the first has the name of the service."""
        more = tuple((f"{self.name}/{port.name}", port.variable) for port in self.more_ports)
        return ((self.name, self.port_variable), *more)
