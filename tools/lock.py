"""Writes the locked requirements from the pyproject files: `python -m tools.lock` (this is `make lock`)."""

from __future__ import annotations

import subprocess
import sys

from tools.bootstrap import ROOT, environment

# No address of a package index and no path of this machine may get into a lock.
COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
)
BOTH = ("pyproject.toml", "box/pyproject.toml")
LOCKS = {
    "requirements/dev.txt": (*BOTH, "--group", "pyproject.toml:dev"),
    # The same versions as in dev.txt: what is tested is what the image holds.
    "requirements/box.txt": (*BOTH, "--constraint", "requirements/dev.txt"),
    "requirements/go.txt": ("requirements/go.in", "--no-deps"),
}


def main(arguments: list[str]) -> int:
    """Write the locks; return 1 when one of them cannot be resolved."""
    env = environment([sys.executable, "-m", "pip"])
    upgrade = ["--upgrade"] if "--upgrade" in arguments else []
    for path, sources in LOCKS.items():
        print(f"lock: {path}", flush=True)
        command = [f"{sys.prefix}/bin/uv", *COMPILE, *upgrade, *sources, "--output-file", path]
        if subprocess.run(command, check=False, env=env, cwd=ROOT).returncode:
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
