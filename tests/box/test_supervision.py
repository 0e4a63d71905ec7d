"""What supervisord is told to run."""

import configparser
from pathlib import Path

import pytest

from box.layout import SOCKET_PATH_LIMIT, Layout
from box.services import BY_NAME, SERVICES, Service
from box.settings import Settings
from box.supervision.config import supervisor_config
from box.supervision.program import Run, program, supervisor_environment

SETTINGS = Settings({service.name: 18000 + index for index, service in enumerate(SERVICES)})
PROGRAMS = {"prometheus": Path("/opt/my servers/prometheus"), "alertmanager": Path("/usr/bin/alertmanager")}


def make_run(time_scale: int = 60, profile: str = "up") -> Run:
    """Return a run with servers in a folder with a space."""
    return Run(SETTINGS, PROGRAMS, time_scale, profile)


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
        assert (section["stopasgroup"], section["killasgroup"], section["stopwaitsecs"]) == ("true", "true", "5")


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
def test_needs_are_services_of_the_table(service: Service) -> None:
    """A need names a row, and no service needs itself."""
    assert set(service.needs) <= set(BY_NAME) - {service.name}


def test_a_long_path_gets_a_short_socket() -> None:
    """The socket moves to the temporary folder when its path would be cut off; two run folders never share it."""
    near = Layout(Path("/r"), Path("/r/run"))
    far, other = (Layout(Path("/r"), Path("/" + "d" * 150 + name)) for name in "ab")

    assert near.socket == Path("/r/run/supervisor.sock")
    assert len(str(far.socket)) <= SOCKET_PATH_LIMIT
    assert far.socket != other.socket
