"""Rules of SLOs, made by each generator from the same SLOs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from bench import specs
from bench.cost import CommandFailedError
from bench.peers import SLOTH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.specs import Wanted


class RefusedError(Exception):
    """The compiler does not take an option or a key that a row of a table needs."""


def our_rules(
    folder: Path, name: str, slos: Sequence[Wanted], *options: str, scrape_interval: str = "30s", shards: int = 1
) -> Path:
    """Compile with `slo build`; the set is called `name`.

    Raises:
        RefusedError: the compiler refuses the specification or the options.
    """
    spec, out = folder / f"{name}.slos.yaml", folder / f"{name}.out"
    spec.write_text(specs.slobox(list(slos), name, scrape_interval, shards))
    command = [sys.executable, "-m", "slo", "build", str(spec), "--target", "prometheus", "-o", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RefusedError(_reason(done.stderr))
    return next(out.rglob("*.rules.yml"))


def _reason(said: str) -> str:
    """The first line that names an error, without the path before it."""
    lines = [line for line in said.splitlines() if "error" in line] or said.splitlines()[-1:] or ["no reason given"]
    return lines[0].partition(": error")[2].partition(": ")[2] or lines[0]


def sloth_rules(folder: Path, program: str, name: str, slos: Sequence[Wanted]) -> Path:
    """Generate with Sloth.

    Raises:
        CommandFailedError: Sloth refuses.
    """
    spec, out = folder / f"{name}.sloth.yaml", folder / f"{name}.sloth.rules.yml"
    spec.write_text(specs.sloth(list(slos), name))
    done = subprocess.run(SLOTH.generate(program, str(spec), str(out)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailedError(f"Sloth refuses {spec.name}:\n{done.stderr[-1000:]}")
    return out
