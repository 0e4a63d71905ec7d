"""Ports from `.env` and the environment."""

from pathlib import Path

import pytest

from box.errors import BoxError
from box.services import CORE
from box.settings import load_settings, read_env_file


def env_file(folder: Path, **changes: str) -> Path:
    """Write a `.env` with a port for every service, changed as told."""
    ports = {service.port_variable: str(8000 + index) for index, service in enumerate(CORE)}
    path = folder / ".env"
    path.write_text("".join(f"{key}={value}\n" for key, value in (ports | changes).items()))
    return path


def test_the_environment_wins(tmp_path: Path) -> None:
    """A variable of the environment is taken instead of the file's; an empty one is none."""
    settings = load_settings(env_file(tmp_path), {"WEB_PORT": "18000", "PAGER_PORT": ""})

    assert settings.url("web") == "http://127.0.0.1:18000"
    assert settings.ports["pager"] == 8005


def test_comments_quotes_and_blanks(tmp_path: Path) -> None:
    """The file may hold what compose accepts in it."""
    path = tmp_path / ".env"
    path.write_text("# ports\n\nA=1\nB='2'\nC=\"3 # no comment\"\nD=4 # comment\nE=\n")

    assert read_env_file(path) == {"A": "1", "B": "2", "C": "3 # no comment", "D": "4", "E": ""}


@pytest.mark.parametrize("value", ["", "0", "65536", "http", "-1", "٨٠", "80 81"])
def test_what_is_no_port_is_refused(tmp_path: Path, value: str) -> None:
    """The message names the variable, the place and the value."""
    with pytest.raises(BoxError, match=r"WEB_PORT in .*must be a port") as error:
        load_settings(env_file(tmp_path, WEB_PORT=value), {})

    assert repr(value) in str(error.value)


def test_two_services_cannot_share_a_port(tmp_path: Path) -> None:
    """A port given twice is found before anything is started."""
    with pytest.raises(BoxError, match=r"port 8002 is given to .* and to"):
        load_settings(env_file(tmp_path), {"CATALOG_PORT": "8002"})


def test_a_line_that_is_no_assignment_is_placed(tmp_path: Path) -> None:
    """The message tells file and line."""
    path = tmp_path / ".env"
    path.write_text("A=1\nexport me\n")

    with pytest.raises(BoxError, match=r"\.env:2: expected KEY=VALUE"):
        read_env_file(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """No traceback when `.env` is gone."""
    with pytest.raises(BoxError, match="cannot read"):
        read_env_file(tmp_path / ".env")
