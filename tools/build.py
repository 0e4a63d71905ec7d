"""Provides the servers, built from their pinned Go modules: `python -m tools.build` (this is `make tools`).

They are kept in the user's cache folder and linked from `.cache/bin`, so that a second checkout has nothing to build.
No program is ever half-written: a build goes to a temporary folder, is started once, and takes its place by a rename.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from box.binaries import find, wanted
from box.errors import BoxError
from tools import gotoolchain, store, usercache
from tools.diskuse import disk_use, megabytes
from tools.modules import MODULES, PROGRAMS, ROOT, Module
from tools.progress import CommandError, Meter, end, terminating, watch

if TYPE_CHECKING:
    from collections.abc import Iterator

Jobs = list[tuple[Module, list[str]]]

WAYS_OUT = (
    "ways out: install Go {go} or newer; or put prometheus >= 2.42 and alertmanager >= 0.25 on PATH"
    " (Debian: apt install prometheus prometheus-alertmanager); or run `docker compose up` instead"
)


class BuildError(Exception):
    """A program could not be built; the message says why and what to do."""


def by_module(names: list[str]) -> Jobs:
    """Return the programs that are asked for, by module."""
    found = [(module, [program for program in module.programs if program in names]) for module in MODULES]
    return [(module, programs) for module, programs in found if programs]


def take(jobs: Jobs, go: tuple[int, ...]) -> Jobs:
    """Link to what any checkout has built before, and say so; return what has to be built."""
    linked: list[str] = []
    unbuilt: Jobs = []
    for module, programs in jobs:
        folder = store.entry(module, go)
        built = [program for program in programs if store.runs(module, folder / program)]
        linked += [program for program in built if store.link(folder / program)]
        if built:
            store.mark_used(folder)
        if len(built) < len(programs):
            unbuilt.append((module, [program for program in programs if program not in built]))
    if linked:
        print(f"tools: built before, in {usercache.spelled(store.servers())}: {', '.join(linked)}", flush=True)
    return unbuilt


def list_packages(go: gotoolchain.Go, module: Module, packages: list[str]) -> list[str]:
    """Return the command that names all packages to compile, and downloads them."""
    return [go.path, "list", "-mod=readonly", f"-tags={module.tags}", "-deps", "-f={{.ImportPath}}", *packages]


def download(go: gotoolchain.Go, module: Module, packages: list[str]) -> int:
    """Fetch what the packages need; return how many packages there are to compile."""
    meter = Meter(f"tools: {module.name} {module.version}")

    def detail(lines: int) -> str:
        return f"{lines} modules downloaded" if lines else "reading its modules"

    listed = watch(list_packages(go, module, packages), module.folder, go.environment(), meter, detail)
    return len(listed.splitlines())


def compile_ahead(go: gotoolchain.Go, module: Module, packages: list[str]) -> list[str]:
    """Return the command that compiles packages into the cache of Go, on cores that have nothing else to do."""
    return ["nice", "-n", "19", go.path, "build", *module.flags(), "-o", os.devnull, *packages]


@contextlib.contextmanager
def compiling_ahead(go: gotoolchain.Go, jobs: Jobs, env: dict[str, str]) -> Iterator[None]:
    """Compile for other jobs while one is built: the last packages of a program wait for each other, and cores idle.

    What is not done when the block ends is left to the build of that job, which also reports what fails.
    """
    running = [
        subprocess.Popen(
            compile_ahead(go, module, _packages(module, programs)),
            cwd=module.folder,
            text=True,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,  # in the session of the other build: some kernels compare priorities only within one
        )
        for module, programs in jobs
    ]
    try:
        yield
    finally:
        for process in running:
            end(process)


def _packages(module: Module, programs: list[str]) -> list[str]:
    return [module.package(program) for program in programs]


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder beside the entries; what cannot be removed from it now is removed before the next build."""
    return tempfile.TemporaryDirectory(prefix=".new-", dir=store.servers(), ignore_cleanup_errors=True)


def compile_programs(go: gotoolchain.Go, module: Module, programs: list[str], then: Jobs) -> None:
    """Build some programs of a module, link to them, and meanwhile begin with the next jobs."""
    packages = _packages(module, programs)
    with temporary_folder() as folder:
        # An interrupted go leaves its temporary files.
        env = {"GOTMPDIR": folder, **go.environment()}
        total = download(go, module, packages)
        meter = Meter(f"tools: {module.name} {module.version}")
        command = [go.path, "build", "-v", *module.flags(), "-o", f"{folder}/", *packages]
        detail = f"of at most {total} packages compiled"
        with compiling_ahead(go, then, env):
            watch(command, module.folder, env, meter, lambda n: f"{n} {detail}")
        for program in programs:
            put(Path(folder, module.built_name(program)).rename(Path(folder, program)), module, go.version)
    store.remove_unused(module)
    meter.done(f"built {' and '.join(programs)}")


def put(built: Path, module: Module, go: tuple[int, ...]) -> None:
    """Move a program that starts to its place, and link to it."""
    subprocess.run([built, *module.asks_version], check=True, capture_output=True)
    store.link(store.put(built, store.entry(module, go)))


def build(names: list[str]) -> None:
    """Link to the programs, after building those that no checkout has built before.

    Raises:
        BuildError: there is no Go, or a build failed.
    """
    oldest = max(module.go_version for module in MODULES)
    ways_out = WAYS_OUT.format(go=".".join(map(str, oldest)))
    try:
        go = gotoolchain.find(oldest)
        if jobs := take(by_module(names), go.version):
            with store.locked():
                # Another checkout may have built some of them meanwhile.
                build_all(go, take(jobs, go.version))
    except (gotoolchain.NoGoError, CommandError, subprocess.CalledProcessError) as error:
        raise BuildError(f"{error}\n{ways_out}") from error


def build_all(go: gotoolchain.Go, jobs: Jobs) -> None:
    """Build all jobs, one after the other, each with what was compiled ahead for it."""
    if not jobs:
        return
    print(f"tools: building with {go}; minutes the first time, nothing later, here and in other checkouts", flush=True)
    for number, (module, programs) in enumerate(jobs):
        # Two ahead: the next one may be compiled so far that its build is too short for the downloads of the one after.
        compile_programs(go, module, programs, jobs[number + 1 : number + 3])
    folder = usercache.folder()
    print(f"tools: {megabytes(disk_use(folder))} in {usercache.spelled(folder)}, shared by all checkouts", flush=True)


def missing(*, full: bool) -> list[str]:
    """Return the servers of the demo for which PATH has none that is new enough; say which ones it has."""
    path = os.environ.get("PATH", "")
    names = []
    for server in wanted(path, full=full):
        try:
            print(f"tools: {find(server, ROOT / '.cache' / 'none', path)}: nothing to build", flush=True)
        except BoxError:
            names.append(server.name)
    return names


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
        with terminating():
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
