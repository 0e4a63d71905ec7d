"""Which Prometheus and Alertmanager are taken."""

from pathlib import Path

import pytest

from box.binaries import JAEGER, WANTED, find, version_of, wanted
from box.errors import BoxError

PROMETHEUS, ALERTMANAGER = WANTED


def program(folder: Path, name: str, says: str) -> Path:
    """Write a program that prints a version, to standard error as the old servers do."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("version", ["2.42.0+ds", "2.53.1", "3.14.0", "10.0.0"])
def test_a_new_enough_server_on_path_is_taken(tmp_path: Path, version: str) -> None:
    """From 2.42 on, compared as numbers and not as text."""
    path = program(tmp_path / "bin", "prometheus", f"prometheus, version {version} (branch: x)")

    found = find(PROMETHEUS, tmp_path / "built", str(tmp_path / "bin"))

    assert (found.path, found.origin) == (path, "PATH")


def test_an_old_server_on_path_gives_way_to_the_built_one(tmp_path: Path) -> None:
    """2.9 is older than 2.42."""
    program(tmp_path / "bin", "prometheus", "prometheus, version 2.9.0")
    built = program(tmp_path / "built", "prometheus", "prometheus, version 3.14.0")

    found = find(PROMETHEUS, tmp_path / "built", str(tmp_path / "bin"))

    assert (found.path, found.version, found.origin) == (built, (3, 14), "make tools")


def test_debians_name_is_known(tmp_path: Path) -> None:
    """Debian installs Alertmanager as prometheus-alertmanager."""
    path = program(tmp_path / "bin", "prometheus-alertmanager", "alertmanager, version 0.25.0 (branch: debian)")

    assert find(ALERTMANAGER, tmp_path, str(tmp_path / "bin")).path == path


def test_without_any_the_way_out_is_named(tmp_path: Path) -> None:
    """One line: what is needed, what was found, what to run."""
    old = program(tmp_path / "bin", "prometheus", "prometheus, version 2.9.0")

    with pytest.raises(BoxError) as error:
        find(PROMETHEUS, tmp_path / "built", str(tmp_path / "bin"))

    assert str(error.value) == (
        f"prometheus >= 2.42 is needed ({old} is 2.9): run `make tools` to build it, or install one"
    )


def test_a_link_to_a_server_that_was_removed_names_the_way_out(tmp_path: Path) -> None:
    """`make distclean ALL=1` in another checkout leaves links that lead nowhere."""
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "prometheus").symlink_to(tmp_path / "no-such-server")

    with pytest.raises(BoxError, match="run `make tools`"):
        find(PROMETHEUS, tmp_path / "built", str(tmp_path / "bin"))


def test_a_full_run_takes_no_old_prometheus(tmp_path: Path) -> None:
    """Debian's 2.42 does for alerts alone, but not for what exemplars and the platform's rules need."""
    program(tmp_path / "bin", "prometheus", "prometheus, version 2.42.0")
    built = program(tmp_path / "built", "prometheus", "prometheus, version 3.14.0")
    of_full = next(server for server in wanted(str(tmp_path), full=True) if server.name == "prometheus")

    assert find(of_full, tmp_path / "built", str(tmp_path / "bin")).path == built


@pytest.mark.parametrize(("version", "store"), [("3.0.3", "tempo"), ("2.9.0", "jaeger"), (None, "jaeger")])
def test_traces_go_to_tempo_where_there_is_one(tmp_path: Path, version: str | None, store: str) -> None:
    """A Tempo that reads our config is taken, else the Jaeger that is built."""
    if version:
        program(tmp_path, "tempo", f"tempo, version {version} (branch: HEAD)")

    names = [server.name for server in wanted(str(tmp_path), full=True)]

    assert names == ["prometheus", "alertmanager", "otelcol", "victoria-logs", store]
    assert [server.name for server in wanted(str(tmp_path), full=False)] == names[:2]


def test_a_server_that_is_only_built_is_not_to_be_installed(tmp_path: Path) -> None:
    """The message offers the one way there is."""
    with pytest.raises(BoxError) as error:
        find(JAEGER, tmp_path, str(tmp_path))

    assert str(error.value) == "jaeger >= 2.13 is needed: run `make tools` to build it"


def test_jaegers_way_to_tell_its_version_is_read(tmp_path: Path) -> None:
    """It answers JSON to a subcommand."""
    path = program(tmp_path, "jaeger", '{"gitCommit":"","gitVersion":"v2.13.0","buildDate":""}')

    assert find(JAEGER, tmp_path, "").version == (2, 13)
    assert version_of(path, JAEGER.asks_version) == (2, 13)


@pytest.mark.parametrize("told", ["victoria-logs-v1.52.1", "victoria-logs-20260701-101500-tags-v1.52.1-0-g2be3c0a"])
def test_victoria_logs_way_to_tell_its_version_is_read(tmp_path: Path, told: str) -> None:
    """Its own releases tell date, tag and commit in one word; the one that we build tells the tag."""
    assert version_of(program(tmp_path, "victoria-logs", told)) == (1, 52)


def test_victoria_logs_of_path_is_taken(tmp_path: Path) -> None:
    """Its releases call the program victoria-logs-prod."""
    path = program(tmp_path, "victoria-logs-prod", "victoria-logs-20260701-101500-tags-v1.53.0-0-g2be3c0a")
    of_full = next(server for server in wanted(str(tmp_path), full=True) if server.name == "victoria-logs")

    assert find(of_full, tmp_path / "none", str(tmp_path)).path == path


def test_a_program_that_cannot_run_has_no_version(tmp_path: Path) -> None:
    """A broken file is skipped, not a crash."""
    path = tmp_path / "prometheus"
    path.write_bytes(b"\x7fELF")
    path.chmod(0o755)

    assert version_of(path) is None
