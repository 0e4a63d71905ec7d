"""Makes `.venv` from the locked requirements: `python3 -m tools.bootstrap` (this is `make setup`).

Any Python runs it far enough to find one that is new enough. Only the caches of pip and uv lie outside the checkout.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tools import usercache

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
LOCK = ROOT / "requirements" / "dev.txt"
STAMP = VENV / "slobox-stamp"
INPUTS = (LOCK, ROOT / "pyproject.toml", ROOT / "box" / "pyproject.toml", ROOT / "tools" / "bootstrap.py")
OLDEST = (3, 11)
CANDIDATES = ("python3", "python3.13", "python3.12", "python3.11", "python3.14", "python")


if TYPE_CHECKING:  # an older Python has to get as far as the message that says so
    Installer = tuple[list[str], dict[str, str]]  # a pip-like command and its environment


class SetupError(Exception):
    """The environment cannot be made; the message is one line that says what to do."""


def say(text: str) -> None:
    """Print one line of progress at once."""
    print(f"setup: {text}", flush=True)


def is_new_enough(python: str) -> bool:
    """Return whether the interpreter `python` starts and is new enough."""
    code = f"import sys; sys.exit(sys.version_info < {OLDEST!r})"
    try:
        return subprocess.run([python, "-c", code], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def find_python() -> str:
    """Return the interpreter to build on: this one, else the first on PATH that is new enough."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for name in CANDIDATES:
        path = shutil.which(name)
        if path and is_new_enough(path):
            return path
    wanted = ".".join(map(str, OLDEST))
    raise SetupError(f"Python {wanted} or newer is needed, and PATH has none; install it or set PYTHON=/path/to/it")


def checksum() -> str:
    """Return what the environment depends on; the folder counts, because scripts in `.venv` hold its path."""
    digest = hashlib.sha256()
    for path in INPUTS:
        digest.update(path.read_bytes())
    return f"{ROOT}\n{digest.hexdigest()}\n"


def is_current(wanted: str) -> bool:
    """Return whether `.venv` was made from exactly these inputs and its interpreter is still there."""
    return STAMP.is_file() and STAMP.read_text() == wanted and (VENV / "bin" / "python").exists()


def has_module(python: str, module: str) -> bool:
    """Return whether `python` can import `module`."""
    return subprocess.run([python, "-c", f"import {module}"], check=False, capture_output=True).returncode == 0


def pip_of(python: str) -> list[str]:
    """Return a pip from outside of `.venv` that installs into it, for a Python without ensurepip."""
    if has_module(python, "pip"):
        return [python, "-m", "pip", "--python", str(VENV / "bin" / "python")]
    outside = shutil.which("pip3") or shutil.which("pip")
    if outside:
        return [outside, "--python", str(VENV / "bin" / "python")]
    raise SetupError(
        f"{python} has neither ensurepip nor pip;"
        " install the package python3-venv (Debian, Ubuntu) or uv, then run this again"
    )


def pip_settings(pip: list[str]) -> dict[str, str]:
    """Return pip's own configuration as settings of uv, which reads none of it; what is set for uv wins."""
    listed = subprocess.run([*pip, "config", "list"], check=False, capture_output=True, text=True).stdout
    found = dict(re.findall(r"^[^.\s]+\.([a-z-]+)='(.*)'$", listed, re.MULTILINE))
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
        "trusted-host": "UV_INSECURE_HOST",
    }
    older = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}
    return {
        target: found[name].replace("\\n", " ").strip()
        for name, target in names.items()
        if name in found and target not in os.environ and older.get(target, target) not in os.environ
    }


def environment(pip: list[str] | None) -> dict[str, str]:
    """Return the environment of the installers: the user's own caches, pip's configuration for uv too."""
    settings = pip_settings(pip) if pip else {}
    own = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_REQUIRE_VIRTUALENV": "0",
        "VIRTUAL_ENV": str(VENV),
    }
    return {**caches(), **os.environ, **settings, **own}


def caches() -> dict[str, str]:
    """Return where installers keep downloads when the user has no home folder: in the checkout."""
    if usercache.has_home():
        return {}
    return {"HOME": str(CACHE / "home"), "UV_CACHE_DIR": str(CACHE / "uv"), "PIP_CACHE_DIR": str(CACHE / "pip")}


