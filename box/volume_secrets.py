"""Makes the passwords of the containers, once, each in the volume of its readers.

python -m box.volume_secrets make             # keeps what is there already
python -m box.volume_secrets show grafana     # prints one
"""

import argparse
import hashlib
import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from box.services import TIERS

FOLDER = Path("/secrets")
"""One folder below it for each volume."""

MODE = 0o440
"""Owner and group may read. A container under another user is given the group (`group_add`)."""

SECRETS: Mapping[str, Path] = {
    **{f"admin-{tier}": Path(f"admin/{tier}") for tier in TIERS},
    "grafana": Path("grafana/password"),
    "postgres": Path("postgres/password"),
    "postgres-monitor": Path("postgres-monitor/password"),
    "redis": Path("redis/password"),
    "redis-monitor": Path("redis-monitor/password"),
}
"""The volume `admin` is read by `show` alone: a tier has the digest of its token."""


def digest(text: str) -> str:
    """Return the SHA-256 of a secret. All are random and long, so that none can be found from it."""
    return hashlib.sha256(text.encode()).hexdigest()


def verifier(tier: str) -> Callable[[Path], str]:
    """Return what makes the text by which a tier knows its token."""
    return lambda folder: f"sha256:{digest(show(folder, f'admin-{tier}'))}"


def redis_config(folder: Path) -> str:
    """Return the users of Redis: it reads them from a file only, or from a command line that all can see.

    The monitor may ask for figures and nothing else.
    """
    monitor = digest(show(folder, "redis-monitor"))
    return f"requirepass {show(folder, 'redis')}\nuser monitor on #{monitor} resetkeys resetchannels -@all +info"


DERIVED: Mapping[Path, Callable[[Path], str]] = {
    **{Path(f"admin-{tier}/token"): verifier(tier) for tier in TIERS},
    Path("redis/redis.conf"): redis_config,
}
"""Files that are made of secrets, at every start again: what is in them may change with a new version of the box."""


def make(folder: Path) -> tuple[str, ...]:
    """Writes the secrets that `folder` does not have yet; returns their names.

    Raises:
        OSError: the folder of a volume is missing or cannot be written.
    """
    missing = tuple(name for name, path in SECRETS.items() if not (folder / path).exists())
    for name in missing:
        _write(folder / SECRETS[name], secrets.token_urlsafe(24))
    for path, text in DERIVED.items():
        _write(folder / path, text(folder))
    return missing


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


def _write(path: Path, text: str) -> None:
    """Writes a file whole or not at all. No newline ends it: the Collector would take that for a part of the secret."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(MODE)
    draft.replace(path)


if __name__ == "__main__":
    raise SystemExit(main())
