"""What supervisord is told to run."""

import configparser
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from box.layout import SOCKET_PATH_LIMIT, Layout
from box.services import BY_NAME, CORE, SERVICES, Service, selection
from box.settings import Settings
from box.supervision.config import supervisor_config
from box.supervision.program import Run, program, supervisor_environment

PROGRAMS = {"prometheus": Path("/opt/my servers/prometheus"), "alertmanager": Path("/usr/bin/alertmanager")} | {
    name: Path("/opt/my servers", name) for name in ("otelcol", "victoria-logs", "jaeger", "tempo")
}


def settings_of(services: Iterable[Service]) -> Settings:
    """Return settings with ports from 18000."""
    names = [name for service in services for name, _ in service.ports]
    return Settings({name: 18000 + index for index, name in enumerate(names)})


def make_run(time_scale: int = 60, profile: str = "up", services: Iterable[Service] = SERVICES) -> Run:
    """Return a run with servers in a folder with a space."""
    return Run(settings_of(services), PROGRAMS, time_scale, profile)


def config(run: Run) -> configparser.RawConfigParser:
    """Return the configuration, read as supervisord reads it."""
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=True)
    parser.read_string(supervisor_config(program(service, run) for service in SERVICES))
    return parser


def test_every_service_has_a_section_that_stops_for_sure() -> None:
    """Each is restarted when it dies, and killed with its children when it does not end in time."""
    read = config(make_run())

    for service in SERVICES:
        section = read[f"program:{service.name}"]
        assert section["autorestart"] == "true"
        assert (section["stopasgroup"], section["killasgroup"], section["stopwaitsecs"]) == ("true", "true", "12")


def test_no_path_stands_in_the_configuration() -> None:
    """A `%`, `;` or `#` in a path would be syntax there, so paths come from the environment."""
    text = supervisor_config(program(service, make_run()) for service in SERVICES)

    assert "/opt" not in text
    assert "/usr" not in text


def test_programs_with_spaces_are_quoted() -> None:
    """The supervisor splits commands as a shell does."""
    environment = supervisor_environment(Layout(Path("/a b"), Path("/a b/run")), make_run(), Path("/v e/python"), {})

    assert environment["SLOBOX_PROMETHEUS"] == "'/opt/my servers/prometheus'"
    assert environment["SLOBOX_PYTHON"] == "'/v e/python'"
    assert environment["SLOBOX_ROOT"] == "/a b"


def test_proxies_never_see_local_addresses() -> None:
    """A proxy in the user's environment must not get what is meant for this machine."""
    layout = Layout(Path("/r"), Path("/r/run"))

    environment = supervisor_environment(layout, make_run(), Path("python"), {"HTTP_PROXY": "http://proxy"})

    assert "127.0.0.1" in environment["NO_PROXY"]


def test_scaled_and_real_time_have_their_own_data() -> None:
    """One database with both would give one series two meanings."""
    scaled = program(BY_NAME["prometheus"], make_run(time_scale=60)).command
    real = program(BY_NAME["prometheus"], make_run(time_scale=1)).command

    assert "/prometheus-x60" in scaled
    assert "/prometheus-x60" not in real
    assert "--query.lookback-delta=10s" in scaled
    assert "--query.lookback-delta=5m" in real


def test_the_users_database_wins() -> None:
    """A variable that the user's environment gives is left out of the section."""
    own = dict(program(BY_NAME["orders"], make_run()).environment)
    given = dict(program(BY_NAME["orders"], make_run(), given={"SHOP_DATABASE_URL"}).environment)

    assert own["SHOP_DATABASE_URL"].startswith("sqlite:///")
    assert "SHOP_DATABASE_URL" not in given


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_services_listen_on_loopback_only(service: Service) -> None:
    """Every command says where to listen, and it is this machine."""
    made = program(service, make_run())
    settings = " ".join([made.command, *(f"{key}={value}" for key, value in made.environment)])

    assert "127.0.0.1" in settings
    assert "0.0.0.0" not in settings  # noqa: S104 -- must not be there


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_no_address_is_left_to_a_server(service: Service) -> None:
    """Every address in a command has a host: `:4317` alone would be every interface."""
    made = program(service, make_run())

    assert not re.search(r"""[= "]:\d""", made.command)


@pytest.mark.parametrize("store", ["jaeger", "tempo"])
def test_only_a_full_run_sends_traces_and_logs(store: str) -> None:
    """The shop hears of the Collector where one runs; the Collector delivers to the store that runs."""
    full = make_run(services=selection(store))
    ports = full.settings.ports

    for tier in ("web", "catalog", "orders"):
        assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in dict(program(BY_NAME[tier], make_run(services=CORE)).environment)
        told = dict(program(BY_NAME[tier], full).environment)["OTEL_EXPORTER_OTLP_ENDPOINT"]
        assert told == f"http://127.0.0.1:{ports['otel-collector/otlp-http']}"
    collector = dict(program(BY_NAME["otel-collector"], full).environment)
    assert collector["LOGS_ENDPOINT"] == f"http://127.0.0.1:{ports['victoria-logs']}/insert/opentelemetry/v1/logs"
    assert collector["TRACES_ENDPOINT"] == f"127.0.0.1:{ports[f'{store}/otlp-grpc']}"


@pytest.mark.parametrize("name", ["otel-collector", "jaeger", "tempo"])
def test_paths_in_configs_have_no_syntax(name: str) -> None:
    """What a server puts into its YAML is a path from the run folder, whatever the checkout's own path is like."""
    made = program(BY_NAME[name], make_run())
    variable = next(value for key, value in made.environment if key.endswith("_DATA"))

    assert variable == f"data/up/{name}-x60"
    assert made.directory == "%(ENV_SLOBOX_RUN)s"


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_needs_are_services_of_the_table(service: Service) -> None:
    """A need names a row, and no service needs itself."""
    assert set(service.depends_on) <= set(BY_NAME) - {service.name}


def test_a_long_path_gets_a_short_socket() -> None:
    """The socket moves to the temporary folder when its path would be cut off; two run folders never share it."""
    near = Layout(Path("/r"), Path("/r/run"))
    far, other = (Layout(Path("/r"), Path("/" + "d" * 150 + name)) for name in "ab")

    assert near.socket == Path("/r/run/supervisor.sock")
    assert len(str(far.socket)) <= SOCKET_PATH_LIMIT
    assert far.socket != other.socket
