"""The folder in the user's cache that all checkouts share: built servers, and Go itself where PATH has none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "slobox"
OF_CHECKOUT = ROOT / ".cache" / "shared"  # where there is no home folder, nothing can be shared


def folder() -> Path:
    """Return the shared folder, whether or not it exists; inside the checkout when the user has no place for one."""
    try:
        shared = _user_cache() / NAME
    except RuntimeError:  # no HOME, and the user is unknown to the system
        return OF_CHECKOUT
    return shared if can_write(shared) else OF_CHECKOUT


def _user_cache() -> Path:
    # As platformdirs, which is not at hand: `make distclean` runs without .venv, too.
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if given.is_absolute():
        return given
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def can_write(path: Path) -> bool:
    """Tell whether a folder can be written to, or made where it does not exist."""
    try:
        present = next(each for each in (path, *path.parents) if each.exists())
    except OSError:  # such as the home folder of another user
        return False
    return os.access(present, os.W_OK | os.X_OK)


def has_home() -> bool:
    """Tell whether programs that keep caches of their own in the home folder can do so."""
    home = Path(os.environ.get("HOME", ""))
    return home.is_absolute() and can_write(home)


def spelled(path: Path) -> str:
    """Return a path as people write it, with `~` for the home folder."""
    home = Path(os.environ.get("HOME", ""))
    inside = home.is_absolute() and path.is_relative_to(home)
    return f"~/{path.relative_to(home)}" if inside else str(path)
