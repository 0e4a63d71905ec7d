"""Removes what the project made and says what that freed: `make clean`; with `--all`, `make distclean`.

With `--all --shared`, which is `make distclean ALL=1`, the servers that all checkouts share go as well.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from pathlib import Path

from tools import usercache
from tools.diskuse import disk_use, megabytes
from tools.exclusive import exclusive

ROOT = Path(__file__).resolve().parent.parent
CODE = ("slo", "box", "apps", "loadtest", "tools", "tests", "bench")
KEPT_IN_CACHE = {"bin", "shared", "uv", "pip", "home", "debian"}  # slow to get again


def made_by_runs() -> list[Path]:
    """Return run data, reports and caches of the checks; what is slow to get again is not among them."""
    cache = ROOT / ".cache"
    kept = [path for path in (cache.iterdir() if cache.is_dir() else ()) if path.name not in KEPT_IN_CACHE]
    fixed = [ROOT / name for name in ("build", "dist", ".hypothesis", ".import_linter_cache")]
    compiled = [path for name in CODE for path in (ROOT / name).rglob("__pycache__")]
    return [path for path in (*kept, *fixed, *compiled) if path.exists()]


def made_by_setup() -> list[Path]:
    """Return the environment and the caches."""
    return [path for path in (ROOT / ".venv", ROOT / ".cache") if path.exists()]


def remove(path: Path) -> int:
    """Remove a file or a folder, also one that a tool made read-only; return the bytes freed."""
    size = disk_use(path)
    if not path.is_dir():
        path.unlink()
        return size
    for folder, _, _ in os.walk(path):
        with contextlib.suppress(PermissionError):
            Path(folder).chmod(0o755)
    shutil.rmtree(path)
    return size


def remove_shared(folder: Path) -> None:
    """Remove what all checkouts share, when none of them builds."""
    with exclusive(folder / "lock", "clean: a checkout builds servers; waiting for it"):
        freed = remove(folder)
    print(f"clean: removed {usercache.spelled(folder)}, which all checkouts shared: {megabytes(freed)} freed")


def tell_shared(folder: Path) -> None:
    """Print what is left."""
    size = megabytes(disk_use(folder))
    print(
        f"clean: left {usercache.spelled(folder)}, {size}, which other checkouts use: make distclean ALL=1 removes it"
    )


def main(arguments: list[str]) -> int:
    """Remove and report; return 0."""
    everything = "--all" in arguments
    paths = made_by_runs() + (made_by_setup() if everything else [])
    freed = sum(remove(path) for path in paths if path.exists())
    what = "environment, caches and run data" if everything else "run data, reports and caches of the checks"
    print(f"clean: removed {what}: {megabytes(freed)} freed")
    shared = usercache.folder()
    if everything and shared.exists():
        (remove_shared if "--shared" in arguments else tell_shared)(shared)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
