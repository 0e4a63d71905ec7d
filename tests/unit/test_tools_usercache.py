"""The folder that all checkouts of a user share."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from tools import usercache


@pytest.mark.parametrize("xdg", [None, "given"])
def test_the_folder_is_where_the_system_wants_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xdg: str | None
) -> None:
    """It is the one that platformdirs names, with XDG_CACHE_HOME and without."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if xdg:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / xdg))

    assert usercache.folder() == Path(platformdirs.user_cache_dir("slobox"))
    assert usercache.folder().is_relative_to(tmp_path)


def test_a_user_that_the_system_does_not_know_gets_a_folder_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that runs as any number has no home: nothing can be shared, and everything works."""

    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(Path, "home", unknown)

    assert usercache.folder() == usercache.OF_CHECKOUT
    assert not usercache.has_home()


def test_a_home_that_cannot_be_written_to_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Users of services have a home that does not exist and cannot be made."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/dev/null/home")

    assert usercache.folder() == usercache.OF_CHECKOUT
    assert not usercache.has_home()


def test_a_home_that_cannot_be_looked_into_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HOME may belong to another user, as after su; simulated, because root can read every folder."""
    exists = Path.exists

    def refused(path: Path) -> bool:
        if path != tmp_path and path.is_relative_to(tmp_path):
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path)

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Path, "exists", refused)

    assert usercache.folder() == usercache.OF_CHECKOUT
    assert not usercache.has_home()


def test_a_home_that_is_still_to_be_made_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing exists at the first run."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "new"))

    assert usercache.folder().is_relative_to(tmp_path / "new")
    assert usercache.has_home()


def test_paths_are_spelled_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home folder is `~`, other folders are named in full."""
    monkeypatch.setenv("HOME", str(tmp_path))

    assert usercache.spelled(tmp_path / ".cache" / "slobox") == "~/.cache/slobox"
    assert usercache.spelled(Path("/var/cache")) == "/var/cache"
