"""The command line itself: exit codes, the one error boundary, versions, colour."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

import slo as public
from slo import cli
from slo.cli import COMMANDS, guarded, main
from slo.cli.report import wants_colour
from slo.diagnostics import Diagnostic, Place, Span
from slo.diagnostics.render import render, visible
from tests.cli.command import Slo


def test_version(slo: Slo) -> None:
    """`--version` prints the installed version."""
    said = slo("--version")

    assert (said.status, said.out) == (0, f"slo {public.__version__}\n")


@pytest.mark.parametrize("arguments", [[], ["buidl"], ["build", "--nope"]])
def test_usage_errors(slo: Slo, arguments: list[str]) -> None:
    """Wrong usage exits with 2 and one line that names the help."""
    said = slo(*arguments)

    assert said.status == 2
    assert said.err.startswith("slo")
    assert said.err.endswith(" --help`\n")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_help(slo: Slo, command: str) -> None:
    """Every command has help with an example."""
    said = slo(command, "--help")

    assert said.status == 0
    assert "xample" in said.out


def raise_it(error: BaseException) -> int:
    """A command that fails."""
    raise error


def test_unforeseen_error_is_a_bug(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody foresaw exits with 3, and is shown with what a report needs."""
    assert guarded(lambda: raise_it(RuntimeError("surprise"))) == 3
    said = capsys.readouterr().err
    assert "RuntimeError: surprise" in said
    assert "this is a bug in slo" in said


class Panic(BaseException):
    """What a native library raises when it breaks: no `Exception`."""


def test_panic_is_a_bug(capsys: pytest.CaptureFixture[str]) -> None:
    """Even a panic of a native parser ends with our exit code."""
    assert guarded(lambda: raise_it(Panic("index out of bounds"))) == 3
    assert "this is a bug in slo" in capsys.readouterr().err


def test_interrupt() -> None:
    """Ctrl-C exits with 130 and says nothing."""
    assert guarded(lambda: raise_it(KeyboardInterrupt())) == 130


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (PermissionError(13, "Permission denied", "out.yml"), "slo: error: out.yml: Permission denied\n"),
        (OSError("no space"), "slo: error: no space\n"),
    ],
)
def test_failing_disk(capsys: pytest.CaptureFixture[str], error: OSError, line: str) -> None:
    """An error of the system is one line and exits with 1."""
    assert guarded(lambda: raise_it(error)) == 1
    assert capsys.readouterr().err == line


def test_reader_that_goes_away() -> None:
    """A pipe whose reader closed it, as `head` does, is no reason to complain."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "slo", "schema"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)

    assert (done.returncode, done.stderr) == (1, b"")


def test_module_runs_the_command() -> None:
    """`python -m slo` is the command."""
    done = subprocess.run([sys.executable, "-m", "slo", "--version"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.split()[0]) == (0, "slo")


FINDING = Diagnostic("SLO012", Place("f"), "unknown key", span=Span(1, 1, 3), excerpt="abc: 1")


def test_colour() -> None:
    """On a terminal severity and caret are coloured, and nothing else."""
    plain, coloured = render(FINDING), render(FINDING, colour=True)

    assert "\x1b" not in plain
    assert coloured.replace("\x1b[31m", "").replace("\x1b[0m", "") == plain
    assert coloured.count("\x1b[31m") == 2


class Terminal:
    """A stream that is one."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR and a dumb terminal switch colour off; so does a file."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert not wants_colour()
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert wants_colour()
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_colour()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\x1b[31m", "\\x1b[31m"), ("\u202e", "\\u202e"), ("a\nb", "a\\nb"), ("é 注 \\", "é 注 \\"), ("\x85", "\\x85")],
)
def test_terminal_safety(text: str, shown: str) -> None:
    """Characters that could fool a terminal or a reader are escaped, all others are not."""
    assert visible(text) == shown


def test_unencodable_output(slo: Slo, folder: Path) -> None:
    """A terminal without Unicode gets escapes instead of a crash."""
    text = (folder / "slos.yaml").read_text().replace("Customers", "注文")
    (folder / "slos.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "slo", "explain", "checkout"],
        capture_output=True,
        cwd=folder,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )

    assert done.returncode == 0
    assert b"\\u6ce8" in done.stdout
    assert slo("explain", "checkout").status == 0


def test_main_uses_the_arguments_of_the_process(monkeypatch: pytest.MonkeyPatch, slo: Slo) -> None:
    """Without arguments main takes those of the process."""
    monkeypatch.setattr(sys, "argv", ["slo", "--version"])

    assert main() == 0
    assert slo("--version").status == 0


def test_the_program_ends_with_the_status_of_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends at once and collects no cycles; other callers of `main` keep their collector."""
    seen: list[object] = []

    def fake_main() -> int:
        seen.append(gc.isenabled())
        return 1

    def end(status: int) -> NoReturn:
        seen.append(status)
        raise SystemExit(7)

    monkeypatch.setattr(cli, "main", fake_main)
    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(sys, "gettrace", lambda: None)
    monkeypatch.delitem(sys.modules, "coverage", raising=False)
    try:
        with pytest.raises(SystemExit, match="7"):
            cli.command()
    finally:
        gc.enable()

    assert seen == [False, 1]


def test_a_profiler_prints_its_figures() -> None:
    """A profiler prints when the interpreter ends."""
    code = (
        "import cProfile, sys; from slo.cli import command; sys.argv = ['slo', '--version']; cProfile.run('command()')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "function calls" in done.stdout


def test_a_command_with_a_typo(slo: Slo) -> None:
    """The right one is named."""
    said = slo("bild", "slos.yaml")
    assert said.status == 2
    assert said.err.startswith('slo: error: unknown command "bild"; did you mean "build"?')


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_help_that_cannot_be_written_is_no_success() -> None:
    """A full disk under the help is told by the exit code, since nothing else is left to tell it."""
    program = [sys.executable, "-c", "from slo.cli import command; command()", "--help"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(program, stdout=full, check=False, env={**os.environ, "PYTHONUNBUFFERED": ""})

    assert done.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    ("arguments", "unbuffered"),
    [
        (["--version"], ""),
        (["--version"], "1"),
        (["--help"], ""),  # argparse itself is silent when it cannot write its help at once
        (["explain", "SLO024"], ""),
        (["explain", "SLO024"], "1"),
    ],
)
def test_a_full_output_has_a_name(arguments: list[str], unbuffered: str) -> None:
    """What is full is told, in one line, and that it is no file of ours, whether Python keeps output back or not."""
    program = [sys.executable, "-c", "from slo.cli import command; command()", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, check=False, text=True, env=environment)

    assert (done.returncode, done.stderr) == (1, "slo: error: standard output: No space left on device\n")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [("lint gone.yaml 2>&-", 1), ("lint gone.yaml >&- 2>&-", 1), ("lint - <&-", 1), ("--version >&- 2>&-", 0)],
)
def test_closed_streams_are_no_bug(tmp_path: Path, arguments: str, status: int) -> None:
    """Whatever is closed, the exit code stays what it is."""
    script = f'"{sys.executable}" -c "from slo.cli import command; command()" {arguments}'
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == status
    assert "Traceback" not in done.stderr


def test_a_closed_output_is_no_bug(tmp_path: Path) -> None:
    """`slo schema >&-` has nowhere to write to, and says no more about it."""
    script = f'"{sys.executable}" -c "from slo.cli import command; command()" schema >&-'
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