def run(command: list[str], env: dict[str, str]) -> None:
    """Run an installer; its own words go to the terminal.

    Raises:
        SetupError: it failed.
    """
    if subprocess.run(command, check=False, env=env, cwd=ROOT).returncode:
        raise SetupError(f"failed: {' '.join(command)}")


def make_venv(python: str) -> list[str]:
    """Make an empty `.venv`; return the command that is pip for it."""
    shutil.rmtree(VENV, ignore_errors=True)
    with_pip = has_module(python, "ensurepip")
    pip = [str(VENV / "bin" / "python"), "-m", "pip"] if with_pip else pip_of(python)
    options = [] if with_pip else ["--without-pip"]
    if subprocess.run([python, "-m", "venv", *options, str(VENV)], check=False).returncode:
        raise SetupError(f"{python} -m venv failed; on Debian and Ubuntu install the package python3-venv")
    return pip


def locked(package: str) -> str:
    """Return the lines of one package of the lock, with its hashes."""
    found = re.search(rf"^{package}==.*?(?=^[a-z0-9]|\Z)", LOCK.read_text(), re.MULTILINE | re.DOTALL)
    if not found:
        raise SetupError(f"{LOCK.name} does not name {package}; run: make lock")
    return found.group()


def install_uv(pip: list[str], env: dict[str, str]) -> str | None:
    """Install uv by its hash into `.venv`; return its path, or None where there is none for this machine."""
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder, "uv.txt")
        pinned.write_text(locked("uv"))
        command = [*pip, "install", "--quiet", "--only-binary=:all:", "--require-hashes", "-r", str(pinned)]
        done = subprocess.run(command, check=False, env=env)
    return str(VENV / "bin" / "uv") if done.returncode == 0 else None


def fresh(python: str) -> list[Installer]:
    """Make an empty `.venv`; return what can install into it, fastest first."""
    version = subprocess.run([python, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    say(f"making .venv with {version} ({python})")
    uv = shutil.which("uv")
    try:
        pip = make_venv(python)
    except SetupError:
        if not uv:
            raise
        run([uv, "venv", "--quiet", "--python", python, str(VENV)], environment(None))
        return [([uv, "pip"], environment(None))]
    env = environment(pip)
    if not uv:
        say("installing uv, which installs the rest")
        uv = install_uv(pip, env)
    return [([uv, "pip"], env), (pip, env)] if uv else [(pip, env)]


def existing() -> list[Installer]:
    """Return what can bring the present `.venv` up to date, so that programs that run from it go on."""
    pip = [str(VENV / "bin" / "python"), "-m", "pip"]
    uv = VENV / "bin" / "uv"
    works = uv.exists() and (VENV / "bin" / "python").exists()
    if not (works and STAMP.is_file() and STAMP.read_text().startswith(f"{ROOT}\n")):
        return []
    say("bringing .venv up to date")
    return [([str(uv), "pip"], environment(pip))]


def install_lock(commands: list[Installer]) -> Installer:
    """Install the lock with the first installer that can; return it."""
    count = len(re.findall(r"^[a-z0-9].*==", LOCK.read_text(), re.MULTILINE))
    say(f"installing {count} packages, each checked against its hash in requirements/{LOCK.name}")
    for command, env in commands:
        try:
            run([*command, "install", "--quiet", "--require-hashes", "-r", str(LOCK)], env)
        except SetupError as error:
            say(str(error))
        else:
            return command, env
    raise SetupError("the packages could not be installed; the lines above say why")


def fill(commands: list[Installer]) -> None:
    """Install the lock, then the two distributions of this checkout, editable."""
    command, env = install_lock(commands)
    checkout = ["--no-deps", "--no-build-isolation", "-e", str(ROOT), "-e", str(ROOT / "box")]
    run([*command, "install", "--quiet", *checkout], env)


def set_up() -> None:
    """Make the environment, or do nothing when it is current."""
    from tools.exclusive import exclusive  # noqa: PLC0415 - needs a Unix; the check of the version comes first

    wanted = checksum()
    if is_current(wanted):
        return
    with exclusive(CACHE / "setup.lock", "setup: another run makes .venv; waiting for it"):
        if is_current(wanted):
            return
        start = time.monotonic()
        fill(existing() or fresh(find_python()))
        STAMP.write_text(wanted)
        say(f"done in {time.monotonic() - start:.0f} s")


def main() -> int:
    """Return 0 when `.venv` is ready, else 1 after one line that says why."""
    try:
        set_up()
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("setup: interrupted; run it again to start over", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
