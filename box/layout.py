"""The files of the box, all in one folder: `.cache/run` of the checkout."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from box.errors import BoxError

# A path in `sockaddr_un` has 104 bytes on macOS and 108 on Linux, the closing zero included; supervisord binds a
# name that is longer than ours by a dot and its process id first.
SOCKET_PATH_LIMIT = 90

LOCK = "lock"
"""The file that every command makes first: by it a run folder is known."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders and files of one box; `root` is the checkout, `run` holds all that is generated."""

    root: Path
    run: Path

    @property
    def state(self) -> Path:
        """Return the file that says what runs."""
        return self.run / "state.json"

    @property
    def lock(self) -> Path:
        """Return the file that a command holds while it starts or stops the stack."""
        return self.run / LOCK

    @property
    def logs(self) -> Path:
        """Return the folder with one log file per service."""
        return self.run / "logs"

    @property
    def config(self) -> Path:
        """Return supervisord's configuration."""
        return self.run / "supervisord.conf"

    @property
    def liveness(self) -> Path:
        """Return the file that says which services were restarted."""
        return self.run / "liveness.json"

    @property
    def supervisor_log(self) -> Path:
        """Return supervisord's own log."""
        return self.logs / "supervisord.log"

    @property
    def secrets(self) -> Path:
        """Return the folder of the tokens, which only its owner can enter."""
        return self.run / "secrets"

    def admin_token(self, tier: str) -> Path:
        """Return the file with the token of one tier's fault switches; mode 0600."""
        return self.secrets / f"admin-{tier}"

    @property
    def socket(self) -> Path:
        """Return supervisord's socket, in the run folder unless that path is too long for a socket."""
        near = self.run / "supervisor.sock"
        if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT:
            return near
        digest = hashlib.sha256(os.fsencode(self.run)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"slobox-{os.getuid()}-{digest}" / "supervisor.sock"

    def data(self, profile: str, name: str) -> Path:
        """Return the data folder of one server; `profile` keeps the demo's data apart from that of `box up`."""
        return self.run / "data" / profile / name


def find_layout(environment: Mapping[str, str]) -> Layout:
    """Return the layout of this checkout; `BOX_RUN_DIR` puts the run folder elsewhere.

    Raises:
        BoxError: the package does not lie in a checkout of the project, or BOX_RUN_DIR holds something else.
    """
    root = Path(__file__).resolve().parents[1]
    if not (root / "slos.yaml").is_file():
        raise BoxError(f"{root} is not a checkout of slobox: it has no slos.yaml; `box` runs from a checkout only")
    given = environment.get("BOX_RUN_DIR")
    if not given:
        return Layout(root, root / ".cache" / "run")
    # Resolved, for processes are found by this path: by every spelling of it the same ones.
    run = Path(given).resolve()
    _refuse_foreign(run)
    return Layout(root, run)


def _refuse_foreign(run: Path) -> None:
    """Refuse a folder that others use: files in the run folder are replaced and removed on every start."""
    try:
        names = {path.name for path in run.iterdir()}
    except FileNotFoundError:
        return
    except OSError as error:
        raise BoxError(f"BOX_RUN_DIR={run} cannot be used: {error.strerror}") from None
    if names and LOCK not in names:
        raise BoxError(f"BOX_RUN_DIR={run} holds files that are not of `box`; name a new or an empty folder")


def make_folder(folder: Path) -> None:
    """Make a folder unless it is there.

    Raises:
        BoxError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BoxError(f"{folder} cannot be made: {error.strerror}; set BOX_RUN_DIR to a folder of your own") from None


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter.

    Raises:
        BoxError: it cannot be made, or it belongs to another user.
    """
    make_folder(folder)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise BoxError(f"{folder} belongs to another user; remove it, or set BOX_RUN_DIR to a folder of your own")
    folder.chmod(0o700)
