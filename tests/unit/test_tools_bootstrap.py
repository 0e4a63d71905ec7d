"""The Python environment: found, checked and explained."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from tools import bootstrap


def fake_python(folder: Path, name: str, *, new_enough: bool) -> Path:
    """Put an interpreter on a PATH that only answers whether it is new enough."""
    program = folder / name
    program.write_text(f"#!/bin/sh\nexit {0 if new_enough else 1}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_an_old_python_finds_a_newer_one_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started with an old Python, setup goes on with the first one on PATH that is new enough."""
    fake_python(tmp_path, "python3", new_enough=False)
    newer = fake_python(tmp_path, "python3.12", new_enough=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))

    assert bootstrap.find_python() == str(newer)


def test_no_python_that_is_new_enough_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every Python is too old, the message says which one is needed and how to name one."""
    fake_python(tmp_path, "python3", new_enough=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))

    with pytest.raises(bootstrap.SetupError, match=r"^Python 3\.11 or newer is needed.*PYTHON=") as caught:
        bootstrap.find_python()
    assert "\n" not in str(caught.value)


def test_a_python_without_ensurepip_and_pip_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither ensurepip nor any pip exists, the message names the package that brings it."""
    fake_python(tmp_path, "python3", new_enough=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(bootstrap.SetupError, match="python3-venv"):
        bootstrap.pip_of(str(tmp_path / "python3"))


def test_a_python_without_ensurepip_uses_a_pip_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ensurepip, a pip on PATH installs into `.venv` from outside."""
    fake_python(tmp_path, "python3", new_enough=False)
    pip = fake_python(tmp_path, "pip3", new_enough=True)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert bootstrap.pip_of(str(tmp_path / "python3"))[:2] == [str(pip), "--python"]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An environment that is current, in a temporary checkout; lists what would be installed anew."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("")
    source = tmp_path / "dev.txt"
    source.write_text("uv==1\n")
    calls: list[str] = []
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "CACHE", tmp_path)
    monkeypatch.setattr(bootstrap, "INPUTS", (source,))
    monkeypatch.setattr(bootstrap, "fresh", lambda _python: [])
    monkeypatch.setattr(bootstrap, "fill", lambda _commands: calls.append("installed"))
    bootstrap.STAMP.write_text(bootstrap.checksum())
    return calls


def test_setup_is_a_no_op_when_nothing_changed(installed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A second `make setup` says nothing and installs nothing."""
    assert bootstrap.main() == 0

    assert installed == []
    assert capsys.readouterr().out == ""


def test_setup_installs_again_when_the_lock_changed(installed: list[str]) -> None:
    """Another lock brings the environment up to date, once."""
    bootstrap.INPUTS[0].write_text("uv==2\n")

    assert bootstrap.main() == 0
    assert bootstrap.main() == 0

    assert installed == ["installed"]


def test_a_moved_checkout_makes_its_environment_anew(
    installed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scripts in `.venv` hold the path of the checkout, so one that was moved or copied is not current."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path / "elsewhere")

    assert bootstrap.existing() == []
    assert bootstrap.main() == 0
    assert installed == ["installed"]


def test_the_lock_holds_uv_with_its_hashes() -> None:
    """Setup can install uv alone, by its hashes, from the same lock as all the rest."""
    block = bootstrap.locked("uv")

    assert block.startswith("uv==")
    assert "--hash=sha256:" in block
    assert block.count("==") == 1


def test_a_package_that_is_not_locked_is_named() -> None:
    """A lock without a package that setup needs is an error that names it."""
    with pytest.raises(bootstrap.SetupError, match="no-such-package"):
        bootstrap.locked("no-such-package")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PIP_INDEX_URL", "https://mirror.example/simple", {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}),
        ("PIP_FIND_LINKS", "/opt/wheelhouse", {"UV_FIND_LINKS": "/opt/wheelhouse"}),
        ("PIP_CERT", "/etc/company.pem", {"SSL_CERT_FILE": "/etc/company.pem"}),
    ],
)
def test_what_pip_is_configured_with_counts_for_uv(
    name: str, value: str, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose pip knows a mirror or a certificate needs no second configuration for uv."""
    for variable in [key for key in os.environ if key.startswith(("PIP_", "UV_", "SSL_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv(name, value)

    assert bootstrap.pip_settings([sys.executable, "-m", "pip"]) == expected


def test_settings_of_uv_win_over_those_of_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who configured uv gets that, whatever pip says."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("UV_INDEX_URL", "https://other.example/simple")

    assert "UV_DEFAULT_INDEX" not in bootstrap.pip_settings([sys.executable, "-m", "pip"])


def test_installers_use_the_users_own_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip or uv downloaded for another project, or another checkout, is not downloaded again."""
    for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert not {"UV_CACHE_DIR", "PIP_CACHE_DIR"} & set(bootstrap.environment(None))


def test_without_a_home_caches_are_in_the_checkout(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without home can set up as well; a cache that the user names is used."""
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    monkeypatch.setenv("PIP_CACHE_DIR", "/elsewhere")
    env = bootstrap.environment(None)

    assert Path(env["UV_CACHE_DIR"]).is_relative_to(root)
    assert Path(env["HOME"]).is_relative_to(root)
    assert env["PIP_CACHE_DIR"] == "/elsewhere"
