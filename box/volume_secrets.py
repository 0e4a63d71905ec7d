"""Makes the passwords of the containers, once, each in the volume of those who read it.

python -m box.volume_secrets make             # keeps what is there already
python -m box.volume_secrets show grafana     # prints one
"""

import argparse
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = Path("/secrets")
"""One folder below it for each volume."""

MODE = 0o440
"""Owner and group may read. A container under another user is given the group (`group_add`)."""

SECRETS: Mapping[str, Path] = {
    "admin": Path("admin/token"),
    "grafana": Path("grafana/password"),
    "postgres": Path("postgres/password"),
    "redis": Path("redis/password"),
}

REDIS_CONFIG = Path("redis/redis.conf")
"""Redis reads its password from a configuration file only, or from a command line that all can see."""


def make(folder: Path) -> tuple[str, ...]:
    """Writes the secrets that `folder` does not have yet; returns their names.

    Raises:
        OSError: the folder of a volume is missing or cannot be written.
    """
    made = tuple(name for name, path in SECRETS.items() if _write_new(folder / path, secrets.token_urlsafe(24)))
    _write_new(folder / REDIS_CONFIG, f"requirepass {show(folder, 'redis')}")
    return made


def show(folder: Path, name: str) -> str:
    """The secret of this name.

    Raises:
        FileNotFoundError: it was not made yet.
    """
    return (folder / SECRETS[name]).read_text(encoding="utf-8").strip()


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="box.volume_secrets", description=__doc__)
    parser.add_argument("action", choices=("make", "show"))
    parser.add_argument("name", nargs="?", choices=sorted(SECRETS), help="for show: which one")
    options = parser.parse_args(arguments)
    if options.action == "show" and not options.name:
        parser.error("show what? " + ", ".join(sorted(SECRETS)))
    try:
        print(_made(folder) if options.action == "make" else show(folder, options.name))
    except OSError as error:
        print(f"secrets: {error.strerror}: {error.filename}", file=sys.stderr)
        return 1
    return 0


def _made(folder: Path) -> str:
    made = make(folder)
    news = f"made {', '.join(made)}" if made else "all were there already"
    return f"secrets: {news}\nGrafana's password (user admin): docker compose run --rm secrets show grafana"


def _write_new(path: Path, text: str) -> bool:
    """Writes a file whole or not at all; False when it was there already."""
    if path.exists():
        return False
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(MODE)
    draft.replace(path)
    return True


if __name__ == "__main__":
    raise SystemExit(main())
