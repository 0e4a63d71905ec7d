"""The command line: one module per command, one place where errors become messages and exit codes."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from slo.cli.usage import BUG, FINDINGS, INTERRUPTED, USAGE, CommandError, Lines, Parser, UsageError, wrapped
from slo.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

COMMANDS = {
    "init": "write an example specification and its JSON Schema",
    "build": "compile specifications and write rules, their tests, Alertmanager routes, dashboards and runbooks",
    "lint": "check specifications and report all errors and warnings",
    "test": "run promtool's checks and unit tests on the compiled rules",
    "explain": "explain an SLO, or a diagnostic code",
    "schema": "print the JSON Schema of specification files, for editors",
    "serve": "show all SLOs of a Prometheus as web pages",
}
"""Each is a module of this package with EPILOG, `add_arguments(parser)` and `run(args)`."""

_DESCRIPTION = "Compile SLOs into Prometheus rules, burn-rate alerts, their tests and Alertmanager routes."
_EPILOG = (
    "First steps: `slo init`, edit slos.yaml, `slo build`.\n"
    "Exit codes: 0 success, 1 findings, 2 wrong usage, 3 a bug in slo."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: its arguments; those of the program by default.

    Returns:
        0 success; 1 findings: a wrong specification, or outputs that are not current; 2 wrong usage; 3 a bug in slo;
        130 interrupted.
    """
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        given = sys.argv[1:] if argv is None else argv
        return guarded(lambda: _call(given))
    except SystemExit as done:  # argparse printed help, the version or an error
        return done.code if isinstance(done.code, int) else USAGE


def _call(given: Sequence[str]) -> int:
    _refuse_unknown(given)
    called = [name for name in given if name in COMMANDS][:1]
    top = parser(called)
    args, unknown = top.parse_known_args(given)
    if unknown:
        top.prog = f"slo {args.command}"
        top.error(f"unrecognized arguments: {' '.join(unknown)}")
    command = import_module(f"slo.cli.{args.command}")
    try:
        return int(command.run(args))
    except UsageError as error:
        print(f"slo {args.command}: error: {error}", file=sys.stderr)
        return USAGE
    except CommandError as error:
        from slo.diagnostics.render import visible  # noqa: PLC0415 - keeps `slo --help` fast

        print(visible(f"slo: error: {error}"), file=sys.stderr)
        return FINDINGS


def _refuse_unknown(given: Sequence[str]) -> None:
    """Suggest the command that was meant; without a suggestion argparse lists them all."""
    if not given or given[0].startswith("-") or given[0] in COMMANDS:
        return
    from slo.diagnostics.suggest import did_you_mean  # noqa: PLC0415 - hardly ever needed

    if hint := did_you_mean(given[0], COMMANDS):
        parser(()).error(f'unknown command "{given[0]}"; {hint}')


def _open_closed_streams() -> None:
    """Replace streams that were closed before the start (`>&-`); no file may get their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDONLY if mode == "r" else os.O_WRONLY)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def command() -> NoReturn:
    """Run the program `slo`.

    It collects no cyclic garbage and ends without finalising the interpreter: 1,000 SLOs build 10 % faster.
    """
    gc.disable()
    status = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # the output got lost
            status = status or FINDINGS
    if sys.gettrace() or sys.getprofile() or "coverage" in sys.modules:  # these report when the interpreter ends
        raise SystemExit(status)
    os._exit(status)


def parser(full: Collection[str] = tuple(COMMANDS)) -> Parser:
    """Return the parser of all commands; only those in `full` are imported and get their arguments."""
    top = Parser("slo", description=wrapped(_DESCRIPTION), epilog=_EPILOG, formatter_class=Lines)
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = top.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for name, summary in COMMANDS.items():
        text = wrapped(f"{summary[0].upper()}{summary[1:]}.")
        one = commands.add_parser(name, help=summary, description=text, formatter_class=Lines)
        if name in full:
            module = import_module(f"slo.cli.{name}")
            one.epilog = module.EPILOG
            module.add_arguments(one)
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
        from slo.cli.report import print_all  # noqa: PLC0415 - keeps `slo --help` fast

        print_all(error.diagnostics)
        return FINDINGS
    except BrokenPipeError:  # the reader of a pipe is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except OSError as error:
        return _one_line(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit:  # argparse found an error
        raise
    except BaseException:  # noqa: BLE001 - the boundary: anything else is a bug, a native parser's panic too
        return _bug()
    return status


def _flushed(run: Callable[[], int]) -> int:
    """Run a command and flush its output; help and the version end by SystemExit, and have some as well."""
    try:
        status = run()
    except SystemExit:
        sys.stdout.flush()
        raise
    sys.stdout.flush()
    return status


def _one_line(error: OSError) -> int:
    from slo.diagnostics.render import visible  # noqa: PLC0415 - as above

    full = error.errno in {errno.ENOSPC, errno.EIO, errno.EFBIG}  # files that are written have names
    where = f"{error.filename}: " if error.filename else "standard output: " if full else ""
    print(visible(f"slo: error: {where}{error.strerror or error}"), file=sys.stderr)
    return FINDINGS


def _bug() -> int:
    import traceback  # noqa: PLC0415 - only needed here

    traceback.print_exc()
    print("slo: this is a bug in slo. Please report it with the lines above and the specification.", file=sys.stderr)
    return BUG
