"""Building the servers: what is current, what is interrupted, what is said when it cannot be done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tools import build, gotoolchain
from tools.modules import MODULES, Module
from tools.progress import CommandError, Meter, terminating, watch


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """A module of its own, in a temporary checkout."""
    folder = tmp_path / "tools" / "server"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module x\n\ngo 1.26.0\n\nrequire example.org/server v0.31.1\n")
    (folder / "go.sum").write_text("")
    monkeypatch.setattr("tools.modules.ROOT", tmp_path)
    for name in ("BIN", "STAMPS"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(build, name, tmp_path / name)
    return Module("server", "example.org/server", ("server",))


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


def test_a_program_is_current_until_its_module_changes(module: Module, tmp_path: Path) -> None:
    """A built program is left alone; another pin, another checksum or another Go make it stale."""
    go = (1, 26, 8)
    assert not build.is_current(module, "server", go)

    (tmp_path / "BIN" / "server").write_text("")
    (tmp_path / "STAMPS" / "server").write_text(module.fingerprint(go))
    assert build.is_current(module, "server", go)
    assert build.is_current(module, "server", (1, 26, 9))
    assert not build.is_current(module, "server", (1, 27, 0))

    (module.folder / "go.sum").write_text("changed")
    assert not build.is_current(module, "server", go)


def test_what_the_builder_reads_decides_too(module: Module) -> None:
    """Another list of components makes the Collector stale, although no pin changed."""
    (module.folder / "builder.yaml").write_text("exporters: []\n")
    generated = Module("server", "example.org/server", ("server",), builder="builder.yaml")
    before = generated.fingerprint((1, 26))

    (module.folder / "builder.yaml").write_text("exporters: [debug]\n")

    assert generated.fingerprint((1, 26)) != before


def test_a_program_may_be_called_otherwise_than_its_package() -> None:
    """Jaeger's package is `all-in-one`, the Collector's the generated folder itself; both get a name of their own."""
    by_name = {module.name: module for module in MODULES}

    assert by_name["jaeger"].built_name("jaeger") == "all-in-one"
    assert by_name["otelcol"].built_name("otelcol") == "otelcol"
    assert by_name["loki"].package("loki") == "github.com/grafana/loki/v3/cmd/loki"


def test_a_program_that_does_not_start_does_not_take_its_place(module: Module, tmp_path: Path) -> None:
    """What cannot even say its version never replaces a program that works."""
    (tmp_path / "BIN" / "server").write_text("works")
    broken = tmp_path / "new" / "server"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)

    with pytest.raises(subprocess.CalledProcessError):
        build.put(broken, module, (1, 26))

    assert (tmp_path / "BIN" / "server").read_text() == "works"
    assert not (tmp_path / "STAMPS" / "server").exists()


@pytest.mark.usefixtures("module")
def test_leftovers_of_a_killed_build_are_removed(tmp_path: Path) -> None:
    """A build that was killed leaves a folder; the next one removes it."""
    (tmp_path / "BIN" / ".new-abc").mkdir()

    build.clear_leftovers()

    assert list((tmp_path / "BIN").iterdir()) == []


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


def test_go_leaves_nothing_outside_the_checkout(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches lie under .cache unless the user placed them, and no other tool chain is downloaded."""
    for name in ("GOPATH", "GOCACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOMODCACHE", "/elsewhere")
    env = gotoolchain.environment()

    assert env["GOCACHE"].startswith(str(root / ".cache"))
    assert env["GOPATH"].startswith(str(root / ".cache"))
    assert env["GOMODCACHE"] == "/elsewhere"
    assert env["GOTOOLCHAIN"] == "local"


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
    assert not status.exists() or status.read_text().split()[2] == "Z"


def test_an_unknown_program_is_refused() -> None:
    """A misspelled program is a usage error that lists the right ones."""
    command = [sys.executable, "-m", "tools.build", "promtheus"]

    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert answer.returncode == 2
    assert "promtheus" in answer.stderr
    assert all(program in answer.stderr for each in MODULES for program in each.programs)
