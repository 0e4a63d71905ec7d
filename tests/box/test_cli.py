"""The command line: help, usage errors, exit codes."""

import argparse

import pytest

from box import cli
from box.cli import COMMANDS, main, parsers
from box.errors import BoxError


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """`box COMMAND --help` ends with something to type."""
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2].rstrip("_")

        with pytest.raises(SystemExit) as end:
            main([name, "--help"])

        assert end.value.code == 0
        assert f"example:\n  box {name}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["fly"], ["up", "--time-scale", "7"], ["logs", "grafana"], ["demo", "now"]])
def test_a_wrong_call_exits_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The parser tells what is wrong."""
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 2
    assert "usage: box" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("problem", "code", "said"),
    [
        (BoxError("port 1 is taken"), 1, "box: port 1 is taken\n"),
        (KeyboardInterrupt(), 130, "box: stopped\n"),
        (ValueError("oops"), 3, "box: this is a bug; please report it with the lines above\n"),
    ],
)
def test_errors_become_exit_codes(
    problem: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One boundary: expected problems are one line without a traceback, bugs say that they are ours."""

    def fail(_arguments: argparse.Namespace) -> int:
        raise problem

    class Failing:
        """A command that fails."""

        @staticmethod
        def register(subparsers: parsers.Subparsers) -> None:
            """Add it."""
            parsers.add(subparsers, "fail", "fail", "  box fail").set_defaults(run=fail)

    monkeypatch.setattr(cli, "COMMANDS", (Failing,))

    assert main(["fail"]) == code
    errors = capsys.readouterr().err
    assert errors.endswith(said)
    assert ("Traceback" in errors) is (code == 3)


@pytest.mark.parametrize("text", ["0", "7", "-60", "1.5", "sixty", "301"])
def test_time_scales_that_leave_no_whole_tiles_are_refused(text: str) -> None:
    """300 / K must be a whole number of at least three seconds."""
    with pytest.raises(argparse.ArgumentTypeError, match="must be one of 1, 2, 3"):
        parsers.time_scale(text)


def test_sixty_is_a_time_scale() -> None:
    """The default of the demo."""
    assert parsers.time_scale("60") == 60
