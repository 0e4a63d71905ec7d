"""The command line: one module per command, one place where errors become messages and exit codes."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from slo.cli.help import Wrapped
from slo.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FINE, FINDINGS, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130

COMMANDS = ("init", "build", "lint", "test", "explain", "schema")
"""Each is a module of this package with `register(subparsers)`, which sets `run`."""

_DESCRIPTION = "Compiles SLOs into Prometheus rules, burn-rate alerts, their tests and Alertmanager routes."
_EPILOG = (
    "First steps: `slo init`, edit slos.yaml, `slo build`. Exit codes: 0 fine, 1 findings, 2 usage, 3 a bug of slo."
)


def main(argv: Sequence[str] | None = None, kept: list[argparse.Namespace] | None = None) -> int:
    """Run one command.

    Args:
        argv: its arguments; those of the program by default.
        kept: gets what the command has read and made, for callers that do not want it to be taken apart.

    Returns:
        0 fine; 1 findings: a wrong specification, or outputs that are not current; 2 wrong usage; 3 a bug of ours; 130
        interrupted.
    """
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        given = sys.argv[1:] if argv is None else argv
        return guarded(lambda: _called(given, [] if kept is None else kept))
    except SystemExit as done:  # argparse printed help, the version or what is wrong
        return done.code if isinstance(done.code, int) else USAGE


def _called(given: Sequence[str], kept: list[argparse.Namespace]) -> int:
    _refuse_unknown(given)
    args = parser(given).parse_args(given)
    kept.append(args)
    return int(args.run(args))


def _refuse_unknown(given: Sequence[str]) -> None:
    """Say which command was meant, where that can be guessed; otherwise argparse lists them all."""
    if not given or given[0].startswith("-") or given[0] in COMMANDS:
        return
    from slo.schema.words import did_you_mean  # noqa: PLC0415 - hardly ever needed

    if hint := did_you_mean(given[0], COMMANDS):
        parser().error(f'there is no command "{given[0]}"; {hint}')


def _open_closed_streams() -> None:
    """Give streams that were closed before the start (`>&-`) somewhere to go; no file may get their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDONLY if mode == "r" else os.O_WRONLY)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def command() -> NoReturn:
    """The program `slo`: `main`, and no farewell.

    Taking a thousand SLOs apart object by object, as a function does when it returns and the interpreter when it ends,
    takes a tenth of a build. So does looking for cycles, of which a build has none and other commands hardly any.
    """
    gc.disable()
    kept: list[argparse.Namespace] = []
    status = main(kept=kept)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # what was to be said got lost
            status = status or FINDINGS
    # A debugger or a measurement has to say goodbye.
    if sys.gettrace() or sys.getprofile() or "coverage" in sys.modules:
        raise SystemExit(status)
    os._exit(status)


def parser(argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The parser of all commands, or of the one that these arguments call: others need not be imported."""
    top = argparse.ArgumentParser("slo", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=Wrapped)
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    subparsers = top.add_subparsers(metavar="COMMAND", required=True)
    for command in [name for name in COMMANDS if name in argv[:1]] or COMMANDS:
        import_module(f"slo.cli.{command}").register(subparsers)
    return top


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from slo import __version__  # noqa: PLC0415 - reads the metadata of the installed package

        print(f"slo {__version__}")
        parser.exit()


def guarded(run: Callable[[], int]) -> int:
    """Run a command and turn what it raises into a message and an exit code: the one error boundary."""
    try:
        status = _flushed(run)
    except CompileError as error:
        from slo.cli.report import print_all  # noqa: PLC0415 - only needed when there is something to show

        print_all(error.diagnostics)
        return FINDINGS
    except BrokenPipeError:  # the reader of a pipe went away: nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except OSError as error:
        return _one_line(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit:  # a command found its arguments wrong
        raise
    except BaseException:  # noqa: BLE001 - the boundary: what else comes here is a bug, a native parser's panic too
        return _bug()
    return status


def _flushed(run: Callable[[], int]) -> int:
    """Run a command and see its output arrive; help and the version end by SystemExit, and have some as well."""
    try:
        status = run()
    except SystemExit:
        sys.stdout.flush()
        raise
    sys.stdout.flush()
    return status


def _one_line(error: OSError) -> int:
    from slo.cli.report import visible  # noqa: PLC0415 - as above

    full = error.errno in {errno.ENOSPC, errno.EIO, errno.EFBIG}  # files that are written have names
    where = f"{error.filename}: " if error.filename else "standard output: " if full else ""
    print(visible(f"slo: error: {where}{error.strerror or error}"), file=sys.stderr)
    return FINDINGS


def _bug() -> int:
    import traceback  # noqa: PLC0415 - only needed here

    traceback.print_exc()
    print("slo: this is a bug of slo. Please report it with the lines above and the specification.", file=sys.stderr)
    return BUG
